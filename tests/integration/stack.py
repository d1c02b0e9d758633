"""Parts of the running product that several tests need."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import uvicorn
from fastapi import FastAPI

from processing.services import Services
from processing.use_cases.read_models import SessionFilters
from webhook_listener.app import create_app
from webhook_listener.services import ListenerServices
from webhook_listener.signatures import SignatureVerifier

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


def make_listener(services: Services) -> FastAPI:
    """Return the listener's application on real use cases."""
    return create_app(
        ListenerServices(
            ingest=services.ingest,
            record_ignored=services.record_ignored,
            peek_metadata=services.peek_metadata,
            session_status=services.session_status,
            check_ready=services.check_ready,
            note_removed=services.operations.note_removed,
            operations_facts=services.operations.facts,
        ),
        verifier=SignatureVerifier(SECRET),
        bucket="c3d-examples",
    )


def answers(database_url: str) -> bool:
    """Whether a database answers."""
    with psycopg.connect(database_url) as connection:
        return connection.execute("select 1").fetchone() == (1,)


@contextmanager
def served(server: uvicorn.Server) -> Iterator[str]:
    """Run a server that was given port 0 in a thread and yield its address."""
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(15)


def wait_until_settled(services: Services, *, n_sessions: int = 1, timeout_s: float = 60.0) -> None:
    """Wait until there are that many sessions and none of them is still being worked on."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        found = services.list_sessions(SessionFilters())
        if len(found) >= n_sessions and not any(session.running for session in found):
            return
        time.sleep(0.05)
    states = [(session.session_code, session.status) for session in services.list_sessions(SessionFilters())]
    raise AssertionError(f"not settled after {timeout_s} s: {states}")
