-- The patients who were erased stay so; only that their codes are closed is forgotten.
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

create or replace function app.may_upload(p_patient_code text) returns boolean
language sql stable security definer set search_path = '' as $$
    select coalesce(
        case app.viewer_role()
            when 'administrator' then true
            when 'therapist' then not exists (
                select from app.patients p
                where p.code = p_patient_code and p.therapist is distinct from (select auth.uid()))
        end,
        false)
$$;
drop trigger refuse_erased on app.patients;
drop table app.erased_patients;
drop function app.refuse_erased();
drop function app.audit_erasure();
drop function app.keep_erasure();
drop function app.is_erased(text);
