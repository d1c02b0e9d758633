-- What keeps the path from file to result in sight: files that left the bucket, runs of the reconciliation,
-- notifications that wait to be sent, and one function that says how the whole stands.

alter table app.therapy_sessions add column object_missing_since timestamptz;
comment on column app.therapy_sessions.object_missing_since is
    'Since when the bucket no longer holds the recording; null while it does. Results stay.';

-- One id from the event to the job, its log lines and the notice on the page; a retry goes on under the same.
alter table app.therapy_sessions add column correlation_id text check (length(correlation_id) <= 200);
comment on column app.therapy_sessions.correlation_id is 'Of the newest event that asked for an analysis.';

create or replace function app.enqueue_analysis(p_session_id uuid, p_correlation_id text, p_force boolean)
returns bigint
language plpgsql security definer set search_path = procrastinate, pg_temp as $$
declare
    v_correlation_id text := nullif(left(p_correlation_id, 200), '');
    v_job bigint;
begin
    if v_correlation_id is null then
        select s.correlation_id into v_correlation_id from app.therapy_sessions s where s.id = p_session_id;
    else
        update app.therapy_sessions s set correlation_id = v_correlation_id where s.id = p_session_id;
    end if;
    select job into v_job
    from unnest(procrastinate.procrastinate_defer_jobs_v1(array[row(
        'analysis', 'analyse_session', 0, 'session:' || p_session_id, null,
        jsonb_build_object('session_id', p_session_id, 'correlation_id', coalesce(v_correlation_id, ''), 'force', p_force),
        null
    )::procrastinate.procrastinate_job_to_defer_v1])) as job;
    return v_job;
end
$$;
comment on function app.enqueue_analysis(uuid, text, boolean) is 'An empty correlation id goes on under the session''s.';

-- The event's body, most of its row, is written once: an update leaves the first version behind until the next vacuum.
create or replace function app.ingest_storage_event(
    p_event_id text,
    p_source text,
    p_event_type text,
    p_bucket text,
    p_object_name text,
    p_object_version text,
    p_size_bytes bigint,
    p_correlation_id text,
    p_body jsonb
)
returns table (
    event_row_id bigint, created boolean, outcome text, reason text,
    session_id uuid, session_code text, status text
)
language plpgsql security definer
set search_path = pg_temp
as $$
declare
    v_event bigint;
    v_patient app.patients;
    v_session app.therapy_sessions;
    v_code text := substring(p_object_name from '^(P[0-9]{3})/[^/]');
    v_number integer;
    v_job bigint;
