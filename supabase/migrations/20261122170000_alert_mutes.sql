-- Alerts that somebody does not want to be told of for a while: why, by whom, until when. What is muted stays visible.

create table app.alert_mutes (
    patient_id uuid not null references app.patients (id) on delete cascade,
    rule text not null check (rule in ('missed', 'fewer_good', 'quality', 'effort', 'unreadable')),
    reason text not null check (length(reason) between 3 and 500 and reason ~ '\S'),
    until timestamptz not null,
    muted_by uuid default auth.uid() references app.user_profiles (user_id) on delete set null,
    muted_at timestamptz not null default now(),
    primary key (patient_id, rule),
    check (until > muted_at and until <= muted_at + interval '31 days')
);
comment on table app.alert_mutes is
    'One row per patient and rule, replaced by the next; what it said before is in the audit log. It counts until "until".';
create index alert_mutes_author on app.alert_mutes (muted_by);

create function app.next_mute() returns trigger language plpgsql set search_path = '' as $$
begin
    new.muted_by := auth.uid();
    new.muted_at := now();
    return new;
end
$$;
create trigger who before update of reason, until on app.alert_mutes
    for each row execute function app.next_mute();
create trigger audit after insert or update or delete on app.alert_mutes
    for each row execute function app.audit_change('patient_id');

alter table app.alert_mutes enable row level security;
create policy editor_reads on app.alert_mutes for select to authenticated
    using ((select app.is_administrator()) or patient_id = any((select app.own_patients())::uuid[]));
create policy editor_adds on app.alert_mutes for insert to authenticated
    with check ((select app.is_administrator()) or patient_id = any((select app.own_patients())::uuid[]));
create policy editor_changes on app.alert_mutes for update to authenticated
    using ((select app.is_administrator()) or patient_id = any((select app.own_patients())::uuid[]));
create policy editor_deletes on app.alert_mutes for delete to authenticated
    using ((select app.is_administrator()) or patient_id = any((select app.own_patients())::uuid[]));
grant select, delete, insert (patient_id, rule, reason, until), update (reason, until)
    on app.alert_mutes to authenticated;

-- Sessions whose channels name no leg wait for a person; there are few, among very many that do.
create index session_summaries_no_leg on app.session_summaries (session_id)
    where status = 'completed' and left_verdict is null and right_verdict is null;

revoke all on function app.next_mute() from public;
