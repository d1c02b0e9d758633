-- Rings the listener's bell for every recording that lands in the bucket of a Supabase project. Run it in the SQL
-- editor after the migrations; running it again changes nothing. docs/supabase.md says what must be there before.
--
-- The request is a doorbell only: pg_net forgets it when the database restarts and never repeats it. What it misses,
-- the worker's reconciliation finds.

-- The bucket, if it has another name than the default of STORAGE_BUCKET.
create or replace function app.recordings_bucket() returns text
language sql immutable set search_path = '' as $$ select 'c3d-examples' $$;

create or replace function app.announce_recording() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    v_url text;
    v_secret text;
    v_id text;
    v_time text;
    v_body jsonb;
    v_signature text;
begin
    select max(s.decrypted_secret) filter (where s.name = 'ghostly_webhook_url'),
           max(s.decrypted_secret) filter (where s.name = 'ghostly_webhook_secret')
    into v_url, v_secret
    from vault.decrypted_secrets s
    where s.name in ('ghostly_webhook_url', 'ghostly_webhook_secret');
    if v_url is null or v_secret is null then
        raise exception 'the Vault lacks ghostly_webhook_url or ghostly_webhook_secret';
    end if;
    if v_secret !~ '^whsec_[A-Za-z0-9+/]+=*$' then
        raise exception 'ghostly_webhook_secret is not whsec_ and base64';
    end if;
    v_body := jsonb_build_object(
        'type', tg_op, 'schema', tg_table_schema, 'table', tg_table_name,
        'record', case when tg_op <> 'DELETE' then to_jsonb(new) end,
        'old_record', case when tg_op <> 'INSERT' then to_jsonb(old) end);
    -- The same for every repeat about one version of one object, so that a repeat is known as one.
    v_id := format('%s_%s_%s', lower(tg_op), coalesce(new.id, old.id), md5(concat_ws('/',
        coalesce(new.version, old.version), coalesce(new.name, old.name),
        coalesce(new.metadata, old.metadata) ->> 'eTag')));
    v_time := floor(extract(epoch from clock_timestamp()))::bigint::text;
    v_signature := encode(extensions.hmac(
        convert_to(v_id || '.' || v_time || '.' || v_body::text, 'UTF8'),
        decode(substr(v_secret, 7), 'base64'), 'sha256'), 'base64');
    perform net.http_post(
        url := v_url, body := v_body, timeout_milliseconds := 5000,
        headers := jsonb_build_object(
            'content-type', 'application/json', 'webhook-id', v_id, 'webhook-timestamp', v_time,
            'webhook-signature', 'v1,' || v_signature));
    return null;
exception when others then
    -- A bell that does not ring must never keep a recording from being stored.
    raise warning 'announce_recording: % %', sqlstate, sqlerrm;
    return null;
end
$$;
revoke all on function app.announce_recording() from public;
do $$
declare
    v_role text;
begin
    -- Whoever writes to the bucket fires the trigger, and a condition is evaluated with their rights.
    foreach v_role in array array['anon', 'authenticated', 'service_role', 'supabase_storage_admin'] loop
        if to_regrole(v_role) is not null then
            execute format('grant usage on schema app to %I', v_role);
            execute format('grant execute on function app.recordings_bucket() to %I', v_role);
        end if;
    end loop;
end
$$;

-- An eTag is there once the bytes are: Supabase tests permissions with a row that has none and rolls it back.
drop trigger if exists announce_new_recording on storage.objects;
create trigger announce_new_recording after insert on storage.objects for each row
    when (new.bucket_id = app.recordings_bucket() and lower(new.name) like '%.c3d' and new.metadata ? 'eTag')
    execute function app.announce_recording();

-- A new owner or other metadata leave the version alone, and are no news.
drop trigger if exists announce_replaced_recording on storage.objects;
create trigger announce_replaced_recording after update on storage.objects for each row
    when (new.bucket_id = app.recordings_bucket() and lower(new.name) like '%.c3d' and new.metadata ? 'eTag'
          and (new.version is distinct from old.version or new.name is distinct from old.name
               or not coalesce(old.metadata ? 'eTag', false)))
    execute function app.announce_recording();

drop trigger if exists announce_removed_recording on storage.objects;
create trigger announce_removed_recording after delete on storage.objects for each row
    when (old.bucket_id = app.recordings_bucket() and lower(old.name) like '%.c3d')
    execute function app.announce_recording();
