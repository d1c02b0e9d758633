-- People, identities, notes, scoring configurations: what a clinic needs around the sessions.

create table app.user_profiles (
    user_id uuid primary key references auth.users (id) on delete cascade,
    role text not null check (role in ('therapist', 'researcher', 'administrator')),
    display_name text check (length(display_name) between 1 and 200),
    site text check (length(site) between 1 and 100),
    active boolean not null default true,
    mfa_required boolean not null default false,
    may_read_notes boolean not null default false,
    created_at timestamptz not null default now(),
    check (not may_read_notes or role = 'researcher')
);
comment on table app.user_profiles is 'What a signed-in person may do; only administrators write here.';
comment on column app.user_profiles.mfa_required is 'Whether only a token of assurance level aal2 counts.';
comment on column app.user_profiles.may_read_notes is 'A researcher''s permission; therapists need none for their patients.';

alter table app.patients
    add column therapist uuid references app.user_profiles (user_id) on delete set null,
    add column site text check (length(site) between 1 and 100);
comment on table app.patients is 'Pseudonyms; who a patient is stands in patient_identities, or nowhere.';
create index patients_therapist on app.patients (therapist);

create table app.patient_identities (
    patient_id uuid primary key references app.patients (id) on delete cascade,
    family_name text check (length(family_name) between 1 and 200),
    given_name text check (length(given_name) between 1 and 200),
    birth_date date check (birth_date >= date '1900-01-01'),
    hospital_number text unique check (length(hospital_number) between 1 and 50),
    revision integer not null default 1 check (revision > 0),
    updated_at timestamptz not null default now(),
    check (num_nonnulls(family_name, given_name, birth_date, hospital_number) > 0)
);
comment on table app.patient_identities is 'Optional, and apart, so that a rule can keep it from researchers.';

create table app.clinical_notes (
    id uuid primary key default gen_random_uuid(),
    session_id uuid not null references app.therapy_sessions (id) on delete cascade,
    at_s double precision check (at_s between 0 and 86400),
    author uuid default auth.uid() references app.user_profiles (user_id) on delete set null,
    text text not null check (length(text) <= 10000 and text ~ '[^[:space:]]'),
    revision integer not null default 1 check (revision > 0),
    created_at timestamptz not null default now(),
    edited_at timestamptz check (edited_at >= created_at)
);
comment on column app.clinical_notes.at_s is 'Moment of the recording in seconds; null when the note is about all of it.';
create index clinical_notes_session on app.clinical_notes (session_id, created_at);
create index clinical_notes_author on app.clinical_notes (author);

-- A person who edits says which revision they saw; whoever comes second is told.
alter table app.session_settings add column revision integer not null default 1 check (revision > 0);

create function app.next_revision() returns trigger language plpgsql set search_path = '' as $$
begin
    new.revision := old.revision + 1;
    if tg_table_name = 'clinical_notes' then
        new.edited_at := greatest(now(), old.created_at);
    else
        new.updated_at := now();
    end if;
    return new;
end
$$;
create trigger next_revision before update on app.session_settings
    for each row execute function app.next_revision();
create trigger next_revision before update on app.clinical_notes
    for each row execute function app.next_revision();
create trigger next_revision before update on app.patient_identities
    for each row execute function app.next_revision();

create function app.is_scoring_configuration(c jsonb) returns boolean
language sql immutable strict set search_path = '' as $$
    select coalesce(
        (select bool_and(jsonb_typeof(w.value) = 'number' and w.value::text::float8 >= 0)
            and sum(w.value::text::float8) > 0 and count(*) = 4
         from jsonb_each(c -> 'weights') w)
        and (select bool_and(jsonb_typeof(w.value) = 'number' and w.value::text::float8 >= 0)
            and sum(w.value::text::float8) > 0 and count(*) = 3
         from jsonb_each(c -> 'rate_weights') w)
        and not exists (
            select from jsonb_array_elements(c -> 'effort_bands') b
            where not coalesce((b ->> 'low')::float8 <= (b ->> 'high')::float8
                               and (b ->> 'score')::float8 between 0 and 100, false))
        and (c ->> 'effort_otherwise')::float8 between 0 and 100
        and (c ->> 'bfr_low_percent_aop')::float8 <= (c ->> 'bfr_high_percent_aop')::float8
        and (c ->> 'rate_denominator') in ('accepted', 'expected'),
        false)
