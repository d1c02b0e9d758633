"""Any bytes and headers into the listener give 2xx or 4xx, never 5xx."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Mapping
from typing import Any

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.errors import NotFoundError
from processing.recording import RecordingMetadata
from processing.use_cases.ingest_types import IngestOutcome, StorageEvent
from processing.use_cases.operations import OperationsFacts
from processing.webhooks import encode_event, sign_event
from webhook_listener.app import DELIVERY_PATHS, create_app
from webhook_listener.services import ListenerServices
from webhook_listener.signatures import SignatureVerifier

SECRET = "whsec_" + base64.b64encode(b"p" * 32).decode()
# What the listener looks at; other names are no different from each other.
HEADERS = (
    "webhook-id", "webhook-timestamp", "webhook-signature", "x-supabase-signature", "x-correlation-id",
    "content-type", "content-length", "transfer-encoding", "expect", "accept", "x-other",
)  # fmt: skip


def ingest(event: StorageEvent, *, event_id: str, correlation_id: str) -> IngestOutcome:
    return IngestOutcome(True, "accepted", None, "P001S001", "1f2e", "pending", 1)


def no_such_object(_: str) -> RecordingMetadata:
    raise NotFoundError("There is no such object")


def no_facts() -> OperationsFacts:
    raise NotFoundError("There are no facts")


APP = create_app(
    ListenerServices(
        ingest=ingest,
        record_ignored=lambda _event_id, _body, _reason: True,
        peek_metadata=no_such_object,
        session_status=lambda _code: None,
        check_ready=lambda: {"ready": True},
        note_removed=lambda _name: None,
        operations_facts=no_facts,
    ),
    verifier=SignatureVerifier(SECRET),
    bucket="c3d-examples",
)


def ask(method: str, path: str, headers: Mapping[str, bytes], content: bytes) -> int:
    async def send() -> int:
        transport = httpx.ASGITransport(app=APP, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://listener") as client:
            named = [(name.encode(), value) for name, value in headers.items()]
            return (await client.request(method, path, headers=named, content=content)).status_code

    return asyncio.run(send())


def calm(status: int) -> bool:
    return 200 <= status < 300 or 400 <= status < 500


values = st.binary(max_size=200).map(lambda raw: bytes(byte for byte in raw if byte not in (0, 10, 13)))
headers = st.dictionaries(st.sampled_from(HEADERS), values, max_size=8)
plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40)
json_values = st.recursive(
    plain, lambda one: st.lists(one, max_size=4) | st.dictionaries(st.text(max_size=12), one, max_size=4)
)
records = st.fixed_dictionaries(
    {},
    optional={
        "bucket_id": st.just("c3d-examples") | json_values,
        "name": st.sampled_from(["P001/a.c3d", "x.c3d", "P001/../b.c3d"]) | json_values,
        "version": json_values,
        "metadata": json_values,
    },
)
events = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["INSERT", "UPDATE", "DELETE"]) | json_values,
        "table": st.just("objects") | json_values,
        "schema": st.just("storage") | json_values,
        "record": records | json_values,
        "old_record": records | json_values,
    },
)


@settings(max_examples=300, deadline=None)
@given(headers=headers, content=st.binary(max_size=2000))
def test_any_bytes_and_headers_are_refused_calmly(headers: dict[str, bytes], content: bytes) -> None:
    assert calm(ask("POST", DELIVERY_PATHS[0], headers, content))


@settings(max_examples=300, deadline=None)
@given(content=st.binary(max_size=2000), path=st.sampled_from(DELIVERY_PATHS))
def test_any_signed_bytes_are_acknowledged(content: bytes, path: str) -> None:
    signed = sign_event(SECRET, "evt", time.time(), content)
    status = ask("POST", path, {name: value.encode() for name, value in signed.items()}, content)
    # A signature is over text: bytes that are none cannot carry one.
    assert status in (200, 202) or (status == 401 and not _is_text(content))


@settings(max_examples=500, deadline=None)
@given(event=events)
def test_any_signed_event_is_acknowledged(event: dict[str, Any]) -> None:
    content = encode_event(event)
    signed = sign_event(SECRET, "evt", time.time(), content)
    assert ask("POST", DELIVERY_PATHS[0], {k: v.encode() for k, v in signed.items()}, content) in (200, 202)


@settings(max_examples=300, deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"]),
    path=st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=60)
    | st.sampled_from(["health/live", "health/ready", "metrics", "webhooks/storage/status/P001S001"]),
    headers=headers,
)
def test_any_path_and_method_are_answered_calmly(method: str, path: str, headers: dict[str, bytes]) -> None:
    try:
        url = httpx.URL("http://listener/").copy_with(path="/" + path)
    except httpx.InvalidURL:
        return
    assert calm(ask(method, str(url), headers, b""))


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
