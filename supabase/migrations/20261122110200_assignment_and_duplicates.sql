-- Who treats a patient that arrived by itself, files that belong to nobody any more, and the same bytes twice.

-- A parked file that has left the bucket is no longer of interest; the reconciliation says so.
alter table app.storage_events add column gone_at timestamptz;
comment on column app.storage_events.gone_at is 'Of a parked file: since when the bucket has not held it any more.';
drop index app.storage_events_parked;
create index storage_events_parked on app.storage_events (bucket, object_name, received_at desc)
    where outcome = 'parked' and gone_at is null;

create function app.forget_parked(p_bucket text, p_names text[]) returns bigint
language sql security definer set search_path = '' as $$
    with gone as (
        update app.storage_events e set gone_at = now()
        where e.bucket = p_bucket and e.outcome = 'parked' and e.gone_at is null and e.object_name = any(p_names)
        returning 1
    )
    select count(*) from gone
$$;

-- By hash: only ever asked for one value, and a third of the size.
create index processing_parameters_sha256 on app.processing_parameters using hash (file_sha256);

-- Sessions whose newest result is of the same bytes. Of a patient whom one may not see it says only that there is one.
create function app.same_recordings(p_session_code text)
returns table (session_code text, patient_code text, object_name text, session_at timestamp, received_at timestamptz)
language sql stable security definer set search_path = '' as $$
    with viewer as materialized (select app.sees_every_patient() as sees_all, app.own_patients() as own),
    mine as (
        select s.id, p.file_sha256
        from viewer v, app.therapy_sessions s
        join app.processing_parameters p on (p.session_id, p.result_version) = (s.id, s.result_version)
        where s.session_code = p_session_code and (v.sees_all or s.patient_id = any(v.own))
    ), same as (
        select s.*, (select v.sees_all or s.patient_id = any(v.own) from viewer v) as visible
        from mine m
        join app.processing_parameters p on p.file_sha256 = m.file_sha256
        join app.therapy_sessions s on (s.id, s.result_version) = (p.session_id, p.result_version)
        where s.id <> m.id
    )
    select s.session_code, a.code, s.object_name, s.session_at, s.received_at
    from same s join app.patients a on a.id = s.patient_id where s.visible
    union all
    (select null, null, null, null, null from same s where not s.visible limit 1)
    order by 4, 1 -- nulls last
$$;
comment on function app.same_recordings(text) is
    'Other sessions with the same bytes. A row of nulls: another patient, whom the viewer may not see, has them.';

-- A therapist is somebody who is active and treats; an administrator may also take the patient from everybody.
create function app.assign_patient(p_patient_code text, p_therapist uuid) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
    if not app.is_administrator() then
        raise exception 'Only an administrator assigns patients.' using errcode = 'insufficient_privilege';
    end if;
    if p_therapist is not null and not exists (
        select from app.user_profiles u where u.user_id = p_therapist and u.role = 'therapist' and u.active)
    then
        raise exception 'Account % is not an active therapist.', p_therapist using errcode = 'invalid_parameter_value';
    end if;
    update app.patients p set therapist = p_therapist where p.code = p_patient_code;
    return found;
end
$$;

revoke all on function app.forget_parked(text, text[]) from public;
revoke all on function app.same_recordings(text) from public;
revoke all on function app.assign_patient(text, uuid) from public;
grant execute on function app.forget_parked(text, text[]) to app_worker;
grant execute on function app.same_recordings(text), app.assign_patient(text, uuid) to authenticated;
