-- How often signals are looked at and what building them costs, so that a question about caches has an answer from
-- figures. Counts by session and day, written by programs in batches; nobody is named, so there is nothing to audit.

create table app.trace_use (
    session_id uuid not null references app.therapy_sessions (id) on delete cascade,
    day date not null,
    drawn integer not null default 0 check (drawn >= 0),
    looks integer not null default 0 check (looks >= drawn),
    memory_hits integer not null default 0 check (memory_hits >= 0),
    shared_hits integer not null default 0 check (shared_hits >= 0),
    builds integer not null default 0 check (builds >= 0),
    slow_builds integer not null default 0 check (slow_builds between 0 and builds),
    build_s double precision not null default 0 check (build_s >= 0),
    longest_build_s double precision check (longest_build_s >= 0),
    primary key (session_id, day),
    check ((builds > 0) = (longest_build_s is not null)),
    check (memory_hits + shared_hits + builds <= looks)
);
comment on table app.trace_use is 'One row per session and UTC day on which its signals were asked for.';
comment on column app.trace_use.drawn is
    'Looks that were for a picture; the others were exports. A page asks again whenever it is drawn anew.';
comment on column app.trace_use.looks is
    'Whatever was neither a hit nor a build waited for somebody else''s build, or failed.';
comment on column app.trace_use.slow_builds is 'Builds that took longer than 1 s.';
comment on column app.trace_use.build_s is 'All builds together, in seconds: reading the file, checking it, filtering.';
create index trace_use_day on app.trace_use (day);

-- Since when there are counts: a session from before may have been looked at without a trace.
create table app.trace_use_begun (
    since timestamptz primary key default now()
);
comment on table app.trace_use_begun is 'One row: when counting began, which is when this table was made.';
insert into app.trace_use_begun default values;

-- Rows in one order, so that two programs never wait for each other; sessions deleted meanwhile are left out.
create function app.add_trace_use(p_rows jsonb) returns void
language sql security definer set search_path = '' as $$
    insert into app.trace_use as u
        (session_id, day, drawn, looks, memory_hits, shared_hits, builds, slow_builds, build_s, longest_build_s)
    select s.id, r.day, r.drawn, r.looks, r.memory_hits, r.shared_hits, r.builds, r.slow_builds, r.build_s,
           r.longest_build_s
    from jsonb_to_recordset(p_rows) as r(
        session_code text, day date, drawn integer, looks integer, memory_hits integer, shared_hits integer,
        builds integer, slow_builds integer, build_s double precision, longest_build_s double precision)
    join app.therapy_sessions s on s.session_code = r.session_code
    order by s.id, r.day
    on conflict (session_id, day) do update set
        drawn = u.drawn + excluded.drawn,
        looks = u.looks + excluded.looks,
        memory_hits = u.memory_hits + excluded.memory_hits,
        shared_hits = u.shared_hits + excluded.shared_hits,
        builds = u.builds + excluded.builds,
        slow_builds = u.slow_builds + excluded.slow_builds,
        build_s = u.build_s + excluded.build_s,
        longest_build_s = greatest(u.longest_build_s, excluded.longest_build_s)
$$;

alter table app.trace_use enable row level security;
create policy administrator_reads on app.trace_use for select to authenticated
    using ((select app.is_administrator()));
alter table app.trace_use_begun enable row level security;
create policy administrator_reads on app.trace_use_begun for select to authenticated
    using ((select app.is_administrator()));
grant select on app.trace_use, app.trace_use_begun to authenticated;

revoke all on function app.add_trace_use(jsonb) from public;
-- Programs that draw signals count as themselves, not as the person who looks.
grant execute on function app.add_trace_use(jsonb) to app_dashboard;
