-- The queue's tables come from the Procrastinate that is installed, not from a migration; the worker needs them.
-- `migrate --upgrade` runs this after the migrations. Safe to run again.

grant usage on schema procrastinate to app_worker;
grant select, insert, update, delete on all tables in schema procrastinate to app_worker;
grant usage on all sequences in schema procrastinate to app_worker;

-- To take a job, the queue looks for others with its lock. Its own index begins with the job's id, so that look read the
-- whole backlog: 8 ms for each job taken where 140 000 wait, 0.05 ms with this one (docs/scale.md).
create index if not exists app_jobs_by_lock on procrastinate.procrastinate_jobs (lock)
    where status in ('todo', 'doing');
