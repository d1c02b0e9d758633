"""The listener's routes."""

from __future__ import annotations

import re
from functools import partial

import structlog
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from http_edge.correlation import CorrelationMiddleware
from processing.errors import ProcessingError, TransientError
from webhook_listener import description
from webhook_listener.answers import json_answer, problem
from webhook_listener.delivery import DeliveryHandler, Threads
from webhook_listener.metrics import CONTENT_TYPE, ListenerMetrics
from webhook_listener.services import ListenerLimits, ListenerServices
from webhook_listener.signatures import SignatureVerifier

_log = structlog.get_logger(__name__)

SESSION_CODE = re.compile(r"P[0-9]{3}S[0-9]{3,9}")
DELIVERY_PATHS = ("/webhooks/storage/c3d-upload", "/webhooks/storage/c3d-upload-optimized")


def create_app(
    services: ListenerServices,
    *,
    verifier: SignatureVerifier,
    bucket: str,
    limits: ListenerLimits | None = None,
) -> FastAPI:
    """Return the listener for one bucket. It holds no state but its metrics."""
    limits = limits or ListenerLimits()
    metrics = ListenerMetrics()
    threads = Threads(limits)
    handler = DeliveryHandler(
        services, verifier=verifier, bucket=bucket, limits=limits, metrics=metrics, threads=threads
    )
    # No pages that describe the interface: nobody but the sender and the monitoring asks here.
    app = FastAPI(title="GHOSTLY storage webhook", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(CorrelationMiddleware)

    @app.exception_handler(HTTPException)
    async def http_problem(request: Request, exc: HTTPException) -> Response:
        """Answer an unknown path or method in the same shape as every other error."""
        correlation_id: str = request.state.correlation_id
        return problem(exc.status_code, str(exc.detail), correlation_id=correlation_id, headers=exc.headers)

    async def deliver(request: Request) -> Response:
        return await handler.handle(request)

    for path in DELIVERY_PATHS:
        app.add_api_route(
            path,
            deliver,
            methods=["POST"],
            status_code=202,
            response_model=None,
            responses=description.DELIVERY,
            openapi_extra=description.DELIVERY_REQUEST,
        )

    @app.get("/webhooks/storage/status/{session_code}", response_model=None, responses=description.STATUS)
    async def session_status(request: Request, session_code: str) -> Response:
        correlation_id: str = request.state.correlation_id
        if not SESSION_CODE.fullmatch(session_code):
            return problem(404, "There is no such session", correlation_id=correlation_id)
        try:
            status = await threads.ask_database(partial(services.session_status, session_code))
        except TransientError:
            detail = "The status cannot be read just now"
            headers = {"Retry-After": str(limits.retry_after_s)}
            return problem(503, detail, correlation_id=correlation_id, headers=headers)
        if status is None:
            return problem(404, "There is no such session", correlation_id=correlation_id)
        return json_answer(status)

    @app.get("/health/live", response_model=None, responses=description.LIVE)
    async def live() -> Response:
        return json_answer({"status": "ok"})

    @app.get("/health/ready", response_model=None, responses=description.READY)
    async def ready() -> Response:
        try:
            details = await threads.call(services.check_ready)
        except Exception as exc:  # whatever it is, the answer to "ready?" is no
            _log.warning("readiness_failed", error=type(exc).__name__)
            details = {"ready": False, "error": {"kind": type(exc).__name__}}
        return json_answer(details, 200 if details.get("ready") is True else 503)

    @app.get("/metrics", response_model=None, responses=description.METRICS)
    async def show_metrics() -> Response:
        try:
            facts = await threads.call(services.operations_facts)
        except ProcessingError as exc:  # what was counted here is worth showing all the more
            _log.warning("metrics_without_database", error=exc.kind)
            facts = None
        return Response(metrics.render(facts), headers={"Content-Type": CONTENT_TYPE})

    return app
