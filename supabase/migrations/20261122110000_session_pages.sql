-- Lists by the time of the session, a page at a time, and policies that ask once a row for its own session.

-- When a session was: local time of the tablet or, until that is known, of the arrival (UTC). Lists are paged by it.
alter table app.therapy_sessions
    add column session_at timestamp not null
        generated always as (coalesce(recorded_at, received_at at time zone 'UTC')) stored;
comment on column app.therapy_sessions.session_at is
    'When it was recorded, local time; until that is known, when it arrived, in UTC.';

drop index app.therapy_sessions_listed;
drop index app.therapy_sessions_patient;
-- The patient stands in the index, so that a therapist's page is found without visiting others' rows.
create index therapy_sessions_newest on app.therapy_sessions (session_at desc, id desc)
    include (patient_id, processing_status);
create index therapy_sessions_not_completed on app.therapy_sessions (session_at desc, id desc)
    include (patient_id, processing_status) where processing_status <> 'completed';
create index therapy_sessions_patient on app.therapy_sessions (patient_id, session_at desc, id desc)
    include (processing_status);

-- A therapist's sessions were gathered whole by every policy of every statement; now a row asks for its own session.
alter policy viewer_reads on app.session_settings using ((select app.sees_every_patient()) or exists (
    select from app.therapy_sessions s
    where s.id = session_id and s.patient_id = any((select app.own_patients())::uuid[])));
alter policy viewer_reads on app.bfr_monitoring using ((select app.sees_every_patient()) or exists (
    select from app.therapy_sessions s
    where s.id = session_id and s.patient_id = any((select app.own_patients())::uuid[])));
alter policy viewer_reads on app.processing_parameters using ((select app.sees_every_patient()) or exists (
    select from app.therapy_sessions s
    where s.id = session_id and s.patient_id = any((select app.own_patients())::uuid[])));
alter policy viewer_reads on app.emg_statistics using ((select app.sees_every_patient()) or exists (
    select from app.therapy_sessions s
    where s.id = session_id and s.patient_id = any((select app.own_patients())::uuid[])));
alter policy viewer_reads on app.performance_scores using ((select app.sees_every_patient()) or exists (
    select from app.therapy_sessions s
    where s.id = session_id and s.patient_id = any((select app.own_patients())::uuid[])));
alter policy viewer_reads on app.clinical_notes using ((select app.may_read_every_note()) or exists (
    select from app.therapy_sessions s
    where s.id = session_id and s.patient_id = any((select app.own_patients())::uuid[])));

-- Counts over the contractions of one channel, from the table of columns and rows that details holds.
create function app.tally(p_details jsonb) returns jsonb
language sql immutable set search_path = '' as $$
    with places as (
        select (array_agg(c.n - 1) filter (where c.name = 'meets_intensity'))[1]::integer as intensity,
               (array_agg(c.n - 1) filter (where c.name = 'meets_duration'))[1]::integer as held,
               (array_agg(c.n - 1) filter (where c.name = 'duration_s'))[1]::integer as duration_s
        from jsonb_array_elements_text(p_details #> '{contractions,columns}') with ordinality c (name, n)
    ), found as (
        select coalesce((r.value ->> p.held)::boolean, false) as held, (r.value ->> p.intensity)::boolean as strong,
               (r.value ->> p.duration_s)::float8 as duration_s
        from places p, jsonb_array_elements(p_details #> '{contractions,rows}') r
    )
    select case when p_details #> '{contractions,rows}' is not null then (
        select jsonb_strip_nulls(jsonb_build_object(
            'found', count(*),
            'held', count(*) filter (where held),
            'good', count(*) filter (where held and strong),
            'good_at_most', count(*) filter (where held and strong is not false),
            'mean_hold_s', round(avg(duration_s)::numeric, 3),
            'mvc_uv', p_details #> '{mvc,value_uv}',
            'mvc_source', p_details #> '{mvc,source}'))
        from found) end
$$;
comment on function app.tally(jsonb) is
    'Counts of one channel. Without an MVC a held contraction may have been good: good and good_at_most bound it.';
revoke all on function app.tally(jsonb) from public;
grant execute on function app.tally(jsonb) to authenticated, app_worker; -- who writes details computes it

alter table app.emg_statistics add column tally jsonb generated always as (app.tally(details)) stored;
comment on column app.emg_statistics.tally is 'How many contractions were held and good; see the function tally.';
