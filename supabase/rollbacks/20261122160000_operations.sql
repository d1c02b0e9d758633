drop function app.viewer_operations_history();
drop function app.viewer_operations_facts();
drop index app.therapy_sessions_missing;
drop index app.therapy_sessions_failed;
drop index app.processing_parameters_newest;
drop function app.operations_facts();
drop function app.note_object(text, text, boolean);
drop function app.note_missing_objects(text, text[], timestamptz);
drop trigger notify_failure on app.therapy_sessions;
drop function app.notify_failure();
drop table app.notifications;
drop table app.reconciliation_runs;
alter table app.therapy_sessions drop column object_missing_since;
create or replace function app.enqueue_analysis(p_session_id uuid, p_correlation_id text, p_force boolean)
returns bigint
language plpgsql security definer set search_path = procrastinate, pg_temp as $$
declare
    v_job bigint;
begin
    select job into v_job
    from unnest(procrastinate.procrastinate_defer_jobs_v1(array[row(
        'analysis', 'analyse_session', 0, 'session:' || p_session_id, null,
        jsonb_build_object('session_id', p_session_id, 'correlation_id', p_correlation_id, 'force', p_force),
        null
    )::procrastinate.procrastinate_job_to_defer_v1])) as job;
    return v_job;
end
$$;
comment on function app.enqueue_analysis(uuid, text, boolean) is null;
alter table app.therapy_sessions drop column correlation_id;