begin
    insert into app.storage_events as e
        (event_id, source, event_type, bucket, object_name, object_version, outcome, correlation_id)
    values
        (p_event_id, p_source, p_event_type, p_bucket, p_object_name, p_object_version, 'duplicate', p_correlation_id)
    on conflict (event_id) do nothing
    returning e.id into v_event;

    if v_event is null then
        return query
            select e.id, false,
                   case when e.session_id is null then e.outcome else 'duplicate' end,
                   e.reason, s.id, s.session_code, s.processing_status
            from app.storage_events e
            left join app.therapy_sessions s on s.id = e.session_id
            where e.event_id = p_event_id;
        return;
    end if;

    -- A name that climbs out of its folder names no file of that patient.
    if p_object_name ~ '(^|/)[.]{1,2}(/|$)' then
        v_code := null;
    end if;
    if v_code is null then
        update app.storage_events e
        set outcome = 'parked', body = p_body,
            reason = 'The folder does not name a patient: expected a code such as P001 before the file name.'
        where e.id = v_event;
        return query
            select e.id, true, e.outcome, e.reason, null::uuid, null::text, null::text
            from app.storage_events e where e.id = v_event;
        return;
    end if;

    -- The patient's row is the lock that gives session numbers out one at a time.
    insert into app.patients (code) values (v_code) on conflict (code) do nothing;
    select * into v_patient from app.patients p where p.code = v_code for update;
    select * into v_session from app.therapy_sessions s
    where s.bucket = p_bucket and md5(s.object_name) = md5(p_object_name) for update;

    if v_session.id is null then
        update app.patients p set last_session_number = p.last_session_number + 1
        where p.id = v_patient.id returning p.last_session_number into v_number;
        insert into app.therapy_sessions as s
            (session_code, patient_id, bucket, object_name, announced_version, size_bytes)
        values
            (v_code || 'S' || lpad(v_number::text, greatest(3, length(v_number::text)), '0'),
             v_patient.id, p_bucket, p_object_name, p_object_version, p_size_bytes)
        returning s.* into v_session;
        insert into app.session_settings (session_id) values (v_session.id);
    elsif (v_session.processing_status = 'completed' and v_session.object_version = p_object_version)
       or (v_session.processing_status in ('pending', 'processing', 'reprocessing')
           and v_session.announced_version = p_object_version)
       -- A webhook's version need not be one that the store itself gives; the other sources ask the store.
       or (v_session.processing_status = 'completed' and v_session.announced_version = p_object_version
           and p_source = 'webhook')
    then
        update app.storage_events e set session_id = v_session.id, body = p_body where e.id = v_event;
        return query select v_event, false, 'duplicate'::text, null::text,
                            v_session.id, v_session.session_code, v_session.processing_status;
        return;
    else
        update app.therapy_sessions s
        set announced_version = p_object_version,
            size_bytes = coalesce(p_size_bytes, s.size_bytes),
            processing_status = case when s.result_version > 0 then 'reprocessing' else 'pending' end,
            failure_kind = null, failure_message = null, run_token = null, updated_at = now()
        where s.id = v_session.id
        returning s.* into v_session;
    end if;

    v_job := app.enqueue_analysis(v_session.id, p_correlation_id, false);
    update app.storage_events e
    set outcome = 'accepted', body = p_body, session_id = v_session.id, job_id = v_job
    where e.id = v_event;
    return query select v_event, true, 'accepted'::text, null::text,
                        v_session.id, v_session.session_code, v_session.processing_status;
end
$$;

create table app.reconciliation_runs (
    id bigint generated always as identity primary key,
    started_at timestamptz not null,
    ended_at timestamptz not null default clock_timestamp(),
    n_listed integer check (n_listed >= 0),
    n_queued integer check (n_queued >= 0),
    n_rescued integer check (n_rescued >= 0),
    n_missing integer check (n_missing >= 0),
    error_kind text,
    error_message text,
    check (ended_at >= started_at),
    check ((error_kind is null) = (n_listed is not null))
);
comment on table app.reconciliation_runs is 'What each comparison of bucket and sessions found; kept for a week.';
create index reconciliation_runs_newest on app.reconciliation_runs (started_at desc);

create table app.notifications (
    id bigint generated always as identity primary key,
    kind text not null check (kind in ('session_failed', 'alert')),
    dedupe_key text not null unique check (length(dedupe_key) between 1 and 300),
    body jsonb not null check (pg_column_size(body) < 8192),
    created_at timestamptz not null default now(),
    sent_at timestamptz,
    attempts integer not null default 0 check (attempts >= 0),
    last_error text check (length(last_error) <= 500),
    next_attempt_at timestamptz not null default now()
);
comment on table app.notifications is
    'Messages for the operator, each written in the transaction that made it true, and sent until somebody took it.';
create index notifications_waiting on app.notifications (next_attempt_at) where sent_at is null;

alter table app.reconciliation_runs enable row level security;
alter table app.notifications enable row level security;
create policy administrator_reads on app.reconciliation_runs for select to authenticated
    using ((select app.is_administrator()));
create policy administrator_reads on app.notifications for select to authenticated
    using ((select app.is_administrator()));
create policy worker on app.reconciliation_runs to app_worker using (true);
create policy worker on app.notifications to app_worker using (true);
grant select on app.reconciliation_runs, app.notifications to authenticated;
grant select, insert, delete on app.reconciliation_runs to app_worker;
grant select, insert, update, delete on app.notifications to app_worker;

