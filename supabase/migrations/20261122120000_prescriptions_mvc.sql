-- What holds for a patient from a day on: prescriptions and reference amplitudes. Rows are only ever added: a later
-- revision for the same day replaces an earlier one, or withdraws it.

create table app.prescriptions (
    id bigint generated always as identity primary key,
    patient_id uuid not null references app.patients (id) on delete cascade,
    revision integer not null check (revision > 0),
    valid_from date not null check (valid_from >= date '2000-01-01'),
    expected_left smallint not null check (expected_left between 1 and 200),
    expected_right smallint not null check (expected_right between 1 and 200),
    percent_mvc_left double precision not null check (percent_mvc_left between 1 and 150),
    percent_mvc_right double precision not null check (percent_mvc_right between 1 and 150),
    hold_s double precision not null check (hold_s between 0.1 and 60),
    sets smallint check (sets between 1 and 50),
    reps smallint check (reps between 1 and 500),
    rest_s double precision check (rest_s between 0 and 3600),
    pressure_percent_aop double precision check (pressure_percent_aop between 0 and 150),
    protocol_days smallint check (protocol_days between 1 and 1000),
    withdrawn boolean not null default false,
    entered_by uuid default auth.uid() references app.user_profiles (user_id) on delete set null,
    entered_at timestamptz not null default now(),
    unique (patient_id, revision)
);
comment on table app.prescriptions is
    'Append-only. Of the rows for one day the highest revision counts; one that is withdrawn counts as none.';
comment on column app.prescriptions.valid_from is 'Sessions recorded on this day or later take it, until the next one.';
comment on column app.prescriptions.expected_left is 'Contractions of the left muscle in one game session.';
create index prescriptions_valid on app.prescriptions (patient_id, valid_from desc, revision desc);
create index prescriptions_author on app.prescriptions (entered_by);

create table app.mvc_measurements (
    id bigint generated always as identity primary key,
    patient_id uuid not null references app.patients (id) on delete cascade,
    revision integer not null check (revision > 0),
    side text not null check (side in ('left', 'right')),
    measured_on date not null check (measured_on >= date '2000-01-01'),
    value_uv double precision not null check (value_uv between 1 and 20000),
    posture text check (length(posture) between 1 and 200),
    electrode_placement text check (length(electrode_placement) between 1 and 200),
    same_electrodes boolean,
    method text check (length(method) between 1 and 200),
    note text check (length(note) between 1 and 1000),
    withdrawn boolean not null default false,
    entered_by uuid default auth.uid() references app.user_profiles (user_id) on delete set null,
    entered_at timestamptz not null default now(),
    unique (patient_id, revision)
);
comment on table app.mvc_measurements is
    'Append-only, like prescriptions, for each side by itself. A value holds from its day until the next one.';
comment on column app.mvc_measurements.same_electrodes is
    'Whether the electrodes stayed where they were for the sessions; null is not recorded.';
comment on column app.mvc_measurements.note is 'Free words: read through app.mvc_notes, which asks who may read notes.';
create index mvc_measurements_valid on app.mvc_measurements (patient_id, side, measured_on desc, revision desc);
create index mvc_measurements_author on app.mvc_measurements (entered_by);

alter table app.prescriptions enable row level security;
alter table app.mvc_measurements enable row level security;

create policy viewer_reads on app.prescriptions for select to authenticated
    using ((select app.sees_every_patient()) or patient_id = any((select app.own_patients())::uuid[]));
create policy editor_adds on app.prescriptions for insert to authenticated
    with check (entered_by = (select auth.uid())
        and ((select app.is_administrator()) or patient_id = any((select app.own_patients())::uuid[])));
create policy worker on app.prescriptions for select to app_worker using (true);

create policy viewer_reads on app.mvc_measurements for select to authenticated
    using ((select app.sees_every_patient()) or patient_id = any((select app.own_patients())::uuid[]));
create policy editor_adds on app.mvc_measurements for insert to authenticated
    with check (entered_by = (select auth.uid())
        and ((select app.is_administrator()) or patient_id = any((select app.own_patients())::uuid[])));
create policy worker on app.mvc_measurements for select to app_worker using (true);

grant select, insert (patient_id, revision, valid_from, expected_left, expected_right, percent_mvc_left,
    percent_mvc_right, hold_s, sets, reps, rest_s, pressure_percent_aop, protocol_days, withdrawn)
    on app.prescriptions to authenticated;
grant select (id, patient_id, revision, side, measured_on, value_uv, posture, electrode_placement, same_electrodes,
    method, withdrawn, entered_by, entered_at),
    insert (patient_id, revision, side, measured_on, value_uv, posture, electrode_placement, same_electrodes,
    method, note, withdrawn) on app.mvc_measurements to authenticated;
grant select on app.prescriptions to app_worker;
grant select (id, patient_id, revision, side, measured_on, value_uv, posture, electrode_placement, same_electrodes,
    method, withdrawn, entered_by, entered_at) on app.mvc_measurements to app_worker;

create function app.mvc_notes(p_patient_id uuid) returns table (id bigint, note text)
language sql stable security definer set search_path = '' as $$
    select m.id, m.note from app.mvc_measurements m
    where m.patient_id = p_patient_id and m.note is not null
      and ((select app.may_read_every_note()) or m.patient_id = any((select app.own_patients())::uuid[]))
$$;
revoke all on function app.mvc_notes(uuid) from public;
grant execute on function app.mvc_notes(uuid) to authenticated;

create trigger audit after insert or update or delete on app.prescriptions
    for each row execute function app.audit_change('patient_id');
create trigger audit after insert or update or delete on app.mvc_measurements
    for each row execute function app.audit_change('patient_id');
