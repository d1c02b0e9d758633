-- The login roles stay: other databases of the same server may use them, and without these grants they can do nothing.
do $$
declare
    v record;
begin
    for v in select tablename, policyname from pg_policies where schemaname = 'app' loop
        execute format('drop policy %I on app.%I', v.policyname, v.tablename);
    end loop;
    if to_regnamespace('procrastinate') is not null then
        revoke all on all tables in schema procrastinate from app_worker;
        revoke all on all sequences in schema procrastinate from app_worker;
        revoke all on schema procrastinate from app_worker;
    end if;
end
$$;
revoke all on all tables in schema app from authenticated, app_listener, app_worker;
revoke all on all functions in schema app from authenticated, app_listener, app_worker;
revoke all on schema app from authenticated, app_listener, app_worker;
drop function app.requeue_session(text, text, boolean);
drop function app.ingest_upload(text, text, text, text, text, text, bigint, text, jsonb);
drop function app.may_upload(text);
drop function app.sessions_waiting();
drop function app.session_status(text);
drop function app.record_ignored_event(text, text, text, text, text, jsonb);
drop function app.may_edit_session(uuid);
drop function app.own_sessions();
drop function app.own_patients();
drop function app.may_read_every_note();
drop function app.is_administrator();
drop function app.sees_every_patient();
drop function app.viewer_role();
alter function app.enqueue_analysis(uuid, text, boolean) security invoker;
alter function app.ingest_storage_event(text, text, text, text, text, text, bigint, text, jsonb) security invoker;
