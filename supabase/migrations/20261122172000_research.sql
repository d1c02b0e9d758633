-- Which scoring configuration new analyses take; dry runs of other settings over many sessions, and their application.

-- Append-only, numbered: of two people who choose at once, the second is refused. No row means the trial's own.
create table app.scoring_choice (
    revision integer primary key check (revision > 0),
    configuration_id integer not null references app.scoring_configuration (id),
    reason text not null check (length(reason) <= 1000 and reason ~ '[^[:space:]]'),
    chosen_by uuid default auth.uid() references app.user_profiles (user_id) on delete set null,
    chosen_at timestamptz not null default now()
);
comment on table app.scoring_choice is
    'What sessions are scored with that have no score yet: the newest row. A session keeps what it was scored with.';
create index scoring_choice_configuration on app.scoring_choice (configuration_id);
create index scoring_choice_chosen_by on app.scoring_choice (chosen_by);

create function app.keep_scoring_choice() returns trigger language plpgsql set search_path = '' as $$
begin
    -- Only who made it may be forgotten, when that account is deleted.
    if tg_op = 'UPDATE' and new.chosen_by is null and to_jsonb(new) - 'chosen_by' = to_jsonb(old) - 'chosen_by' then
        return new;
    end if;
    raise exception 'A choice of scoring configuration is never changed: choose again instead.'
        using errcode = 'restrict_violation';
end
$$;
create trigger keep before update or delete on app.scoring_choice
    for each row execute function app.keep_scoring_choice();
create trigger keep_all before truncate on app.scoring_choice
    for each statement execute function app.keep_scoring_choice();
create trigger audit after insert on app.scoring_choice
    for each row execute function app.audit_change('revision');

-- One dry run, and what was decided about it. Its state follows from its items, so two workers need not agree on it.
create table app.reprocessing_runs (
    id bigint generated always as identity primary key,
    title text not null check (length(title) between 1 and 200),
    settings jsonb check (settings is null
        or (jsonb_typeof(settings) = 'object' and pg_column_size(settings) < 16384)),
    scoring jsonb check (scoring is null or app.is_scoring_configuration(scoring)),
    selection jsonb not null check (jsonb_typeof(selection) = 'object' and pg_column_size(selection) < 65536),
    n_items integer not null check (n_items > 0),
    created_by uuid references app.user_profiles (user_id) on delete set null,
    created_at timestamptz not null default now(),
    correlation_id text not null check (length(correlation_id) <= 200),
    cancelled_at timestamptz,
    apply_reason text check (length(apply_reason) <= 1000 and apply_reason ~ '[^[:space:]]'),
    applied_by uuid references app.user_profiles (user_id) on delete set null,
    apply_requested_at timestamptz,
    apply_cancelled_at timestamptz,
    check ((apply_requested_at is null) = (apply_reason is null)),
    check (apply_requested_at is null or cancelled_at is null),
    check (apply_cancelled_at is null or apply_requested_at is not null)
);
comment on table app.reprocessing_runs is
    'Other settings tried on many sessions. One that was never applied is forgotten after 30 days, with its items.';
comment on column app.reprocessing_runs.settings is
    'Analysis settings that differ from the program''s own; null leaves each session the settings it has.';
comment on column app.reprocessing_runs.scoring is 'Null leaves each session the configuration that it was scored with.';
create index reprocessing_runs_newest on app.reprocessing_runs (created_at desc);
create index reprocessing_runs_created_by on app.reprocessing_runs (created_by);
create index reprocessing_runs_applied_by on app.reprocessing_runs (applied_by);
create trigger audit after insert or update or delete on app.reprocessing_runs
    for each row execute function app.audit_change('id');

create table app.reprocessing_items (
    run_id bigint not null references app.reprocessing_runs (id) on delete cascade,
    number integer not null check (number > 0),
    session_id uuid not null references app.therapy_sessions (id) on delete cascade,
    seen_version integer check (seen_version >= 0),
    outcome text check (outcome in ('same', 'changed', 'newly_fails', 'newly_read', 'still_fails', 'skipped')),
    changes jsonb not null default '[]'
        check (jsonb_typeof(changes) = 'array' and pg_column_size(changes) < 256),
    before jsonb check (pg_column_size(before) < 4096),
    after jsonb check (pg_column_size(after) < 4096),
    message text check (length(message) <= 2000),
    tried_at timestamptz,
    applied_version integer check (applied_version > 0),
    apply_message text check (length(apply_message) <= 2000),
    applied_at timestamptz,
    primary key (run_id, number),
    unique (run_id, session_id),
    check ((outcome is null) = (tried_at is null)),
    check (num_nonnulls(applied_version, apply_message) <= 1),
    check ((applied_at is null) = (num_nonnulls(applied_version, apply_message) = 0))
);
comment on table app.reprocessing_items is 'One session of a run: counts and scores before and after, never a signal.';
comment on column app.reprocessing_items.seen_version is
    'The result version that the dry run compared with; only on top of that one the run is applied.';
