-- How the whole stands, quick with a long queue too: health and metrics ask also when a hundred thousand recordings
-- wait, and the version before looked up an event for each of them. The same numbers.
create or replace function app.operations_facts() returns jsonb
language sql stable security definer set search_path = '' as $$
    with waiting as (
        select count(*) as n, count(*) filter (where j.attempts > 0) as n_again, max(j.attempts) as attempts,
               min(j.scheduled_at) as due_at, min(j.id) filter (where j.scheduled_at is null) as first_id
        from procrastinate.procrastinate_jobs j
        where j.task_name = 'analyse_session' and j.status = 'todo'
    ), oldest as (
        -- Jobs are numbered as they come, so the first one's event is all that is needed of those that just wait.
        select least(w.due_at, (select min(v.at) from procrastinate.procrastinate_events v
                                where v.job_id = w.first_id and v.type = 'deferred')) as since
        from waiting w
    ), running as (
        select count(*) as n, max(j.attempts) as attempts,
               extract(epoch from now() - min(e.started_at))::float8 as longest_s
        from procrastinate.procrastinate_jobs j
        left join lateral (select max(v.at) as started_at from procrastinate.procrastinate_events v
                           where v.job_id = j.id and v.type = 'started') e on true
        where j.task_name = 'analyse_session' and j.status = 'doing'
    ), ended as (
        select p.created_at, (p.timings_ms ->> 'total')::float8 as total_ms
        from app.processing_parameters p where p.created_at > now() - interval '1 hour'
    ), last_run as (
        select r.* from app.reconciliation_runs r order by r.started_at desc limit 1
    )
    select jsonb_build_object(
        'database_time', extract(epoch from clock_timestamp())::float8,
        'queue', (select jsonb_build_object(
            'waiting', w.n, 'retrying', w.n_again, 'running', r.n,
            'oldest_waiting_s', case when w.n > 0 then greatest(extract(epoch from now() - o.since)::float8, 0) end,
            'longest_running_s', r.longest_s,
            'most_attempts', greatest(w.attempts, r.attempts)) from waiting w, oldest o, running r),
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
