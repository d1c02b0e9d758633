-- Dates that cannot be, copies of recordings without a date, and a log of openings that knows what it names.

-- A tablet whose clock was never set says 1970, one that runs ahead a day to come. Neither says when the session was: it
-- counts on the day of its arrival, as that of a recording without a date. What the file said stays in "recording". Local
-- time may be half a day ahead of UTC. A later file under the same name arrived when its own first result was made.
update app.therapy_sessions s set recorded_at = null
from (
    select p.session_id, p.result_version, min(x.created_at) as first_read_at
    from app.processing_parameters p
    join app.processing_parameters x on x.session_id = p.session_id and x.object_version = p.object_version
    group by p.session_id, p.result_version
) r
where (r.session_id, r.result_version) = (s.id, s.result_version)
  and (s.recorded_at < timestamp '2010-01-01'
       or s.recorded_at > (greatest(r.first_read_at, s.received_at) at time zone 'UTC') + interval '1 day');
comment on column app.therapy_sessions.recorded_at is
    'Local time of the tablet, which knows no zone; null where it is not known, or cannot be.';

-- A recording without a date counts on the day of its arrival, so nothing but its content says that it came twice.
alter table app.session_summaries add column undated text;
comment on column app.session_summaries.undated is
    'What the content is known by, where the recording has no date: one of two that are alike arrived later.';

create or replace view app.session_summary_source with (security_invoker = true) as
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
       (r.counts ->> 'mvc_uv')::real as right_mvc_uv, r.counts ->> 'mvc_source' as right_mvc_source,
       case when s.recorded_at is null then left(a.file_sha256, 16) end as undated
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
        right_good_at_most, right_mean_hold_s, right_mvc_uv, right_mvc_source, undated
    ) = row(
        v.patient_id, v.session_at, v.status, v.score, v.score_low, v.score_high, v.symmetry, v.effort_cr10,
        v.percent_aop, v.left_verdict, v.left_expected, v.left_found, v.left_held, v.left_good, v.left_good_at_most,
        v.left_mean_hold_s, v.left_mvc_uv, v.left_mvc_source, v.right_verdict, v.right_expected, v.right_found,
        v.right_held, v.right_good, v.right_good_at_most, v.right_mean_hold_s, v.right_mvc_uv, v.right_mvc_source,
        v.undated
    )
    from app.session_summary_source v
    where v.session_id = t.session_id and t.session_id = p_session_id;
end
$$;

update app.session_summaries t set undated = left(a.file_sha256, 16)
from app.therapy_sessions s
join app.processing_parameters a on (a.session_id, a.result_version) = (s.id, s.result_version)
where s.id = t.session_id and s.recorded_at is null;

create index session_summaries_undated on app.session_summaries (patient_id, undated, session_at, session_id)
    where undated is not null;
-- The newest results of a patient, however many files arrived since that could not be read. The page Today reads those
-- of everybody, from the index alone.
create index session_summaries_results on app.session_summaries (patient_id, session_at desc)
    include (session_id, undated, left_verdict, left_good, left_good_at_most, left_expected,
             right_verdict, right_good, right_good_at_most, right_expected, effort_cr10)
    where left_verdict is not null or right_verdict is not null;

-- An opening is of something that is there and that this person may see: everything else is no opening, and a log that
-- takes any words says nothing.
create or replace function app.record_access(
    p_action text, p_table_name text, p_row_key text, p_reason text default null, p_correlation_id text default null
) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
    v_id bigint;
    v_patient uuid;
begin
    if app.viewer_role() is null then
        raise exception 'Only a signed-in person opens or exports.' using errcode = 'insufficient_privilege';
    end if;
    if p_action is null or p_action not in ('read', 'export') then
        raise exception 'The action is %; expected read or export.', p_action using errcode = 'invalid_parameter_value';
    end if;
    case p_table_name
        when 'therapy_sessions' then
            select s.patient_id into v_patient from app.therapy_sessions s where s.session_code = p_row_key;
        when 'patients' then
            select p.id into v_patient from app.patients p where p.code = p_row_key;
        when 'patient_identities' then
            select p.id into v_patient from app.patients p where p.id::text = p_row_key;
        else
            raise exception 'Opened is a row of %; expected therapy_sessions, patients or patient_identities.',
                p_table_name using errcode = 'invalid_parameter_value';
    end case;
    if v_patient is null or not (app.sees_every_patient() or v_patient = any(app.own_patients())) then
        raise exception 'There is no ''%'' that could be opened.', p_row_key using errcode = 'no_data_found';
    end if;
    insert into app.audit_log (actor, action, table_name, row_key, reason, correlation_id)
    values (auth.uid(), p_action, p_table_name, p_row_key, p_reason, p_correlation_id)
    returning id into v_id;
    return v_id;
end
$$;
