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
