-- What people change about detected contractions: a log that is only added to, and what the detector said before.

create table app.contraction_corrections (
    session_id uuid not null references app.therapy_sessions (id) on delete cascade,
    revision integer not null check (revision > 0),
    action text not null check (action in ('edit', 'undo', 'redo')),
    target integer check (target < revision),
    channel_name text check (length(channel_name) between 1 and 200),
    kind text check (kind in ('accept', 'reject', 'move', 'split', 'merge', 'add')),
    onset_s double precision,
    offset_s double precision,
    new_onset_s double precision,
    new_offset_s double precision,
    at_s double precision,
    reason text check (length(reason) between 1 and 1000),
    author uuid default auth.uid() references app.user_profiles (user_id) on delete set null,
    made_at timestamptz not null default now(),
    primary key (session_id, revision),
    foreign key (session_id, target) references app.contraction_corrections (session_id, revision),
    check ((action = 'edit') = (target is null)),
    check ((action = 'edit') = (kind is not null and channel_name is not null and onset_s is not null
                                and offset_s is not null)),
    check (onset_s >= 0 and onset_s < offset_s and offset_s <= 86400),
    check (new_onset_s >= 0 and new_onset_s < new_offset_s and new_offset_s <= 86400),
    check (action <> 'edit' or (kind in ('move', 'merge')) = (new_onset_s is not null)),
    check ((new_onset_s is null) = (new_offset_s is null)),
    check (action <> 'edit' or (kind = 'split') = (at_s is not null)),
    check (at_s > onset_s and at_s < offset_s)
);
comment on table app.contraction_corrections is
    'Append-only. Seconds from the start of the recording say what an edit is about, so that it survives re-analysis.';
comment on column app.contraction_corrections.revision is
    'Counts from 1 in each session; two people cannot both write the next one.';
comment on column app.contraction_corrections.target is 'The edit that an undo takes back or a redo puts back.';
create index contraction_corrections_target on app.contraction_corrections (session_id, target);
create index contraction_corrections_author on app.contraction_corrections (author);

create function app.keep_corrections() returns trigger language plpgsql set search_path = '' as $$
begin
    -- Only who made it may be forgotten, when that account is deleted.
    if tg_op = 'UPDATE' and new.author is null and to_jsonb(new) - 'author' = to_jsonb(old) - 'author' then
        return new;
    end if;
    raise exception 'The log of corrections is append-only.' using errcode = 'insufficient_privilege';
end
$$;
create trigger append_only before update on app.contraction_corrections
    for each row execute function app.keep_corrections();
create trigger append_only_all before truncate on app.contraction_corrections
    for each statement execute function app.keep_corrections();
create trigger audit after insert or delete on app.contraction_corrections
    for each row execute function app.audit_change('session_id');

-- emg_statistics says what counts now. The first correction of a channel leaves what the detector said here; nobody
-- may write this table, only the trigger does.
create table app.detected_statistics (
    session_id uuid not null,
    result_version integer not null,
    position smallint not null,
    n_contractions integer not null check (n_contractions >= 0),
    details jsonb not null check (jsonb_typeof(details) = 'object' and pg_column_size(details) < 262144),
    kept_at timestamptz not null default now(),
    primary key (session_id, result_version, position),
    foreign key (session_id, result_version, position)
        references app.emg_statistics (session_id, result_version, position) on delete cascade
);
comment on table app.detected_statistics is
    'Channels as the detector found them, kept when the first correction changes what counts.';

create function app.keep_detected() returns trigger language plpgsql security definer set search_path = '' as $$
begin
    insert into app.detected_statistics (session_id, result_version, position, n_contractions, details)
    values (old.session_id, old.result_version, old.position, old.n_contractions, old.details)
    on conflict (session_id, result_version, position) do nothing;
    return null;
end
$$;
create trigger keep_detected after update of details on app.emg_statistics for each row
    when (not old.details ? 'corrections' and new.details ? 'corrections')
    execute function app.keep_detected();

alter table app.performance_scores
    add column corrections_revision integer check (corrections_revision > 0);
comment on column app.performance_scores.corrections_revision is
    'Up to which revision of contraction_corrections the score was judged; null where there are none.';
comment on column app.emg_statistics.n_contractions is
    'How many count: what the detector found or, where somebody corrected the channel, what is left then.';

alter table app.contraction_corrections enable row level security;
create policy viewer_reads on app.contraction_corrections for select to authenticated
    using ((select app.sees_every_patient()) or exists (
        select from app.therapy_sessions s
        where s.id = session_id and s.patient_id = any((select app.own_patients())::uuid[])));
create policy editor_adds on app.contraction_corrections for insert to authenticated
    with check (author = (select auth.uid())
        and ((select app.is_administrator()) or session_id in (select app.own_sessions())));
create policy worker on app.contraction_corrections for select to app_worker using (true);
grant select, insert (session_id, revision, action, target, channel_name, kind, onset_s, offset_s, new_onset_s,
    new_offset_s, at_s, reason) on app.contraction_corrections to authenticated;
grant select on app.contraction_corrections to app_worker;

alter table app.detected_statistics enable row level security;
create policy viewer_reads on app.detected_statistics for select to authenticated
    using ((select app.sees_every_patient()) or exists (
        select from app.therapy_sessions s
        where s.id = session_id and s.patient_id = any((select app.own_patients())::uuid[])));
create policy worker on app.detected_statistics for select to app_worker using (true);
grant select on app.detected_statistics to authenticated, app_worker;

grant update (n_contractions) on app.emg_statistics to authenticated;
grant update (corrections_revision) on app.performance_scores to authenticated;

revoke all on function app.keep_corrections() from public;
revoke all on function app.keep_detected() from public;
