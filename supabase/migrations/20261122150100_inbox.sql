-- What people do about files: say that a session was reviewed, put aside what needs nothing, give a file to a patient.

create table app.session_reviews (
    session_id uuid primary key references app.therapy_sessions (id) on delete cascade,
    result_version integer not null check (result_version > 0),
    judged_at timestamptz not null,
    reviewed_by uuid default auth.uid() references app.user_profiles (user_id) on delete set null,
    reviewed_at timestamptz not null default now()
);
comment on table app.session_reviews is
    'Who looked a session over, and what they saw; it counts for as long as that is what the session shows.';
comment on column app.session_reviews.judged_at is
    'performance_scores.computed_at of what was seen: a correction, an entered value or a swap makes it another.';
create index session_reviews_author on app.session_reviews (reviewed_by);

create function app.next_review() returns trigger language plpgsql set search_path = '' as $$
begin
    new.reviewed_by := auth.uid();
    new.reviewed_at := now();
    return new;
end
$$;
create trigger who before update of result_version, judged_at on app.session_reviews
    for each row execute function app.next_review();
create trigger audit after insert or update or delete on app.session_reviews
    for each row execute function app.audit_change('session_id');

create table app.inbox_dismissals (
    id bigint generated always as identity primary key,
    session_id uuid unique references app.therapy_sessions (id) on delete cascade,
    event_id bigint unique references app.storage_events (id) on delete cascade,
    dismissed_by uuid default auth.uid() references app.user_profiles (user_id) on delete set null,
    dismissed_at timestamptz not null default now(),
    check (num_nonnulls(session_id, event_id) = 1)
);
comment on table app.inbox_dismissals is
    'Files that somebody put aside: a session until it changes again, a file of nobody until it arrives again.';
create index inbox_dismissals_author on app.inbox_dismissals (dismissed_by);
create trigger audit after insert or update or delete on app.inbox_dismissals
    for each row execute function app.audit_change('id');

alter table app.session_reviews enable row level security;
create policy viewer_reads on app.session_reviews for select to authenticated
    using ((select app.sees_every_patient()) or session_id in (select app.own_sessions()));
create policy editor_adds on app.session_reviews for insert to authenticated
    with check ((select app.is_administrator()) or session_id in (select app.own_sessions()));
create policy editor_changes on app.session_reviews for update to authenticated
    using ((select app.is_administrator()) or session_id in (select app.own_sessions()));
create policy editor_deletes on app.session_reviews for delete to authenticated
    using ((select app.is_administrator()) or session_id in (select app.own_sessions()));
grant select, delete, insert (session_id, result_version, judged_at), update (result_version, judged_at)
    on app.session_reviews to authenticated;

alter table app.inbox_dismissals enable row level security;
create policy viewer_reads on app.inbox_dismissals for select to authenticated
    using ((select app.is_administrator()) or session_id in (select app.own_sessions()));
create policy editor_adds on app.inbox_dismissals for insert to authenticated
    with check ((select app.is_administrator()) or session_id in (select app.own_sessions()));
create policy editor_changes on app.inbox_dismissals for update to authenticated
    using ((select app.is_administrator()) or session_id in (select app.own_sessions()));
create policy editor_deletes on app.inbox_dismissals for delete to authenticated
    using ((select app.is_administrator()) or session_id in (select app.own_sessions()));
grant select, delete, insert (session_id, event_id), update (dismissed_at) on app.inbox_dismissals to authenticated;

-- A file of nobody was given to a patient: its events are settled, and say so.
create function app.settle_parked_events(p_event_id bigint, p_session_id uuid) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
    v_event app.storage_events;
    v_code text;
    v_settled bigint;
begin
    if not app.is_administrator() then
        raise exception 'Only administrators see files of no patient.' using errcode = 'insufficient_privilege';
    end if;
    select * into v_event from app.storage_events e
    where e.id = p_event_id and e.outcome = 'parked' and e.session_id is null for update;
    select s.session_code into v_code from app.therapy_sessions s where s.id = p_session_id;
    if v_event.id is null or v_code is null then
        return 0;
    end if;
    update app.storage_events e
    set session_id = p_session_id, reason = 'Given to a patient: session ' || v_code || '.'
    where e.outcome = 'parked' and e.session_id is null and e.bucket = v_event.bucket
      and e.object_name = v_event.object_name;
    get diagnostics v_settled = row_count;
    insert into app.audit_log (actor, action, table_name, row_key, before, after)
    values (auth.uid(), 'update', 'storage_events', p_event_id::text,
            jsonb_build_object('object_name', v_event.object_name, 'session', null),
            jsonb_build_object('object_name', v_event.object_name, 'session', v_code));
    return v_settled;
end
$$;

-- How far a run is: reading and analysing are told apart while they last.
alter table app.therapy_sessions add column run_stage text check (run_stage in ('reading', 'analysing'));
comment on column app.therapy_sessions.run_stage is 'Says nothing once the run has ended.';

-- The Inbox goes by arrival; a file is known again by its content.
create index therapy_sessions_arrived on app.therapy_sessions (received_at desc, id desc);

revoke all on function app.next_review() from public;
revoke all on function app.settle_parked_events(bigint, uuid) from public;
grant execute on function app.settle_parked_events(bigint, uuid) to authenticated;
