-- How the whole stands, as one JSON object: cheap enough for every scrape of a monitoring system. Ages in seconds.
create or replace function app.operations_facts() returns jsonb
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
