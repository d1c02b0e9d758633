"""Two applications at one address: the REST API below ``/api/``, the listener everywhere else."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send


class Beside:
    """Sends each request to the one that it is for; neither knows of the other."""

    def __init__(self, listener: ASGIApp, api: ASGIApp) -> None:
        self._listener = listener
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for_api = scope["type"] == "http" and str(scope["path"]).startswith("/api/")
        await (self._api if for_api else self._listener)(scope, receive, send)
