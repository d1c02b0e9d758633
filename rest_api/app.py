"""The REST API's application."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from http_edge.correlation import HEADER as CORRELATION_HEADER
from http_edge.correlation import CorrelationMiddleware
from processing.services import Services
from processing.version import SOFTWARE_VERSION
from rest_api.access import AccessControl
from rest_api.dependencies import Api
from rest_api.head import HeadAsGet
from rest_api.held import HeldFiles
from rest_api.limits import ApiLimits, RateLimits
from rest_api.middleware import BodyGuard, RequestLog, StandingHeaders
from rest_api.openapi import DESCRIPTION, TAGS, install_openapi
from rest_api.opened import Opened
from rest_api.problems import CatchAll, install_problem_handlers
from rest_api.routes import routers
from rest_api.routes.health import Readiness
from rest_api.threads import Threads

PREFIX = "/api/v1"

_EXPOSED = [
    *("Content-Disposition", "ETag", "Link", "Location", "Retry-After", "RateLimit", "RateLimit-Policy"),
    CORRELATION_HEADER,
]
_ACCEPTED = ["Authorization", "Content-Type", "If-None-Match", "X-File-Name", CORRELATION_HEADER]


def create_api(
    services: Services,
    *,
    access: AccessControl,
    limits: ApiLimits | None = None,
    cors_origins: frozenset[str] = frozenset(),
) -> FastAPI:
    """Return the API on some services, which it lends to each caller as theirs.

    Parameters
    ----------
    services : Services
        On the connections of a program that may act for people.
    access : AccessControl
        Who may ask.
    limits : ApiLimits, optional
        Bounds of requests, callers and threads.
    cors_origins : frozenset of str
        Origins whose pages may read the answers; none by default.
    """
    limits = limits or ApiLimits()
    app = FastAPI(
        title="GHOSTLY EMG",
        version=SOFTWARE_VERSION,
        description=DESCRIPTION,
        openapi_tags=TAGS,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # the usual pages fetch their scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
        middleware=_middleware(limits, cors_origins),
    )
    app.state.api = Api(
        services, access, limits, RateLimits(limits), Threads(limits), HeldFiles(limits), Opened()
    )
    app.state.readiness = Readiness()
    install_problem_handlers(app)
    for router in routers():
        app.include_router(router, prefix=PREFIX)
    install_openapi(app)
    return app


def _middleware(limits: ApiLimits, cors_origins: frozenset[str]) -> list[Middleware]:
    chain = [
        Middleware(CorrelationMiddleware),
        Middleware(RequestLog),
        Middleware(StandingHeaders),
        Middleware(CatchAll),
        Middleware(BodyGuard, max_bytes=limits.max_json_bytes, timeout_s=limits.body_timeout_s),
        Middleware(HeadAsGet),
    ]
    if cors_origins:
        chain.insert(
            2,
            Middleware(
                CORSMiddleware,
                allow_origins=sorted(cors_origins),
                allow_methods=["GET", "HEAD", "POST"],
                allow_headers=_ACCEPTED,
                expose_headers=_EXPOSED,
                allow_credentials=False,
            ),
        )
    return chain


def _operation_id(route: APIRoute) -> str:
    return route.name
