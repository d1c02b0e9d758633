"""``python -m webhook_listener``: the listener on its configured address."""

from __future__ import annotations

import sys

from processing.errors import ProcessingError
from processing.logs import configure_logging
from processing.services import open_services
from processing.settings import Settings
from webhook_listener.app import create_app
from webhook_listener.server import serve
from webhook_listener.services import ListenerServices
from webhook_listener.signatures import SignatureVerifier


def main() -> int:
    """Serve until SIGTERM; refuse to start without a usable secret."""
    try:
        settings = Settings()
        configure_logging(settings.log_format)
        settings.check_exposure()
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
            serve(app, settings.listener_host, settings.listener_port)
    except ProcessingError as error:
        print(f"{error.kind}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