$$;

create table app.scoring_configuration (
    id integer generated always as identity primary key,
    name text not null check (length(name) between 1 and 100),
    version integer not null check (version > 0),
    configuration jsonb not null check (app.is_scoring_configuration(configuration)),
    protected boolean not null default false,
    created_by uuid default auth.uid() references app.user_profiles (user_id) on delete set null,
    created_at timestamptz not null default now(),
    unique (name, version)
);
comment on table app.scoring_configuration is 'How sessions are scored; a change is a new version, never an update.';

insert into app.scoring_configuration (name, version, protected, configuration)
values ('trial', 1, true, '{
    "weights": {"compliance": 0.5, "symmetry": 0.25, "effort": 0.25, "game": 0.0},
    "rate_weights": {"completion": 1.0, "intensity": 1.0, "duration": 1.0},
    "effort_bands": [
        {"low": 4.0, "high": 6.0, "score": 100.0},
        {"low": 3.0, "high": 7.0, "score": 80.0},
        {"low": 2.0, "high": 8.0, "score": 60.0}
    ],
    "effort_otherwise": 20.0,
    "bfr_low_percent_aop": 45.0,
    "bfr_high_percent_aop": 55.0,
    "rate_denominator": "accepted"
}');

create function app.keep_scoring_configuration() returns trigger language plpgsql set search_path = '' as $$
begin
    if tg_op = 'DELETE' and not old.protected then
        return old;
    end if;
    -- Only who made it may be forgotten, when that account is deleted.
    if tg_op = 'UPDATE' and new.created_by is null
       and to_jsonb(new) - 'created_by' = to_jsonb(old) - 'created_by' then
        return new;
    end if;
    raise exception 'A scoring configuration is never changed, and the trial''s is never deleted: add a version instead.'
        using errcode = 'restrict_violation';
end
$$;
create trigger keep before update or delete on app.scoring_configuration
    for each row execute function app.keep_scoring_configuration();
create trigger keep_all before truncate on app.scoring_configuration
    for each statement execute function app.keep_scoring_configuration();

alter table app.performance_scores
    add column scoring_configuration_id integer references app.scoring_configuration (id);
comment on column app.performance_scores.scoring_configuration_id is
    'Null for results from before this column, and for values that no stored configuration has.';

-- Numbers that are no numbers, and anything as long as a signal.
alter table app.emg_statistics
    add check (snr_db between -1000 and 1000),
    add check (length(channel_name) between 1 and 200),
    add check (jsonb_typeof(details) = 'object' and pg_column_size(details) < 262144);
alter table app.performance_scores add check (pg_column_size(details) < 65536);
alter table app.processing_parameters add check (pg_column_size(recording) < 65536);

-- The lists the pages show: newest first, of everybody and of one patient.
drop index app.therapy_sessions_newest;
drop index app.therapy_sessions_patient;
create index therapy_sessions_listed on app.therapy_sessions
    ((coalesce(recorded_at, received_at at time zone 'UTC')) desc, session_code desc);
create index therapy_sessions_patient on app.therapy_sessions
    (patient_id, (coalesce(recorded_at, received_at at time zone 'UTC')) desc);

alter table app.user_profiles enable row level security;
alter table app.patient_identities enable row level security;
alter table app.clinical_notes enable row level security;
alter table app.scoring_configuration enable row level security;
revoke all on function app.next_revision() from public;
revoke all on function app.keep_scoring_configuration() from public;
revoke all on function app.is_scoring_configuration(jsonb) from public;
