-- What timelines and overviews read: one narrow row a session and one a patient, kept in step by triggers.
-- Statistics take kilobytes each; nobody reads a cohort of 100 000 sessions through them.

create table app.session_summaries (
    session_id uuid primary key references app.therapy_sessions (id) on delete cascade,
    patient_id uuid not null, -- without a foreign key, whose lock would meet that of an arrival; the session has one
    session_at timestamp not null,
    status text not null,
    score real,
    score_low real,
    score_high real,
    symmetry real,
    effort_cr10 real,
    percent_aop real,
    left_verdict text,
    left_expected integer,
    left_found integer,
    left_held integer,
    left_good integer,
    left_good_at_most integer,
    left_mean_hold_s real,
    left_mvc_uv real,
    left_mvc_source text,
    right_verdict text,
    right_expected integer,
    right_found integer,
    right_held integer,
    right_good integer,
    right_good_at_most integer,
    right_mean_hold_s real,
    right_mvc_uv real,
    right_mvc_source text
);
comment on table app.session_summaries is
    'One row a session for timelines and overviews, written by triggers only; null is not recorded, or not judged.';
create index session_summaries_patient on app.session_summaries (patient_id, session_at desc);
create index session_summaries_newest on app.session_summaries (session_at desc);

-- What session_summaries has to say at any moment. A channel that is not judged has no counts; expected is what the
-- score was made with.
create view app.session_summary_source with (security_invoker = true) as
select s.id as session_id, s.patient_id, s.session_at, s.processing_status as status,
       c.total::real as score, c.low::real as score_low, c.high::real as score_high,
       (c.details ->> 'symmetry')::real as symmetry,
       g.perceived_effort_cr10::real as effort_cr10, b.percent_aop::real as percent_aop,
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

-- The row is made, then locked, then written: of two changes at once the later one sees the earlier.
create function app.refresh_session_summary(p_session_id uuid) returns void
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

create function app.summarise_session() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    v_session uuid;
begin
    if tg_table_name = 'therapy_sessions' then
        v_session := new.id;
    elsif tg_op = 'DELETE' then
        v_session := old.session_id;
    else
        v_session := new.session_id;
        if tg_argv[0] = 'of_result' then
            -- A result that is not the session's newest (yet) changes nothing.
            if not exists (
                select from app.therapy_sessions s
                where s.id = v_session and s.result_version = new.result_version)
            then
                return null;
            end if;
        end if;
    end if;
    perform app.refresh_session_summary(v_session);
    return null;
end
$$;
revoke all on function app.refresh_session_summary(uuid) from public;
revoke all on function app.summarise_session() from public;

create trigger summarise after update on app.therapy_sessions for each row
    when ((old.patient_id, old.session_at, old.processing_status, old.result_version)
        is distinct from (new.patient_id, new.session_at, new.processing_status, new.result_version))
    execute function app.summarise_session();
create trigger summarise after insert or update on app.session_settings
    for each row execute function app.summarise_session();
create trigger summarise after insert or update or delete on app.bfr_monitoring
    for each row execute function app.summarise_session();
create trigger summarise after insert or update or delete on app.emg_statistics
    for each row execute function app.summarise_session('of_result');
create trigger summarise after insert or update or delete on app.performance_scores
    for each row execute function app.summarise_session('of_result');

-- All-time figures of a patient are added to and taken from, never counted anew: an overview of everybody needs them.
create table app.patient_totals (
    patient_id uuid primary key references app.patients (id) on delete cascade,
    n_sessions integer not null,
    n_scored integer not null,
    score_sum numeric not null
);
comment on table app.patient_totals is 'Sums over session_summaries, written by a trigger only; numeric, so that they stay exact.';

create function app.add_to_totals() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    if tg_op <> 'INSERT' then
        update app.patient_totals t
        set n_sessions = t.n_sessions - 1, n_scored = t.n_scored - num_nonnulls(old.score),
            score_sum = t.score_sum - coalesce(old.score::numeric, 0)
        where t.patient_id = old.patient_id;
    end if;
    if tg_op <> 'DELETE' then
        insert into app.patient_totals as t
        values (new.patient_id, 1, num_nonnulls(new.score), coalesce(new.score::numeric, 0))
        on conflict (patient_id) do update
        set n_sessions = t.n_sessions + excluded.n_sessions, n_scored = t.n_scored + excluded.n_scored,
            score_sum = t.score_sum + excluded.score_sum;
    end if;
    return null;
end
$$;
revoke all on function app.add_to_totals() from public;

insert into app.session_summaries select * from app.session_summary_source;
insert into app.patient_totals
select patient_id, count(*), count(score), coalesce(sum(score::numeric), 0) from app.session_summaries group by 1;

create trigger add_to_totals after insert or delete on app.session_summaries
    for each row execute function app.add_to_totals();
create trigger move_in_totals after update on app.session_summaries for each row
    when ((old.patient_id, old.score) is distinct from (new.patient_id, new.score))
    execute function app.add_to_totals();

alter table app.session_summaries enable row level security;
create policy viewer_reads on app.session_summaries for select to authenticated
    using ((select app.sees_every_patient()) or patient_id = any((select app.own_patients())::uuid[]));
grant select on app.session_summaries to authenticated;

alter table app.patient_totals enable row level security;
create policy viewer_reads on app.patient_totals for select to authenticated
    using ((select app.sees_every_patient()) or patient_id = any((select app.own_patients())::uuid[]));
grant select on app.patient_totals to authenticated;
