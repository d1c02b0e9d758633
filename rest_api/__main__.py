"""``python -m rest_api``: the REST API alone, in a process of its own."""

from __future__ import annotations

import os
import sys

from http_edge.server import serve
from processing.errors import ProcessingError
from processing.logs import configure_logging
from processing.services.configuration import check_configuration
from processing.settings import Settings
from rest_api.program import opened_api


def main() -> int:
    """Serve until SIGTERM."""
    try:
        settings = Settings()
        configure_logging(settings.log_format)
        os.umask(0o077)
        check_configuration(settings, "api")
        with opened_api(settings, host=settings.api_host) as app:
            serve(app, settings.api_host, settings.api_port)
    except ProcessingError as error:
        print(f"{error.kind}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
