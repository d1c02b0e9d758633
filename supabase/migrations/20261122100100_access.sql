-- Who may do what. People act as the role authenticated with their claims; programs as login roles of their own.
-- None of these roles owns a table or bypasses row-level security; passwords are given by the operator, never here.

do $$
declare
    v_role text;
begin
    foreach v_role in array array['app_dashboard', 'app_listener', 'app_worker'] loop
        if to_regrole(v_role) is null then
            begin
                execute format('create role %I login noinherit', v_role);
            exception when duplicate_object or unique_violation then
                null; -- another database of this server was faster: roles belong to all of them
            end;
        end if;
    end loop;
end
$$;
grant authenticated to app_dashboard;

-- Who asks. Each helper is evaluated once a query, because policies call it as (select ...).

create function app.viewer_role() returns text
language sql stable security definer set search_path = '' as $$
    select p.role
    from app.user_profiles p
    where p.user_id = (select auth.uid())
      and p.active
      and auth.jwt() ->> 'role' = 'authenticated'
      and to_timestamp((auth.jwt() ->> 'exp')::float8) > now()
      and (not p.mfa_required or auth.jwt() ->> 'aal' = 'aal2')
$$;
comment on function app.viewer_role() is
    'Null for everybody without a profile, and for claims that are missing, expired or of another role.';

create function app.sees_every_patient() returns boolean
language sql stable security definer set search_path = '' as $$
    select coalesce(app.viewer_role() in ('researcher', 'administrator'), false)
$$;

create function app.is_administrator() returns boolean
language sql stable security definer set search_path = '' as $$
    select coalesce(app.viewer_role() = 'administrator', false)
$$;

create function app.may_read_every_note() returns boolean
language sql stable security definer set search_path = '' as $$
    select coalesce(
        app.is_administrator()
        or (app.viewer_role() = 'researcher'
            and (select p.may_read_notes from app.user_profiles p where p.user_id = (select auth.uid()))),
        false)
$$;

create function app.own_patients() returns uuid[]
language sql stable security definer set search_path = '' as $$
    select coalesce(array_agg(p.id), '{}')
    from app.patients p
    where p.therapist = (select auth.uid()) and (select app.viewer_role()) = 'therapist'
$$;

create function app.own_sessions() returns setof uuid
language sql stable security definer set search_path = '' as $$
    select s.id from app.therapy_sessions s
    where s.patient_id = any((select app.own_patients())::uuid[])
$$;
comment on function app.own_sessions() is 'Sessions of a therapist''s own patients; nobody else has any.';

