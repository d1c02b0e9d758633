-- The newest results of each patient in one row: what the page Today looks at of everybody, every half a minute.

create table app.newest_results (
    patient_id uuid primary key, -- without a foreign key, whose lock would meet that of an arrival
    results text not null
);
comment on table app.newest_results is
    'One row a patient with a result, written by a trigger only: the newest twelve results of session_summaries, packed by the function pack_results.';

-- Newest first and each moment once: of one patient, two recordings of one moment are one that is stored twice. One
-- without a date counts on the day of its arrival, and its copies not at all. Only rows with a result decide, for only
-- they are followed by the triggers.
create function app.pack_results(p_patient_id uuid) returns text
language sql stable security definer set search_path = '' set datestyle = 'ISO' as $$
    select string_agg(concat(
        x.session_at, ',', x.left_verdict, ',', x.left_good, ',', x.left_good_at_most, ',', x.left_expected, ',',
        x.right_verdict, ',', x.right_good, ',', x.right_good_at_most, ',', x.right_expected, ',', x.effort_cr10
        ), ';' order by x.session_at desc)
    from (select distinct on (y.session_at) y.* from app.session_summaries y
          where y.patient_id = p_patient_id and (y.left_verdict is not null or y.right_verdict is not null)
            and (y.undated is null or not exists (
                select from app.session_summaries o where o.patient_id = y.patient_id and o.undated = y.undated
                  and (o.left_verdict is not null or o.right_verdict is not null)
                  and (o.session_at, o.session_id) < (y.session_at, y.session_id)))
          order by y.session_at desc, y.session_id limit 12) x
$$;
revoke all on function app.pack_results(uuid) from public;

-- The row is made or locked in one step, then written: of two changes at once the later one sees the earlier, also
-- where that one left nothing and deleted the row.
create function app.pack_newest(p_patients uuid[]) returns void
language plpgsql security definer set search_path = '' as $$
begin
    insert into app.newest_results (patient_id, results)
    select p.id, '' from unnest(p_patients) as p (id) order by 1
    on conflict (patient_id) do update set patient_id = excluded.patient_id;
    update app.newest_results t set results = coalesce(app.pack_results(t.patient_id), '')
    where t.patient_id = any(p_patients);
    delete from app.newest_results where patient_id = any(p_patients) and results = '';
end
$$;
revoke all on function app.pack_newest(uuid[]) from public;

-- A session without a result before and after changes nothing here.
create function app.pack_inserted() returns trigger language plpgsql security definer set search_path = '' as $$
declare
    v_patients uuid[] := array(select distinct n.patient_id from changed n
                               where num_nonnulls(n.left_verdict, n.right_verdict) > 0);
begin
    if cardinality(v_patients) > 0 then
        perform app.pack_newest(v_patients);
    end if;
    return null;
end
$$;
create function app.pack_updated() returns trigger language plpgsql security definer set search_path = '' as $$
declare
    v_patients uuid[] := array(select distinct c.patient_id from (table former union all table changed) c
                               where num_nonnulls(c.left_verdict, c.right_verdict) > 0);
begin
    if cardinality(v_patients) > 0 then
        perform app.pack_newest(v_patients);
    end if;
    return null;
end
$$;
revoke all on function app.pack_inserted() from public;
revoke all on function app.pack_updated() from public;
create trigger pack_inserted after insert on app.session_summaries
    referencing new table as changed for each statement execute function app.pack_inserted();
create trigger pack_updated after update on app.session_summaries
    referencing old table as former new table as changed for each statement execute function app.pack_updated();
create trigger pack_deleted after delete on app.session_summaries
    referencing old table as changed for each statement execute function app.pack_inserted();

-- What an index had to hold stands in the rows now; it still leads to a patient's newest results.
drop index app.session_summaries_results;
create index session_summaries_results on app.session_summaries (patient_id, session_at desc)
    where left_verdict is not null or right_verdict is not null;

insert into app.newest_results (patient_id, results)
select p.id, r.results from app.patients p, lateral (select app.pack_results(p.id) as results) r
where r.results is not null;

alter table app.newest_results enable row level security;
create policy viewer_reads on app.newest_results for select to authenticated
    using ((select app.sees_every_patient()) or patient_id = any((select app.own_patients())::uuid[]));
grant select on app.newest_results to authenticated;