create index reprocessing_items_session on app.reprocessing_items (session_id);
create index reprocessing_items_waiting on app.reprocessing_items (run_id) where outcome is null;

-- How a result came about, as far as somebody decided it.
alter table app.processing_parameters
    add column changed_settings jsonb check (jsonb_typeof(changed_settings) = 'object'
        and pg_column_size(changed_settings) < 16384),
    add column reprocessing_run bigint references app.reprocessing_runs (id) on delete set null;
comment on column app.processing_parameters.changed_settings is
    'Settings that were not the program''s own at the time; the session''s next analysis takes them again.';
comment on column app.processing_parameters.reprocessing_run is 'The run whose application made this version.';
create index processing_parameters_run on app.processing_parameters (reprocessing_run)
    where reprocessing_run is not null;

create function app.is_researching() returns boolean
language sql stable security definer set search_path = '' as $$
    select coalesce(app.viewer_role() in ('researcher', 'administrator'), false)
$$;

-- Five sessions a job, after everything that arrives: a recording never waits for more than one chunk.
create function app.enqueue_reprocessing(p_run bigint, p_phase text) returns void
language plpgsql security definer set search_path = procrastinate, pg_temp as $$
declare
    v_run app.reprocessing_runs;
begin
    select * into v_run from app.reprocessing_runs r where r.id = p_run;
    perform procrastinate.procrastinate_defer_jobs_v1(array_agg(row(
        'analysis', 'reprocess_chunk', -10, null, null,
        jsonb_build_object('run_id', p_run, 'phase', p_phase, 'first', f.first,
                           'last', least(f.first + 4, v_run.n_items), 'correlation_id', v_run.correlation_id),
        null)::procrastinate.procrastinate_job_to_defer_v1 order by f.first))
    from generate_series(1, v_run.n_items, 5) as f (first);
end
$$;

create function app.start_dry_run(
    p_title text, p_settings jsonb, p_scoring jsonb, p_selection jsonb, p_sessions uuid[], p_correlation_id text
) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
    v_run bigint;
    v_count integer;
begin
    if not app.is_researching() then
        raise exception 'Only researchers and administrators try settings.' using errcode = 'insufficient_privilege';
    end if;
    select count(*) into v_count from app.therapy_sessions s where s.id = any(p_sessions);
    if v_count = 0 or v_count > 5000 then
        raise exception '% sessions are chosen; expected 1 to 5000.', v_count using errcode = 'invalid_parameter_value';
    end if;
    insert into app.reprocessing_runs (title, settings, scoring, selection, n_items, created_by, correlation_id)
    values (p_title, p_settings, p_scoring, p_selection, v_count, auth.uid(), p_correlation_id)
    returning id into v_run;
    insert into app.reprocessing_items (run_id, number, session_id)
    select v_run, row_number() over (order by s.session_code), s.id
    from app.therapy_sessions s where s.id = any(p_sessions);
    perform app.enqueue_reprocessing(v_run, 'try');
    return v_run;
end
$$;

-- A dry run stops, or what it found is put aside; an application stops where it is, and what it did stays.
create function app.cancel_reprocessing(p_run bigint) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
    if not app.is_researching() then
        raise exception 'Only researchers and administrators cancel a run.' using errcode = 'insufficient_privilege';
    end if;
    update app.reprocessing_runs r
    set cancelled_at = case when r.apply_requested_at is null then now() end,
        apply_cancelled_at = case when r.apply_requested_at is not null then now() end
    where r.id = p_run and r.cancelled_at is null and r.apply_cancelled_at is null;
    return found;
end
$$;

