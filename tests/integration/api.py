"""The REST API on a real database, as any of the clinic's people or keys asks it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx
from fastapi import FastAPI

from http_edge.server import make_server
from processing.errors import AccessDeniedError
from processing.services import LOCAL_CLINICIAN, Identity, Services
from rest_api import create_api
from rest_api.access import AccessControl
from rest_api.limits import ApiLimits
from tests.integration.stack import served


def make_api(
    services: Services,
    *,
    tokens: Mapping[str, Identity] | None = None,
    local: bool = True,
    limits: ApiLimits | None = None,
    cors_origins: frozenset[str] = frozenset(),
) -> FastAPI:
    """Return the API; ``tokens`` are texts that count as people's access tokens."""
    known = tokens or {}

    def read_token(text: str) -> Identity:
        if text not in known:
            raise AccessDeniedError("The token is not accepted.")
        return known[text].checked()

    access = AccessControl(
        read_token=read_token,
        find_key=services.api_keys.find,
        local=LOCAL_CLINICIAN if local else None,
        origins=cors_origins,
    )
    # Tests ask more within a minute than a person does.
    limits = limits or ApiLimits(requests_per_minute=100_000, heavy_per_minute=100_000)
    return create_api(services, access=access, limits=limits, cors_origins=cors_origins)


@contextmanager
def asking(api: FastAPI) -> Iterator[httpx.Client]:
    """Serve the API on a free port and yield a client of it."""
    with (
        served(make_server(api, "127.0.0.1", 0)) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=30) as client,
    ):
        yield client
