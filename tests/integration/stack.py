"""Parts of the running product that several tests need."""

from __future__ import annotations

import base64
import time

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
        ),
        verifier=SignatureVerifier(SECRET),
        bucket="c3d-examples",
    )


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
