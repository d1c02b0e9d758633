-- Keys with which programs use the REST API. A key acts as its owner, with no more than its scopes; its secret is
-- 256 random bits, of which only the SHA-256 is kept.

create table app.api_keys (
    key_id text primary key check (key_id ~ '^[a-z0-9]{12}$'),
    owner uuid not null references auth.users (id) on delete cascade,
    name text not null check (length(name) between 1 and 100),
    scopes text not null check (
        scopes ~ '^(read|export|upload|analyse|stateless)( (read|export|upload|analyse|stateless))*$'),
    secret_sha256 text not null unique check (secret_sha256 ~ '^[0-9a-f]{64}$'),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz,
    last_used_at timestamptz,
    check (expires_at > created_at and expires_at <= created_at + interval '367 days')
);
comment on table app.api_keys is 'Keys of the REST API; the secret itself is nowhere.';
comment on column app.api_keys.scopes is 'Separated by one blank, as OAuth writes them.';
comment on column app.api_keys.last_used_at is 'Written at most once a minute.';
create index api_keys_owner on app.api_keys (owner);
alter table app.api_keys enable row level security;

create policy owner_reads on app.api_keys for select to authenticated
    using (owner = (select auth.uid()) and (select app.viewer_role()) is not null);
create policy administrator_reads on app.api_keys for select to authenticated
    using ((select app.is_administrator()));
create policy owner_revokes on app.api_keys for update to authenticated
    using (owner = (select auth.uid()) and (select app.viewer_role()) is not null)
    with check (owner = (select auth.uid()));
create policy administrator_revokes on app.api_keys for update to authenticated
    using ((select app.is_administrator()));

-- Keys are made by the operator's command alone: a stolen access token must not outlive its hour as a key. Nobody reads
-- the hash back, and a key is withdrawn, never changed.
grant select (key_id, owner, name, scopes, created_at, expires_at, revoked_at, last_used_at) on app.api_keys
    to authenticated;
grant update (revoked_at) on app.api_keys to authenticated;

create function app.keep_revoked() returns trigger language plpgsql set search_path = '' as $$
begin
    if old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at then
        raise exception 'A key that was revoked stays revoked.' using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$$;
create trigger keep_revoked before update of revoked_at on app.api_keys
    for each row execute function app.keep_revoked();

-- Who made and withdrew a key; its use is told by last_used_at, and its hash is nobody's business.
create function app.audit_api_key() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    v_new jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - 'secret_sha256' - 'last_used_at' end;
    v_old jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - 'secret_sha256' - 'last_used_at' end;
begin
    insert into app.audit_log (actor, action, table_name, row_key, before, after, reason, correlation_id)
    values (auth.uid(), lower(tg_op), tg_table_name, coalesce(v_new, v_old) ->> 'key_id',
            case when tg_op = 'UPDATE' then jsonb_build_object('revoked_at', v_old -> 'revoked_at') else v_old end,
            case when tg_op = 'UPDATE' then jsonb_build_object('revoked_at', v_new -> 'revoked_at') else v_new end,
            nullif(left(current_setting('app.reason', true), 1000), ''),
            nullif(left(current_setting('app.correlation_id', true), 200), ''));
    return null;
end
$$;
create trigger audit after insert or delete or update of revoked_at on app.api_keys
    for each row execute function app.audit_api_key();

-- Asked before anybody is known, by the program alone. Unknown, wrong, expired and revoked are the same: no row.
create function app.find_api_key(p_key_id text, p_sha256 text)
returns table (key_id text, owner uuid, scopes text, expires_at timestamptz)
language plpgsql security definer set search_path = '' as $$
begin
    return query
        select k.key_id, k.owner, k.scopes, k.expires_at from app.api_keys k
        where k.key_id = p_key_id and k.secret_sha256 = p_sha256
          and k.revoked_at is null and k.expires_at > now();
    if found then
        update app.api_keys k set last_used_at = now()
        where k.key_id = p_key_id
          and (k.last_used_at is null or k.last_used_at < now() - interval '1 minute');
    end if;
end
$$;

revoke all on function app.keep_revoked(), app.audit_api_key(), app.find_api_key(text, text) from public;
grant usage on schema app to app_dashboard;
grant execute on function app.find_api_key(text, text) to app_dashboard;
