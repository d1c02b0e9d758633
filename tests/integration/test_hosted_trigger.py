"""The trigger for a Supabase project, on stand-ins for what a plain PostgreSQL lacks: storage, Vault, pg_net.

What it sends is given to the listener's own verifier.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from processing.database.migrations import SQL_ROOT
from tests.integration.stack import SECRET
from webhook_listener.payloads import read_event
from webhook_listener.signatures import SignatureVerifier

TRIGGER = (SQL_ROOT / "hosted" / "storage_webhook.sql").read_text(encoding="utf-8")
BUCKET = "c3d-examples"

# HMAC as RFC 2104 has it, from the server's own sha256(); the real one is pgcrypto's.
SURROUNDINGS = """
create schema storage;
create table storage.objects (
    id uuid primary key default gen_random_uuid(), bucket_id text, name text, owner_id text,
    created_at timestamptz default now(), updated_at timestamptz default now(), metadata jsonb, version text
);
create schema vault;
create table vault.decrypted_secrets (name text, decrypted_secret text);
create schema net;
create table net.sent (id bigserial, url text, body jsonb, headers jsonb, timeout_milliseconds integer);
create function net.http_post(url text, body jsonb, headers jsonb, timeout_milliseconds integer) returns bigint
language sql as $$
    insert into net.sent (url, body, headers, timeout_milliseconds)
    values (url, body, headers, timeout_milliseconds) returning id
$$;
create function extensions.hmac(data bytea, key bytea, type text) returns bytea language plpgsql as $$
declare
    k bytea := case when length(key) > 64 then sha256(key) else key end;
    inner_pad bytea := ''; outer_pad bytea := '';
begin
    k := k || decode(repeat('00', 64 - length(k)), 'hex');
    for i in 0..63 loop
        inner_pad := inner_pad || set_byte('x00'::bytea, 0, get_byte(k, i) # 54);
        outer_pad := outer_pad || set_byte('x00'::bytea, 0, get_byte(k, i) # 92);
    end loop;
    return sha256(outer_pad || sha256(inner_pad || data));
end $$;
"""


@pytest.fixture
def hosted(database_url: str) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    with psycopg.connect(database_url, autocommit=True, row_factory=dict_row) as connection:
        connection.execute(SURROUNDINGS.replace("'x00'", r"'\x00'").encode())
        connection.execute(
            "insert into vault.decrypted_secrets values ('ghostly_webhook_url', 'https://listener.example/x'),"
            " ('ghostly_webhook_secret', %s)",
            [SECRET],
        )
        connection.execute(TRIGGER.encode())
        yield connection


def upload(connection: psycopg.Connection[Any], name: str = "P001/a.c3d", **changes: Any) -> Any:
    values: dict[str, Any] = {
        "bucket": BUCKET,
        "version": "v1",
        "metadata": {"eTag": '"abc"', "size": 9},
    } | changes
    row = connection.execute(
        "insert into storage.objects (bucket_id, name, version, metadata) values (%s, %s, %s, %s) returning id",
        [values["bucket"], name, values["version"], json.dumps(values["metadata"])],
    ).fetchone()
    return row["id"]


def sent(connection: psycopg.Connection[Any]) -> list[dict[str, Any]]:
    return connection.execute("select *, body::text as raw from net.sent order by id").fetchall()


def test_an_upload_rings_with_a_signature_that_the_listener_accepts(hosted: psycopg.Connection[Any]) -> None:
    upload(hosted)
    (request,) = sent(hosted)
    assert (request["url"], request["timeout_milliseconds"]) == ("https://listener.example/x", 5000)
    raw = request["raw"].encode()
    assert SignatureVerifier(SECRET).verify(request["headers"], raw).scheme == "standard-webhooks"
    event = read_event(raw, bucket=BUCKET)
    assert (event.object_name, event.object_version, event.size_bytes) == ("P001/a.c3d", "v1", 9)


def test_an_overwrite_rings_again_and_a_touch_does_not(hosted: psycopg.Connection[Any]) -> None:
    object_id = upload(hosted)
    hosted.execute(
        "update storage.objects set owner_id = 'other', updated_at = now() where id = %s", [object_id]
    )
    assert len(sent(hosted)) == 1
    hosted.execute("update storage.objects set version = 'v2' where id = %s", [object_id])
    first, second = sent(hosted)
    assert first["headers"]["webhook-id"] != second["headers"]["webhook-id"]
    assert second["body"]["type"] == "UPDATE"


def test_a_deletion_rings(hosted: psycopg.Connection[Any]) -> None:
    object_id = upload(hosted)
    hosted.execute("delete from storage.objects where id = %s", [object_id])
    event = read_event(sent(hosted)[-1]["raw"].encode(), bucket=BUCKET)
    assert (event.object_name, event.removed) == ("P001/a.c3d", True)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("P001/notes.txt", {}),
        ("P001/a.c3d", {"bucket": "elsewhere"}),
        ("P001/a.c3d", {"metadata": {"mimetype": "x", "contentLength": 9}}),
    ],
)
def test_nothing_rings_for_what_is_no_stored_recording(
    hosted: psycopg.Connection[Any], name: str, changes: dict[str, Any]
) -> None:
    upload(hosted, name, **changes)
    assert sent(hosted) == []


def test_the_permission_test_that_is_rolled_back_leaves_nothing(hosted: psycopg.Connection[Any]) -> None:
    with hosted.transaction(force_rollback=True):
        upload(hosted)
    assert sent(hosted) == []


@pytest.mark.parametrize(
    "trouble",
    [
        "delete from vault.decrypted_secrets",
        "update vault.decrypted_secrets set decrypted_secret = 'no secret'",
        "drop function net.http_post(text, jsonb, jsonb, integer)",
        "drop table vault.decrypted_secrets",
    ],
)
def test_an_upload_succeeds_when_the_bell_is_broken(hosted: psycopg.Connection[Any], trouble: str) -> None:
    notices: list[str] = []
    hosted.add_notice_handler(lambda notice: notices.append(notice.message_primary or ""))
    hosted.execute(trouble.encode())
    upload(hosted)
    assert hosted.execute("select count(*) as n from storage.objects").fetchone() == {"n": 1}
    assert any("announce_recording" in notice for notice in notices)


def test_running_it_again_changes_nothing(hosted: psycopg.Connection[Any]) -> None:
    hosted.execute(TRIGGER.encode())
    upload(hosted)
    assert len(sent(hosted)) == 1
