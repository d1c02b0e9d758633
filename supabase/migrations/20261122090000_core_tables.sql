-- Patients, sessions, results and the inbox of storage events. No table holds a sample of signal.
-- Row-level security is on everywhere and no policy exists yet: only the owning role reads or writes.

create schema app;

create table app.patients (
    id uuid primary key default gen_random_uuid(),
    code text not null unique check (code ~ '^P[0-9]{3}$'),
    last_session_number integer not null default 0 check (last_session_number >= 0),
    created_at timestamptz not null default now()
);
comment on table app.patients is 'Pseudonyms only; who a patient is stands nowhere in this schema.';

create table app.therapy_sessions (
    id uuid primary key default gen_random_uuid(),
    session_code text not null unique check (session_code ~ '^P[0-9]{3}S[0-9]{3,}$'),
    patient_id uuid not null references app.patients (id),
    bucket text not null,
    object_name text not null check (length(object_name) between 1 and 1000),
    announced_version text not null,
    object_version text,
    size_bytes bigint check (size_bytes >= 0),
    processing_status text not null default 'pending'
        check (processing_status in ('pending', 'processing', 'completed', 'failed', 'reprocessing')),
    failure_kind text,
    failure_message text,
    run_token uuid,
    result_version integer not null default 0 check (result_version >= 0),
    recorded_at timestamp,
    duration_s double precision check (duration_s >= 0),
    received_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check ((processing_status = 'failed') = (failure_message is not null)),
    check (processing_status <> 'completed' or result_version > 0)
);
comment on column app.therapy_sessions.announced_version is 'Object version that the newest event named.';
comment on column app.therapy_sessions.object_version is 'Object version that was last read, well or not; null before the first read.';
comment on column app.therapy_sessions.run_token is 'The run that may write a result; a later run takes it over.';
comment on column app.therapy_sessions.recorded_at is 'Local time of the tablet, which knows no zone.';
-- By hash: a name may be longer than what a B-tree holds.
create unique index therapy_sessions_object on app.therapy_sessions (bucket, md5(object_name));
create index therapy_sessions_patient on app.therapy_sessions (patient_id);
create index therapy_sessions_newest on app.therapy_sessions (received_at desc);
create index therapy_sessions_unfinished on app.therapy_sessions (updated_at)
    where processing_status in ('pending', 'processing', 'reprocessing');

create table app.session_settings (
    session_id uuid primary key references app.therapy_sessions (id) on delete cascade,
    expected_contractions integer not null default 12 check (expected_contractions between 1 and 200),
    target_percent_mvc double precision not null default 75 check (target_percent_mvc between 1 and 150),
    target_duration_s double precision not null default 2 check (target_duration_s between 0.1 and 60),
    mvc_left_uv double precision check (mvc_left_uv between 1 and 20000),
    mvc_right_uv double precision check (mvc_right_uv between 1 and 20000),
    perceived_effort_cr10 double precision check (perceived_effort_cr10 between 0 and 10),
    game_max_points double precision check (game_max_points > 0),
    updated_at timestamptz not null default now()
);
comment on table app.session_settings is 'Targets, and what a person entered because the file does not hold it; null is not recorded.';

create table app.bfr_monitoring (
    session_id uuid primary key references app.therapy_sessions (id) on delete cascade,
    percent_aop double precision not null check (percent_aop between 0 and 150),
    recorded_at timestamptz not null default now()
);
comment on table app.bfr_monitoring is 'Measured cuff pressure only; no row means not measured.';

create table app.processing_parameters (
    session_id uuid not null references app.therapy_sessions (id) on delete cascade,
    result_version integer not null check (result_version > 0),
    pipeline_version text not null,
    object_version text not null,
    file_sha256 text not null check (file_sha256 ~ '^[0-9a-f]{64}$'),
    size_bytes bigint not null check (size_bytes > 0),
    recording jsonb not null,
    parameters jsonb not null,
    timings_ms jsonb not null,
    created_at timestamptz not null default now(),
    primary key (session_id, result_version)
);
comment on table app.processing_parameters is 'How each result came about: input hash, settings, version, timings.';

create table app.emg_statistics (
    session_id uuid not null,
    result_version integer not null,
    position smallint not null check (position >= 0),
    channel_name text not null,
    side text check (side in ('left', 'right')),
    verdict text not null check (verdict in ('good', 'doubtful', 'not_judged')),
    snr_db double precision,
    n_contractions integer not null check (n_contractions >= 0),
    n_faint integer not null check (n_faint >= 0),
    details jsonb not null,
    primary key (session_id, result_version, position),
    foreign key (session_id, result_version)
        references app.processing_parameters (session_id, result_version) on delete cascade
);
comment on column app.emg_statistics.details is 'Quality, contractions and measures of one channel; never samples.';

create table app.performance_scores (
    session_id uuid not null,
    result_version integer not null,
    total double precision check (total between 0 and 100),
    low double precision check (low between 0 and 100),
    high double precision check (high between 0 and 100),
    details jsonb not null,
    computed_at timestamptz not null default now(),
    primary key (session_id, result_version),
    foreign key (session_id, result_version)
        references app.processing_parameters (session_id, result_version) on delete cascade,
    check (low <= high),
    check (total is null or total between low - 1e-6 and high + 1e-6)
);
comment on column app.performance_scores.total is 'Null when it is not assessable; low and high are then the range that it could take.';

create table app.storage_events (
    id bigint generated always as identity primary key,
    event_id text not null unique,
    source text not null check (source in ('webhook', 'upload', 'reconcile')),
    event_type text not null,
    bucket text,
    object_name text,
    object_version text,
    outcome text not null check (outcome in ('accepted', 'duplicate', 'parked', 'ignored')),
    reason text,
    session_id uuid references app.therapy_sessions (id) on delete cascade,
    job_id bigint,
    correlation_id text,
    body jsonb,
    received_at timestamptz not null default now(),
    check (outcome in ('accepted', 'duplicate') or reason is not null)
);
comment on table app.storage_events is 'The inbox: every signed event once, with what became of it.';
create index storage_events_session on app.storage_events (session_id);
create index storage_events_parked on app.storage_events (received_at desc) where outcome = 'parked';

alter table app.patients enable row level security;
alter table app.therapy_sessions enable row level security;
alter table app.session_settings enable row level security;
alter table app.bfr_monitoring enable row level security;
alter table app.processing_parameters enable row level security;
alter table app.emg_statistics enable row level security;
alter table app.performance_scores enable row level security;
alter table app.storage_events enable row level security;
