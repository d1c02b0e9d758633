-- What an administrator reads in the audit log: scores that were judged again, names, a quick way to a date.

create function app.audit_judgement() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    insert into app.audit_log (actor, action, table_name, row_key, before, after, reason, correlation_id)
    values (auth.uid(), 'update', tg_table_name, new.session_id::text,
            jsonb_build_object('total', round(old.total::numeric, 2), 'low', round(old.low::numeric, 2),
                               'high', round(old.high::numeric, 2)),
            jsonb_build_object('total', round(new.total::numeric, 2), 'low', round(new.low::numeric, 2),
                               'high', round(new.high::numeric, 2)),
            nullif(left(current_setting('app.reason', true), 1000), ''),
            nullif(left(current_setting('app.correlation_id', true), 200), ''));
    return null;
end
$$;
comment on function app.audit_judgement() is 'The score''s three numbers only: its parts follow from what was entered.';
revoke all on function app.audit_judgement() from public;
-- A new result is no edit; one that is judged again is.
create trigger audit after update on app.performance_scores
    for each row
    when (old.total is distinct from new.total or old.low is distinct from new.low or old.high is distinct from new.high)
    execute function app.audit_judgement();

-- Sessions come and go by programs. What a person does to one, uploading, asking for another analysis, deleting, is
-- theirs; by its code, because that outlives the row.
create function app.audit_session() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    v_columns text[] := case tg_op when 'UPDATE' then array['processing_status'] else array['object_name'] end;
    v_old jsonb;
    v_new jsonb;
begin
    if tg_op <> 'DELETE' and auth.uid() is null then
        return null; -- a program's own doing; asked in here, because who writes need not be able to ask
    end if;
    select jsonb_object_agg(c.name, to_jsonb(old) -> c.name) filter (where tg_op <> 'INSERT'),
           jsonb_object_agg(c.name, to_jsonb(new) -> c.name) filter (where tg_op <> 'DELETE')
    into v_old, v_new from unnest(v_columns) as c (name);
    insert into app.audit_log (actor, action, table_name, row_key, before, after, reason, correlation_id)
    values (auth.uid(), lower(tg_op), tg_table_name, coalesce(new.session_code, old.session_code), v_old, v_new,
            nullif(left(current_setting('app.reason', true), 1000), ''),
            nullif(left(current_setting('app.correlation_id', true), 200), ''));
    return null;
end
$$;
revoke all on function app.audit_session() from public;
create trigger audit_arrival after insert on app.therapy_sessions
    for each row execute function app.audit_session();
create trigger audit_requeue after update of processing_status on app.therapy_sessions
    for each row when (new.processing_status in ('pending', 'reprocessing')
        and old.processing_status is distinct from new.processing_status)
    execute function app.audit_session();
create trigger audit_removal after delete on app.therapy_sessions
    for each row execute function app.audit_session();

-- Entries come in the order of time, so a few pages of this index lead to any date.
create index audit_log_at on app.audit_log using brin (at);

-- Staff see who entered and wrote what; a researcher sees themselves.
create function app.colleagues() returns table (user_id uuid, display_name text)
language sql stable security definer set search_path = '' as $$
    select p.user_id, p.display_name
    from app.user_profiles p
    where (select app.viewer_role()) in ('therapist', 'administrator')
       or (p.user_id = (select auth.uid()) and (select app.viewer_role()) is not null)
$$;
revoke all on function app.colleagues() from public;
grant execute on function app.colleagues() to authenticated;
