update app.emg_statistics set details = jsonb_set(details, '{mvc,source}', '"patient"')
where details #>> '{mvc,source}' = 'session';
revoke update (entered_by) on app.bfr_monitoring from authenticated;
alter table app.bfr_monitoring drop column entered_by;
drop trigger note_who_entered on app.session_settings;
drop function app.note_who_entered();
alter table app.session_settings disable trigger user;
alter table app.session_settings drop constraint session_settings_targets_together;
update app.session_settings
set expected_contractions = coalesce(expected_contractions, 12),
    target_percent_mvc = coalesce(target_percent_mvc, 75),
    target_duration_s = coalesce(target_duration_s, 2);
alter table app.session_settings
    alter column expected_contractions set default 12,
    alter column expected_contractions set not null,
    alter column target_percent_mvc set default 75,
    alter column target_percent_mvc set not null,
    alter column target_duration_s set default 2,
    alter column target_duration_s set not null,
    drop column right_expected_contractions,
    drop column right_target_percent_mvc,
    drop column entered;
alter table app.session_settings enable trigger user;
comment on table app.session_settings is 'Targets, and what a person entered because the file does not hold it; null is not recorded.';
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
          and o.key not in ('updated_at', 'edited_at', 'revision', 'recorded_at');
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
