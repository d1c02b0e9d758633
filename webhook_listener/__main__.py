"""``python -m webhook_listener``: the listener on its configured address, at home with the REST API beside it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from starlette.types import ASGIApp

from http_edge.server import serve
from processing.errors import ProcessingError
from processing.logs import configure_logging
from processing.services import open_services
from processing.services.configuration import check_configuration
from processing.settings import Settings
from webhook_listener.app import create_app
from webhook_listener.beside import Beside
from webhook_listener.services import ListenerServices
from webhook_listener.signatures import SignatureVerifier

_log = structlog.get_logger(__name__)


def main() -> int:
    """Serve until SIGTERM; refuse to start without a usable secret."""
    try:
        settings = Settings()
        configure_logging(settings.log_format)
        os.umask(0o077)
        check_configuration(settings, "listener")
        secret = "" if settings.webhook_secret is None else settings.webhook_secret.get_secret_value()
        verifier = SignatureVerifier(secret, body_digest=settings.webhook_body_signature)
        # A sender waits 5 s at most: better to say soon that the database is away than to let it wait.
        with open_services(settings, program="listener", database_wait_s=0.3) as services:
            listener = ListenerServices(
                ingest=services.ingest,
                record_ignored=services.record_ignored,
                peek_metadata=services.peek_metadata,
                session_status=services.session_status,
                check_ready=services.check_ready,
                note_removed=services.operations.note_removed,
                operations_facts=services.operations.facts,
            )
            app = create_app(listener, verifier=verifier, bucket=settings.storage_bucket)
            with _with_api(app, settings) as both:
                serve(both, settings.listener_host, settings.listener_port)
    except ProcessingError as error:
        print(f"{error.kind}: {error}", file=sys.stderr)
        return 1
    return 0


@contextmanager
def _with_api(listener: ASGIApp, settings: Settings) -> Iterator[ASGIApp]:
    """Yield the listener with the REST API beside it, where that is wanted and has connections of its own."""
    if not settings.api_enabled or not settings.api_may_connect:
        _log.info("api_not_served_here", enabled=settings.api_enabled)
        yield listener
        return
    from rest_api import opened_api  # a listener without it need not carry what it imports

    with opened_api(settings, host=settings.listener_host) as api:
        yield Beside(listener, api)


if __name__ == "__main__":
    sys.exit(main())