-- A failure is worth a message once per session and version of the file. No name, no identity: codes only.
create function app.notify_failure() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    insert into app.notifications (kind, dedupe_key, body)
    values ('session_failed', format('session_failed:%s:%s', new.id, coalesce(new.object_version, new.announced_version)),
            jsonb_build_object('session_code', new.session_code, 'failure_kind', new.failure_kind,
                               'failure_message', left(new.failure_message, 500), 'failed_at', now()))
    on conflict (dedupe_key) do nothing;
    return null;
end
$$;
create trigger notify_failure after update of processing_status on app.therapy_sessions
    for each row when (new.processing_status = 'failed' and old.processing_status <> 'failed')
    execute function app.notify_failure();

-- Sessions whose object is not among those listed, and those whose object came back. Sessions that changed after
-- the listing began are left for the next one.
create function app.note_missing_objects(p_bucket text, p_names text[], p_listed_at timestamptz) returns integer
language plpgsql security definer set search_path = '' as $$
declare
    v_missing integer;
begin
    with listed as (select distinct unnest(p_names) as name)
    update app.therapy_sessions s set object_missing_since = null
    from listed where s.bucket = p_bucket and s.object_name = listed.name and s.object_missing_since is not null;
    update app.therapy_sessions s set object_missing_since = p_listed_at
    where s.bucket = p_bucket and s.object_missing_since is null
      and s.received_at < p_listed_at and s.updated_at < p_listed_at
      and not exists (select from unnest(p_names) as n (name) where n.name = s.object_name);
    get diagnostics v_missing = row_count;
    return v_missing;
end
$$;
comment on function app.note_missing_objects(text, text[], timestamptz) is 'Returns how many went missing since the last time.';

create function app.note_object(p_bucket text, p_object_name text, p_present boolean) returns text
language sql security definer set search_path = '' as $$
    update app.therapy_sessions s
    set object_missing_since = case when p_present then null else coalesce(s.object_missing_since, now()) end
    where s.bucket = p_bucket and md5(s.object_name) = md5(p_object_name)
    returning s.session_code
$$;
comment on function app.note_object(text, text, boolean) is 'One object came or went; the session whose recording it is, if any.';

-- How the whole stands, as one JSON object: cheap enough for every scrape of a monitoring system. Ages in seconds.
create function app.operations_facts() returns jsonb
language sql stable security definer set search_path = '' as $$
    with jobs as (
        select j.status::text as status, j.attempts,
               extract(epoch from now() - coalesce(j.scheduled_at, e.deferred_at))::float8 as waiting_s,
               extract(epoch from now() - e.started_at)::float8 as running_s
        from procrastinate.procrastinate_jobs j
        left join lateral (
            select min(v.at) filter (where v.type = 'deferred') as deferred_at,
                   max(v.at) filter (where v.type = 'started') as started_at
            from procrastinate.procrastinate_events v where v.job_id = j.id) e on true
        where j.task_name = 'analyse_session' and j.status in ('todo', 'doing')
    ), ended as (
        select p.created_at, (p.timings_ms ->> 'total')::float8 as total_ms
        from app.processing_parameters p where p.created_at > now() - interval '1 hour'
    ), last_run as (
        select r.* from app.reconciliation_runs r order by r.started_at desc limit 1
    )
    select jsonb_build_object(
        'database_time', extract(epoch from clock_timestamp())::float8,
        'queue', (select jsonb_build_object(
            'waiting', count(*) filter (where status = 'todo'),
            'retrying', count(*) filter (where status = 'todo' and attempts > 0),
            'running', count(*) filter (where status = 'doing'),
            'oldest_waiting_s', max(greatest(waiting_s, 0)) filter (where status = 'todo'),
            'longest_running_s', max(running_s) filter (where status = 'doing'),
            'most_attempts', max(attempts)) from jobs),
        'workers', (select jsonb_build_object(
            'alive', count(*) filter (where w.last_heartbeat > now() - interval '30 seconds'),
            'last_heartbeat_s', extract(epoch from now() - max(w.last_heartbeat))::float8)
            from procrastinate.procrastinate_workers w),
        'sessions', (select jsonb_object_agg(processing_status, n) from (
            select s.processing_status, count(*) as n from app.therapy_sessions s
            where s.processing_status <> 'completed' group by 1) c),
        'last_hour', jsonb_build_object(
            'analysed', (select count(*) from ended),
            'failed', (select count(*) from app.therapy_sessions s
                       where s.processing_status = 'failed' and s.updated_at > now() - interval '1 hour'),
            'analysis_p50_ms', (select percentile_cont(0.5) within group (order by total_ms) from ended),
            'analysis_p95_ms', (select percentile_cont(0.95) within group (order by total_ms) from ended)),
        'failed_hour_before', (select count(*) from app.therapy_sessions s
            where s.processing_status = 'failed'
              and s.updated_at > now() - interval '2 hours' and s.updated_at <= now() - interval '1 hour'),
        'missing_objects', (select count(*) from app.therapy_sessions s where s.object_missing_since is not null),
        'notifications_waiting', (select count(*) from app.notifications n where n.sent_at is null and n.attempts > 0),
        'reconciliation', (select jsonb_build_object(
            'age_s', extract(epoch from now() - ended_at)::float8, 'listed', n_listed, 'queued', n_queued,
            'rescued', n_rescued, 'missing', n_missing, 'error_kind', error_kind) from last_run))
