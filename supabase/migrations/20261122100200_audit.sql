-- Who opened, changed, exported what and when. Rows are only ever added.

create table app.audit_log (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    actor uuid,
    program text not null default session_user,
    action text not null check (action in ('insert', 'update', 'delete', 'read', 'export')),
    table_name text not null,
    row_key text not null,
    before jsonb,
    after jsonb,
    reason text check (length(reason) <= 1000),
    correlation_id text check (length(correlation_id) <= 200),
    check ((action in ('update', 'delete')) = (before is not null)),
    check ((action in ('update', 'insert')) = (after is not null))
);
comment on table app.audit_log is 'Append-only. An update keeps the columns that changed; see also the function record_access.';
comment on column app.audit_log.actor is 'The person whose claims were set; null when a program acted by itself.';
comment on column app.audit_log.program is 'The login role of the connection.';
create index audit_log_row on app.audit_log (table_name, row_key, id desc);
create index audit_log_actor on app.audit_log (actor, id desc);
alter table app.audit_log enable row level security;

create function app.refuse_change() returns trigger language plpgsql set search_path = '' as $$
begin
    raise exception 'The audit log is append-only.' using errcode = 'insufficient_privilege';
end
$$;
create trigger append_only before update or delete or truncate on app.audit_log
    for each statement execute function app.refuse_change();

-- The first argument is the key's column; settings 'app.reason' and 'app.correlation_id' of the transaction are kept.
create function app.audit_change() returns trigger
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

-- A session begins with default settings, and a patient's counter moves with every arrival: neither is news.
create trigger audit after update or delete on app.session_settings
    for each row execute function app.audit_change('session_id');
create trigger audit after insert or delete or update of code, therapist, site on app.patients
    for each row execute function app.audit_change('id');
create trigger audit after insert or update or delete on app.patient_identities
    for each row execute function app.audit_change('patient_id');
create trigger audit after insert or update or delete on app.bfr_monitoring
    for each row execute function app.audit_change('session_id');
create trigger audit after insert or update or delete on app.clinical_notes
    for each row execute function app.audit_change('id');
create trigger audit after insert or update or delete on app.user_profiles
    for each row execute function app.audit_change('user_id');
create trigger audit after insert or update or delete on app.scoring_configuration
    for each row execute function app.audit_change('id');

create function app.record_access(
    p_action text, p_table_name text, p_row_key text, p_reason text default null, p_correlation_id text default null
) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
    v_id bigint;
begin
    if app.viewer_role() is null then
        raise exception 'Only a signed-in person opens or exports.' using errcode = 'insufficient_privilege';
    end if;
    if p_action is null or p_action not in ('read', 'export') then
        raise exception 'The action is %; expected read or export.', p_action using errcode = 'invalid_parameter_value';
    end if;
    insert into app.audit_log (actor, action, table_name, row_key, reason, correlation_id)
    values (auth.uid(), p_action, p_table_name, p_row_key, p_reason, p_correlation_id)
    returning id into v_id;
    return v_id;
end
$$;

create policy administrator_reads on app.audit_log for select to authenticated
    using ((select app.is_administrator()));
grant select on app.audit_log to authenticated;

revoke all on function app.refuse_change() from public;
revoke all on function app.audit_change() from public;
revoke all on function app.record_access(text, text, text, text, text) from public;
grant execute on function app.record_access(text, text, text, text, text) to authenticated;
