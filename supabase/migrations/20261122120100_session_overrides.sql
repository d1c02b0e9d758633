-- Targets of a session become what somebody changed for this session alone; null means: as prescribed, else the
-- trial's. What was entered gets its moment and its author.

-- Bookkeeping of this migration is nobody's edit.
alter table app.session_settings disable trigger user;

alter table app.session_settings
    alter column expected_contractions drop not null,
    alter column expected_contractions drop default,
    alter column target_percent_mvc drop not null,
    alter column target_percent_mvc drop default,
    alter column target_duration_s drop not null,
    alter column target_duration_s drop default,
    add column right_expected_contractions integer check (right_expected_contractions between 1 and 200),
    add column right_target_percent_mvc double precision check (right_target_percent_mvc between 1 and 150),
    add column entered jsonb check (jsonb_typeof(entered) = 'object' and pg_column_size(entered) < 2048);
comment on table app.session_settings is
    'Targets changed for this session alone, and what a person entered because the file does not hold it. Null targets '
    'are the prescription''s, else the trial''s; any other null is not recorded.';
comment on column app.session_settings.right_expected_contractions is 'Null: as on the left.';
comment on column app.session_settings.right_target_percent_mvc is 'Null: as on the left.';
comment on column app.session_settings.entered is 'By column: when its value was entered, and by whom.';

-- The trial's three values together were nobody's choice. Three of which one differs were saved as a whole: kept so.
update app.session_settings
set expected_contractions = null, target_percent_mvc = null, target_duration_s = null
where expected_contractions = 12 and target_percent_mvc = 75 and target_duration_s = 2;

alter table app.session_settings add constraint session_settings_targets_together check (
    num_nulls(expected_contractions, target_percent_mvc, target_duration_s) in (0, 3)
    and (expected_contractions is not null
         or num_nonnulls(right_expected_contractions, right_target_percent_mvc) = 0));

update app.session_settings g
set entered = l.entered
from (
    select last.row_key, jsonb_object_agg(last.key, jsonb_build_object('at', last.at, 'by', last.actor)) as entered
    from (
        select distinct on (a.row_key, e.key) a.row_key, e.key, e.value, a.at, a.actor
        from app.audit_log a, jsonb_each(a.after) e
        where a.table_name = 'session_settings' and a.action = 'update'
          and e.key in ('mvc_left_uv', 'mvc_right_uv', 'perceived_effort_cr10', 'game_max_points')
        order by a.row_key, e.key, a.id desc
    ) last
    where last.value <> 'null'
    group by last.row_key
) l
where l.row_key = g.session_id::text;

alter table app.session_settings enable trigger user;

create function app.note_who_entered() returns trigger language plpgsql set search_path = '' as $$
declare
    v_old jsonb := to_jsonb(old);
    v_new jsonb := to_jsonb(new);
    v_column text;
begin
    new.entered := old.entered;
    foreach v_column in array array['mvc_left_uv', 'mvc_right_uv', 'perceived_effort_cr10', 'game_max_points',
                                    'expected_contractions', 'right_expected_contractions', 'target_percent_mvc',
                                    'right_target_percent_mvc', 'target_duration_s'] loop
        if v_new -> v_column is distinct from v_old -> v_column then
            new.entered := case when v_new -> v_column = 'null' then new.entered - v_column
                else coalesce(new.entered, '{}') || jsonb_build_object(
                    v_column, jsonb_build_object('at', now(), 'by', auth.uid())) end;
        end if;
    end loop;
    new.entered := nullif(new.entered, '{}');
    return new;
end
$$;
revoke all on function app.note_who_entered() from public;
create trigger note_who_entered before update on app.session_settings
    for each row execute function app.note_who_entered();

alter table app.bfr_monitoring
    add column entered_by uuid default auth.uid() references app.user_profiles (user_id) on delete set null;
create index bfr_monitoring_author on app.bfr_monitoring (entered_by);
grant update (entered_by) on app.bfr_monitoring to authenticated;

grant update (right_expected_contractions, right_target_percent_mvc) on app.session_settings to authenticated;

-- So far "patient" meant: entered for this session.
update app.emg_statistics set details = jsonb_set(details, '{mvc,source}', '"session"')
where details #>> '{mvc,source}' = 'patient';

-- The bookkeeping of who entered what follows from the columns beside it: no news of its own.
create or replace function app.audit_change() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    v_old jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
    v_new jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
    v_key text := coalesce(v_new, v_old) ->> tg_argv[0];
begin
    if tg_op = 'UPDATE' then
        select jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, v_new -> o.key) into v_old, v_new
        from jsonb_each(v_old) o
        where o.value is distinct from v_new -> o.key
          and o.key not in ('updated_at', 'edited_at', 'revision', 'recorded_at', 'entered');
        if v_old is null then
            return null;
        end if;
    end if;
    insert into app.audit_log (actor, action, table_name, row_key, before, after, reason, correlation_id)
    values (auth.uid(), lower(tg_op), tg_table_name, v_key, v_old, v_new,
            nullif(left(current_setting('app.reason', true), 1000), ''),
            nullif(left(current_setting('app.correlation_id', true), 200), ''));
    return null;
end
$$;