create function app.may_edit_session(p_session_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
    select app.is_administrator() or exists (
        select from app.therapy_sessions s
        where s.id = p_session_id and s.patient_id = any((select app.own_patients())::uuid[]))
$$;

-- Rows.

create policy viewer_reads on app.patients for select to authenticated
    using ((select app.sees_every_patient()) or id = any((select app.own_patients())::uuid[]));
create policy administrator_adds on app.patients for insert to authenticated
    with check ((select app.is_administrator()));
create policy therapist_adds on app.patients for insert to authenticated
    with check (therapist = (select auth.uid()) and (select app.viewer_role()) = 'therapist');
create policy administrator_changes on app.patients for update to authenticated
    using ((select app.is_administrator()));
create policy administrator_deletes on app.patients for delete to authenticated
    using ((select app.is_administrator()));

create policy viewer_reads on app.therapy_sessions for select to authenticated
    using ((select app.sees_every_patient()) or patient_id = any((select app.own_patients())::uuid[]));
create policy editor_locks on app.therapy_sessions for update to authenticated
    using ((select app.is_administrator()) or patient_id = any((select app.own_patients())::uuid[]));
create policy administrator_deletes on app.therapy_sessions for delete to authenticated
    using ((select app.is_administrator()));

create policy viewer_reads on app.session_settings for select to authenticated
    using ((select app.sees_every_patient()) or session_id in (select app.own_sessions()));
create policy editor_changes on app.session_settings for update to authenticated
    using ((select app.is_administrator()) or session_id in (select app.own_sessions()));

create policy viewer_reads on app.bfr_monitoring for select to authenticated
    using ((select app.sees_every_patient()) or session_id in (select app.own_sessions()));
create policy editor_adds on app.bfr_monitoring for insert to authenticated
    with check ((select app.is_administrator()) or session_id in (select app.own_sessions()));
create policy editor_changes on app.bfr_monitoring for update to authenticated
    using ((select app.is_administrator()) or session_id in (select app.own_sessions()));
create policy editor_deletes on app.bfr_monitoring for delete to authenticated
    using ((select app.is_administrator()) or session_id in (select app.own_sessions()));

create policy viewer_reads on app.processing_parameters for select to authenticated
    using ((select app.sees_every_patient()) or session_id in (select app.own_sessions()));

create policy viewer_reads on app.emg_statistics for select to authenticated
    using ((select app.sees_every_patient()) or session_id in (select app.own_sessions()));
create policy editor_judges on app.emg_statistics for update to authenticated
    using ((select app.is_administrator()) or session_id in (select app.own_sessions()));

create policy viewer_reads on app.performance_scores for select to authenticated
    using ((select app.sees_every_patient()) or session_id in (select app.own_sessions()));
create policy editor_judges on app.performance_scores for update to authenticated
    using ((select app.is_administrator()) or session_id in (select app.own_sessions()));

create policy administrator_reads on app.storage_events for select to authenticated
    using ((select app.is_administrator()));

create policy viewer_reads on app.scoring_configuration for select to authenticated
    using ((select app.viewer_role()) is not null);
create policy administrator_adds on app.scoring_configuration for insert to authenticated
    with check ((select app.is_administrator()) and not protected);
create policy administrator_deletes on app.scoring_configuration for delete to authenticated
    using ((select app.is_administrator()) and not protected);

create policy self_reads on app.user_profiles for select to authenticated
    using (user_id = (select auth.uid()) and (select app.viewer_role()) is not null);
create policy administrator_does_all on app.user_profiles for all to authenticated
    using ((select app.is_administrator()));

create policy therapist_does_all on app.patient_identities for all to authenticated
    using (patient_id = any((select app.own_patients())::uuid[]));
create policy administrator_does_all on app.patient_identities for all to authenticated
    using ((select app.is_administrator()));

create policy viewer_reads on app.clinical_notes for select to authenticated
    using ((select app.may_read_every_note()) or session_id in (select app.own_sessions()));
create policy author_adds on app.clinical_notes for insert to authenticated
    with check (author = (select auth.uid())
        and ((select app.is_administrator()) or session_id in (select app.own_sessions())));
create policy author_edits on app.clinical_notes for update to authenticated
    using (author = (select auth.uid())
        and ((select app.is_administrator()) or session_id in (select app.own_sessions())));
create policy author_deletes on app.clinical_notes for delete to authenticated
    using ((select app.is_administrator())
        or (author = (select auth.uid()) and session_id in (select app.own_sessions())));

-- Columns. What only programs write is granted to nobody else.

grant usage on schema app to authenticated, app_listener, app_worker;

grant select, delete on app.patients, app.therapy_sessions to authenticated;
grant insert (code, therapist, site), update (therapist, site) on app.patients to authenticated;
grant update (updated_at) on app.therapy_sessions to authenticated; -- what SELECT ... FOR UPDATE asks for
grant select on app.session_settings, app.processing_parameters, app.storage_events to authenticated;
grant update (expected_contractions, target_percent_mvc, target_duration_s, mvc_left_uv, mvc_right_uv,
    perceived_effort_cr10, game_max_points, updated_at) on app.session_settings to authenticated;
grant select, insert, update (percent_aop, recorded_at), delete on app.bfr_monitoring to authenticated;
grant select, update (details) on app.emg_statistics to authenticated;
grant select, update (total, low, high, details, scoring_configuration_id, computed_at)
    on app.performance_scores to authenticated;
grant select, insert (name, version, configuration), delete on app.scoring_configuration to authenticated;
grant select, insert, update, delete on app.user_profiles to authenticated;
grant select, delete, insert (patient_id, family_name, given_name, birth_date, hospital_number),
    update (family_name, given_name, birth_date, hospital_number) on app.patient_identities to authenticated;
grant select, delete, insert (session_id, at_s, text), update (at_s, text) on app.clinical_notes to authenticated;

-- The worker: results, and nothing of persons.

grant select on app.patients, app.session_settings, app.bfr_monitoring, app.storage_events,
    app.scoring_configuration to app_worker;
grant select, update on app.therapy_sessions to app_worker;
grant select, insert on app.processing_parameters to app_worker;
grant select, insert, update on app.emg_statistics, app.performance_scores to app_worker;
create policy worker on app.patients for select to app_worker using (true);
create policy worker on app.session_settings for select to app_worker using (true);
create policy worker on app.bfr_monitoring for select to app_worker using (true);
create policy worker on app.storage_events for select to app_worker using (true);
create policy worker on app.scoring_configuration for select to app_worker using (true);
create policy worker on app.therapy_sessions to app_worker using (true);
create policy worker on app.processing_parameters to app_worker using (true);
create policy worker on app.emg_statistics to app_worker using (true);
create policy worker on app.performance_scores to app_worker using (true);

-- The listener: functions only.

alter function app.enqueue_analysis(uuid, text, boolean) security definer;
alter function app.ingest_storage_event(text, text, text, text, text, text, bigint, text, jsonb) security definer;

create function app.record_ignored_event(
    p_event_id text, p_event_type text, p_bucket text, p_object_name text, p_reason text, p_body jsonb
) returns boolean
language sql security definer set search_path = '' as $$
    with added as (
        insert into app.storage_events (event_id, source, event_type, bucket, object_name, outcome, reason, body)
        values (p_event_id, 'webhook', p_event_type, p_bucket, p_object_name, 'ignored', p_reason, p_body)
        on conflict (event_id) do nothing
        returning 1
    )
    select exists (select from added)
$$;

create function app.session_status(p_session_code text)
returns table (session_code text, session_id text, status text, failure text, result_version integer,
               updated_at timestamptz)
language sql stable security definer set search_path = '' as $$
    select s.session_code, s.id::text, s.processing_status, s.failure_kind, s.result_version, s.updated_at
    from app.therapy_sessions s where s.session_code = p_session_code
$$;

create function app.sessions_waiting() returns bigint
language sql stable security definer set search_path = '' as $$
    select count(*) from app.therapy_sessions
    where processing_status in ('pending', 'processing', 'reprocessing')
$$;

-- What a person may ask of the programs.

create function app.may_upload(p_patient_code text) returns boolean
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

create function app.ingest_upload(
    p_event_id text, p_source text, p_event_type text, p_bucket text, p_object_name text, p_object_version text,
    p_size_bytes bigint, p_correlation_id text, p_body jsonb
)
returns table (
    event_row_id bigint, created boolean, outcome text, reason text,
    session_id uuid, session_code text, status text
)
language plpgsql security definer set search_path = '' as $$
declare
    v_code text := substring(p_object_name from '^(P[0-9]{3})/[^/]');
begin
    -- A new patient belongs to the therapist who brings the first recording.
    if v_code is not null and app.viewer_role() = 'therapist' then
        insert into app.patients (code, therapist) values (v_code, auth.uid()) on conflict (code) do nothing;
    end if;
    if v_code is null or not app.may_upload(v_code) then
        raise exception 'Recordings of patient % may not be added by this person.', coalesce(v_code, '(none)')
            using errcode = 'insufficient_privilege';
    end if;
    return query select * from app.ingest_storage_event(
        p_event_id, 'upload', p_event_type, p_bucket, p_object_name, p_object_version, p_size_bytes,
        p_correlation_id, p_body);
end
$$;

create function app.requeue_session(p_session_code text, p_correlation_id text, p_force boolean) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
    v_id uuid;
begin
    select s.id into v_id from app.therapy_sessions s where s.session_code = p_session_code for update;
    if v_id is null or not app.may_edit_session(v_id) then
        return null; -- a code that one may not see is the same as none
    end if;
    update app.therapy_sessions s
    set processing_status = case when s.result_version > 0 then 'reprocessing' else 'pending' end,
        failure_kind = null, failure_message = null, run_token = null, updated_at = now()
    where s.id = v_id;
    return app.enqueue_analysis(v_id, p_correlation_id, p_force);
end
$$;

revoke all on all functions in schema app from public;
grant execute on function app.viewer_role(), app.sees_every_patient(), app.is_administrator(),
    app.may_read_every_note(), app.own_patients(), app.own_sessions(), app.may_edit_session(uuid),
    app.may_upload(text),
    app.ingest_upload(text, text, text, text, text, text, bigint, text, jsonb),
    app.requeue_session(text, text, boolean),
    app.is_scoring_configuration(jsonb) to authenticated;
grant execute on function
    app.ingest_storage_event(text, text, text, text, text, text, bigint, text, jsonb),
    app.record_ignored_event(text, text, text, text, text, jsonb),
    app.session_status(text), app.sessions_waiting() to app_listener;
grant execute on function
    app.ingest_storage_event(text, text, text, text, text, text, bigint, text, jsonb),
    app.enqueue_analysis(uuid, text, boolean), app.sessions_waiting() to app_worker;
