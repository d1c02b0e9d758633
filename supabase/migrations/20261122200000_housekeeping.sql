-- What grows with every recording and is not a result is forgotten in time. Keys that tell a repeated event from a
-- new one stay.

-- Whole events, kept so that one can be looked at again; forgotten by age, the oldest first.
create index storage_events_with_body on app.storage_events (received_at)
    where body is not null and (outcome <> 'parked' or gone_at is not null or session_id is not null);

-- A batch: rows that somebody holds are left for the next. A file that still waits for a patient keeps its event.
-- Nothing younger than a day, whatever is asked: a sender may repeat an event for hours.
create function app.tidy_storage_events(p_before timestamptz, p_limit integer)
returns table (emptied bigint, deleted bigint)
language sql security definer set search_path = '' as $$
    with old as (
        select e.id, e.outcome from app.storage_events e
        where e.body is not null and (e.outcome <> 'parked' or e.gone_at is not null or e.session_id is not null)
          and e.received_at < least(p_before, now() - interval '1 day')
        order by e.received_at limit p_limit for update skip locked
    ), without_body as (
        update app.storage_events e set body = null from old
        where e.id = old.id and old.outcome <> 'ignored' returning 1
    ), gone as (
        -- Asked nothing of anybody then, and would ask nothing again.
        delete from app.storage_events e using old where e.id = old.id and old.outcome = 'ignored' returning 1
    )
    select (select count(*) from without_body), (select count(*) from gone)
$$;
comment on function app.tidy_storage_events(timestamptz, integer) is
    'Empties old events of their bodies and keeps their ids; events that were ignored go altogether.';
revoke all on function app.tidy_storage_events(timestamptz, integer) from public;
grant execute on function app.tidy_storage_events(timestamptz, integer) to app_worker;
