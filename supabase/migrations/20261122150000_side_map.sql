-- Which channel is which leg, as a person said it: kept apart from what a reader found, so that it outlives an analysis.

create function app.is_channel_map(m jsonb) returns boolean
language sql immutable strict set search_path = '' as $$
    select jsonb_typeof(m) = 'object' and m <> '{}' and pg_column_size(m) < 16384
        and not exists (
            select from jsonb_each(m) c
            where length(c.key) not between 1 and 200 or c.value not in ('"left"', '"right"', 'null'))
$$;

create table app.session_side_map (
    session_id uuid primary key references app.therapy_sessions (id) on delete cascade,
    channel_map jsonb not null check (app.is_channel_map(channel_map)),
    revision integer not null default 1 check (revision > 0),
    updated_by uuid default auth.uid() references app.user_profiles (user_id) on delete set null,
    updated_at timestamptz not null default now()
);
comment on table app.session_side_map is 'The channels to read as EMG and their legs; no row means by the labels.';
comment on column app.session_side_map.channel_map is 'Channel to "left", "right" or null (no leg); a channel that is not named is ignored.';
create index session_side_map_updated_by on app.session_side_map (updated_by);

create function app.next_side_map() returns trigger language plpgsql set search_path = '' as $$
begin
    new.revision := old.revision + 1;
    new.updated_by := auth.uid();
    new.updated_at := now();
    return new;
end
$$;
create trigger next_revision before update of channel_map on app.session_side_map
    for each row execute function app.next_side_map();
create trigger audit after insert or update or delete on app.session_side_map
    for each row execute function app.audit_change('session_id');

alter table app.session_side_map enable row level security;
create policy viewer_reads on app.session_side_map for select to authenticated
    using ((select app.sees_every_patient()) or session_id in (select app.own_sessions()));
create policy editor_adds on app.session_side_map for insert to authenticated
    with check ((select app.is_administrator()) or session_id in (select app.own_sessions()));
create policy editor_changes on app.session_side_map for update to authenticated
    using ((select app.is_administrator()) or session_id in (select app.own_sessions()));
create policy worker on app.session_side_map for select to app_worker using (true);
grant select, insert (session_id, channel_map), update (channel_map) on app.session_side_map to authenticated;
grant select on app.session_side_map to app_worker;

-- A swap moves the stored results to the other leg; what was measured in them stays.
grant update (side) on app.emg_statistics to authenticated;

-- The name of one colleague, as far as the viewer may know it.
create function app.person_name(p_user_id uuid) returns text
language sql stable set search_path = '' as $$
    select c.display_name from app.colleagues() c where c.user_id = p_user_id
$$;

revoke all on function app.person_name(uuid) from public;
revoke all on function app.is_channel_map(jsonb) from public;
revoke all on function app.next_side_map() from public;
grant execute on function app.is_channel_map(jsonb), app.person_name(uuid) to authenticated;