$$;
comment on function app.operations_facts() is 'Numbers only, no code and no name; null is unknown.';
create index processing_parameters_newest on app.processing_parameters (created_at);
create index therapy_sessions_failed on app.therapy_sessions (updated_at desc) where processing_status = 'failed';
create index therapy_sessions_missing on app.therapy_sessions (id) where object_missing_since is not null;

-- The dashboard asks as a person; only an administrator gets an answer.
create function app.viewer_operations_facts() returns jsonb
language sql stable security definer set search_path = '' as $$
    select case when app.is_administrator() then app.operations_facts() end
$$;

-- The last day hour by hour, for the administrator's plots; hours without a result have a row too.
create function app.viewer_operations_history() returns table (
    hour timestamptz, analysed bigint, failed bigint, analysis_p50_ms float8, analysis_p95_ms float8,
    arrival_p50_s float8, arrival_p95_s float8
)
language sql stable security definer set search_path = '' as $$
    select h.hour, r.analysed,
           (select count(*) from app.therapy_sessions s
            where s.processing_status = 'failed' and s.updated_at >= h.hour and s.updated_at < h.hour + interval '1 hour'),
           r.analysis_p50_ms, r.analysis_p95_ms, r.arrival_p50_s, r.arrival_p95_s
    from generate_series(date_trunc('hour', now()) - interval '23 hours', date_trunc('hour', now()),
                         interval '1 hour') as h (hour)
    cross join lateral (
        select count(*) as analysed,
               percentile_cont(0.5) within group (order by (p.timings_ms ->> 'total')::float8) as analysis_p50_ms,
               percentile_cont(0.95) within group (order by (p.timings_ms ->> 'total')::float8) as analysis_p95_ms,
               -- Only first results: a file that is analysed again did not arrive again.
               percentile_cont(0.5) within group (order by extract(epoch from p.created_at - s.received_at)::float8)
                   filter (where p.result_version = 1) as arrival_p50_s,
               percentile_cont(0.95) within group (order by extract(epoch from p.created_at - s.received_at)::float8)
                   filter (where p.result_version = 1) as arrival_p95_s
        from app.processing_parameters p
        join app.therapy_sessions s on s.id = p.session_id
        where p.created_at >= h.hour and p.created_at < h.hour + interval '1 hour') r
    where app.is_administrator()
    order by h.hour
$$;

revoke all on function app.notify_failure() from public;
revoke all on function app.note_missing_objects(text, text[], timestamptz) from public;
revoke all on function app.note_object(text, text, boolean) from public;
revoke all on function app.operations_facts() from public;
revoke all on function app.viewer_operations_facts() from public;
revoke all on function app.viewer_operations_history() from public;
grant execute on function app.note_missing_objects(text, text[], timestamptz) to app_worker;
grant execute on function app.note_object(text, text, boolean) to app_worker, app_listener;
grant execute on function app.operations_facts() to app_listener, app_worker;
grant execute on function app.viewer_operations_facts(), app.viewer_operations_history() to authenticated;
