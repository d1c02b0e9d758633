-- derived: session_summaries.undated
create or replace function app.record_access(
    p_action text, p_table_name text, p_row_key text, p_reason text default null, p_correlation_id text default null
) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
    v_id bigint;
begin
    if app.viewer_role() is null then
        raise exception 'Only a signed-in person opens or exports.' using errcode = 'insufficient_privilege';
    end if;
    if p_action is null or p_action not in ('read', 'export') then
        raise exception 'The action is %; expected read or export.', p_action using errcode = 'invalid_parameter_value';
    end if;
    insert into app.audit_log (actor, action, table_name, row_key, reason, correlation_id)
    values (auth.uid(), p_action, p_table_name, p_row_key, p_reason, p_correlation_id)
    returning id into v_id;
    return v_id;
end
$$;

drop index app.session_summaries_results;
drop index app.session_summaries_undated;
create or replace function app.refresh_session_summary(p_session_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
    insert into app.session_summaries (session_id, patient_id, session_at, status)
    select session_id, patient_id, session_at, status
    from app.session_summary_source where session_id = p_session_id
    on conflict (session_id) do nothing;
    perform from app.session_summaries where session_id = p_session_id for update;
    update app.session_summaries t set (
        patient_id, session_at, status, score, score_low, score_high, symmetry, effort_cr10, percent_aop,
        left_verdict, left_expected, left_found, left_held, left_good, left_good_at_most, left_mean_hold_s,
        left_mvc_uv, left_mvc_source, right_verdict, right_expected, right_found, right_held, right_good,
        right_good_at_most, right_mean_hold_s, right_mvc_uv, right_mvc_source
    ) = row(
        v.patient_id, v.session_at, v.status, v.score, v.score_low, v.score_high, v.symmetry, v.effort_cr10,
        v.percent_aop, v.left_verdict, v.left_expected, v.left_found, v.left_held, v.left_good, v.left_good_at_most,
        v.left_mean_hold_s, v.left_mvc_uv, v.left_mvc_source, v.right_verdict, v.right_expected, v.right_found,
        v.right_held, v.right_good, v.right_good_at_most, v.right_mean_hold_s, v.right_mvc_uv, v.right_mvc_source
    )
    from app.session_summary_source v
    where v.session_id = t.session_id and t.session_id = p_session_id;
end
$$;

drop view app.session_summary_source;
alter table app.session_summaries drop column undated;
create view app.session_summary_source with (security_invoker = true) as
select s.id as session_id, s.patient_id, s.session_at, s.processing_status as status,
       c.total::real as score, c.low::real as score_low, c.high::real as score_high,
       (c.details ->> 'symmetry')::real as symmetry,
       coalesce(g.perceived_effort_cr10::real, (a.recording #>> '{measures,perceived_effort_cr10}')::real)
           as effort_cr10,
       coalesce(b.percent_aop::real, (a.recording #>> '{measures,bfr_percent_aop}')::real) as percent_aop,
       l.verdict as left_verdict, (c.details #>> '{left,expected}')::integer as left_expected,
       coalesce((l.counts ->> 'found')::integer, l.n_contractions) as left_found,
       (l.counts ->> 'held')::integer as left_held, (l.counts ->> 'good')::integer as left_good,
       (l.counts ->> 'good_at_most')::integer as left_good_at_most,
       (l.counts ->> 'mean_hold_s')::real as left_mean_hold_s,
       (l.counts ->> 'mvc_uv')::real as left_mvc_uv, l.counts ->> 'mvc_source' as left_mvc_source,
       r.verdict as right_verdict, (c.details #>> '{right,expected}')::integer as right_expected,
       coalesce((r.counts ->> 'found')::integer, r.n_contractions) as right_found,
       (r.counts ->> 'held')::integer as right_held, (r.counts ->> 'good')::integer as right_good,
       (r.counts ->> 'good_at_most')::integer as right_good_at_most,
       (r.counts ->> 'mean_hold_s')::real as right_mean_hold_s,
       (r.counts ->> 'mvc_uv')::real as right_mvc_uv, r.counts ->> 'mvc_source' as right_mvc_source
from app.therapy_sessions s
join app.session_settings g on g.session_id = s.id
left join app.bfr_monitoring b on b.session_id = s.id
left join app.processing_parameters a on (a.session_id, a.result_version) = (s.id, s.result_version)
left join app.performance_scores c on (c.session_id, c.result_version) = (s.id, s.result_version)
left join lateral (
    select e.verdict, e.n_contractions, case when e.verdict <> 'not_judged' then e.tally end as counts
    from app.emg_statistics e
    where e.session_id = s.id and e.result_version = s.result_version and e.side = 'left'
    order by e.position limit 1) l on true
left join lateral (
    select e.verdict, e.n_contractions, case when e.verdict <> 'not_judged' then e.tally end as counts
    from app.emg_statistics e
    where e.session_id = s.id and e.result_version = s.result_version and e.side = 'right'
    order by e.position limit 1) r on true;

-- What the file said, whether it can be or not.
update app.therapy_sessions s set recorded_at = (a.recording ->> 'recorded_at')::timestamp
from app.processing_parameters a
where (a.session_id, a.result_version) = (s.id, s.result_version)
  and s.recorded_at is null and a.recording ->> 'recorded_at' is not null;
comment on column app.therapy_sessions.recorded_at is 'Local time of the tablet, which knows no zone.';
