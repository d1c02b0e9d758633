-- What is taken over from the older product, whose table analysis_results held whole signals beside its statistics.

create table app.older_results (
    older_id text primary key,
    session_id uuid not null references app.therapy_sessions (id) on delete cascade,
    result_version integer,
    statistics jsonb not null,
    had_signals boolean not null,
    copied_at timestamptz not null default now(),
    verified_at timestamptz,
    foreign key (session_id, result_version)
        references app.processing_parameters (session_id, result_version) on delete cascade
);
comment on table app.older_results is 'Every row of the older product as it was, without its signals.';
comment on column app.older_results.result_version is
    'The result made from it; null where the older row says too little, or this product has analysed the file itself.';
create index older_results_session on app.older_results (session_id, result_version);
alter table app.older_results enable row level security;
create policy administrator_reads on app.older_results for select to authenticated
    using ((select app.is_administrator()));
grant select on app.older_results to authenticated;

alter table app.processing_parameters alter column size_bytes drop not null;
comment on column app.processing_parameters.size_bytes is 'Null where the older product did not say.';

-- The session of an object, made if there is none: the same lock and the same numbers as for arrivals, but no job.
create function app.adopt_older_session(
    p_patient_code text, p_bucket text, p_object_name text, p_version text, p_received_at timestamptz
) returns uuid
language plpgsql set search_path = '' as $$
declare
    v_patient uuid;
    v_session uuid;
    v_number integer;
begin
    insert into app.patients (code) values (p_patient_code) on conflict (code) do nothing;
    select p.id into v_patient from app.patients p where p.code = p_patient_code for update;
    select s.id into v_session from app.therapy_sessions s
    where s.bucket = p_bucket and md5(s.object_name) = md5(p_object_name) for update;
    if v_session is not null then
        return v_session;
    end if;
    update app.patients p set last_session_number = p.last_session_number + 1
    where p.id = v_patient returning p.last_session_number into v_number;
    insert into app.therapy_sessions as s
        (session_code, patient_id, bucket, object_name, announced_version, object_version, received_at,
         processing_status, failure_kind, failure_message)
    values
        (p_patient_code || 'S' || lpad(v_number::text, greatest(3, length(v_number::text)), '0'),
         v_patient, p_bucket, p_object_name, p_version, p_version, p_received_at,
         'failed', 'OlderResult', 'Taken over from the older product, with too little said to show it here. '
         'The recording is analysed when it is found in the bucket.')
    returning s.id into v_session;
    insert into app.session_settings (session_id) values (v_session);
    return v_session;
end
$$;
revoke all on function app.adopt_older_session(text, text, text, text, timestamptz) from public;
