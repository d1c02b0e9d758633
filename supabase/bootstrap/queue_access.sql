-- The queue's tables come from the Procrastinate that is installed, not from a migration; the worker needs them.
-- `migrate --upgrade` runs this after the migrations. Safe to run again.

grant usage on schema procrastinate to app_worker;
grant select, insert, update, delete on all tables in schema procrastinate to app_worker;
grant usage on all sequences in schema procrastinate to app_worker;
