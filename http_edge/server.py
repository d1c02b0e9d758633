"""Serving an application of this product."""

from __future__ import annotations

import uvicorn
from starlette.types import ASGIApp


def make_server(app: ASGIApp, host: str, port: int) -> uvicorn.Server:
    """Return the server, not yet running; a port of 0 takes a free one."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,  # each program writes structured lines itself
        log_config=None,
        server_header=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=10,
        limit_concurrency=1000,
    )
    return uvicorn.Server(config)


def serve(app: ASGIApp, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are answered first."""
    make_server(app, host, port).run()