create function app.apply_reprocessing(p_run bigint, p_reason text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_run app.reprocessing_runs;
begin
    if not app.is_researching() then
        raise exception 'Only researchers and administrators apply a run.' using errcode = 'insufficient_privilege';
    end if;
    select * into v_run from app.reprocessing_runs r where r.id = p_run for update;
    if v_run.id is null then
        raise exception 'There is no run %.', p_run using errcode = 'no_data_found';
    end if;
    if v_run.cancelled_at is not null or v_run.apply_requested_at is not null then
        raise exception 'Run % was cancelled or applied already.', p_run using errcode = 'restrict_violation';
    end if;
    if exists (select from app.reprocessing_items i where i.run_id = p_run and i.outcome is null) then
        raise exception 'The dry run % has not ended yet.', p_run using errcode = 'restrict_violation';
    end if;
    if v_run.scoring is not null and not exists (
        select from app.scoring_configuration c where c.configuration = v_run.scoring) then
        raise exception 'These scoring rules are no stored configuration: add them under Settings first.'
            using errcode = 'invalid_parameter_value';
    end if;
    update app.reprocessing_runs r
    set apply_reason = p_reason, applied_by = auth.uid(), apply_requested_at = now()
    where r.id = p_run;
    perform app.enqueue_reprocessing(p_run, 'apply');
end
$$;

-- Who applied it stands behind every session that it changed, though a worker wrote the rows.
create function app.audit_applied() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    insert into app.audit_log (actor, action, table_name, row_key, before, after, reason, correlation_id)
    select r.applied_by, 'update', 'performance_scores', new.session_id::text,
           jsonb_build_object('result_version', new.seen_version, 'total', round(o.total::numeric, 2),
                              'low', round(o.low::numeric, 2), 'high', round(o.high::numeric, 2)),
           jsonb_build_object('result_version', new.applied_version, 'total', round(n.total::numeric, 2),
                              'low', round(n.low::numeric, 2), 'high', round(n.high::numeric, 2)),
           r.apply_reason, r.correlation_id
    from app.reprocessing_runs r
    left join app.performance_scores o on (o.session_id, o.result_version) = (new.session_id, new.seen_version)
    left join app.performance_scores n on (n.session_id, n.result_version) = (new.session_id, new.applied_version)
    where r.id = new.run_id;
    return null;
end
$$;
create trigger audit_applied after update of applied_version on app.reprocessing_items
    for each row when (old.applied_version is null and new.applied_version is not null)
    execute function app.audit_applied();

-- Runs with work left whose jobs are lost, as after the queue was restored from an older copy.
create function app.rescue_reprocessing() returns integer
language plpgsql security definer set search_path = '' as $$
declare
    v_run record;
    v_count integer := 0;
begin
    for v_run in
        select r.id, case when r.apply_requested_at is null then 'try' else 'apply' end as phase
        from app.reprocessing_runs r
        where r.cancelled_at is null and r.apply_cancelled_at is null
          and coalesce(r.apply_requested_at, r.created_at) < now() - interval '1 minute'
          and exists (
              select from app.reprocessing_items i
              where i.run_id = r.id and case when r.apply_requested_at is null then i.outcome is null
                  else i.outcome in ('same', 'changed', 'newly_read') and i.applied_at is null end)
          and not exists (
              select from procrastinate.procrastinate_jobs j
              where j.status in ('todo', 'doing') and j.task_name = 'reprocess_chunk'
                and (j.args ->> 'run_id')::bigint = r.id)
    loop
        perform app.enqueue_reprocessing(v_run.id, v_run.phase);
        v_count := v_count + 1;
    end loop;
    return v_count;
end
$$;

alter table app.scoring_choice enable row level security;
create policy viewer_reads on app.scoring_choice for select to authenticated
    using ((select app.viewer_role()) is not null);
create policy administrator_adds on app.scoring_choice for insert to authenticated
    with check ((select app.is_administrator()));
create policy worker on app.scoring_choice for select to app_worker using (true);
grant select, insert (revision, configuration_id, reason) on app.scoring_choice to authenticated;
grant select on app.scoring_choice to app_worker;

alter table app.reprocessing_runs enable row level security;
create policy researcher_reads on app.reprocessing_runs for select to authenticated
    using ((select app.is_researching()));
create policy worker_reads on app.reprocessing_runs for select to app_worker using (true);
create policy worker_forgets on app.reprocessing_runs for delete to app_worker
    using (apply_requested_at is null and created_at < now() - interval '30 days');
grant select on app.reprocessing_runs to authenticated;
grant select, delete on app.reprocessing_runs to app_worker;

alter table app.reprocessing_items enable row level security;
create policy researcher_reads on app.reprocessing_items for select to authenticated
    using ((select app.is_researching()));
create policy worker_reads on app.reprocessing_items for select to app_worker using (true);
create policy worker_notes on app.reprocessing_items for update to app_worker using (true);
grant select on app.reprocessing_items to authenticated;
grant select, update (seen_version, outcome, changes, before, after, message, tried_at, applied_version,
    apply_message, applied_at) on app.reprocessing_items to app_worker;

revoke all on function app.keep_scoring_choice() from public;
revoke all on function app.is_researching() from public;
revoke all on function app.enqueue_reprocessing(bigint, text) from public;
revoke all on function app.start_dry_run(text, jsonb, jsonb, jsonb, uuid[], text) from public;
revoke all on function app.cancel_reprocessing(bigint) from public;
revoke all on function app.apply_reprocessing(bigint, text) from public;
revoke all on function app.audit_applied() from public;
revoke all on function app.rescue_reprocessing() from public;
grant execute on function app.is_researching(), app.start_dry_run(text, jsonb, jsonb, jsonb, uuid[], text),
    app.cancel_reprocessing(bigint), app.apply_reprocessing(bigint, text) to authenticated;
grant execute on function app.rescue_reprocessing() to app_worker;
