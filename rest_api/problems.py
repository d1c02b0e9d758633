"""Every error as RFC 9457 problem JSON, with a stable type for programs and a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as AsgiScope

from processing.errors import (
    AccessDeniedError,
    DatabaseUnavailableError,
    EditConflictError,
    InvalidParameterError,
    MissingChannelError,
    NotFoundError,
    PermanentError,
    ProcessingError,
    ReplacedRecordingError,
    StorageUnavailableError,
    SupersededError,
    TransientError,
    UnreadableRecordingError,
    UnusableSignalError,
)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Kind:
    status: int
    slug: str
    title: str


# The first class that fits decides, so children stand before their parents.
_KINDS: tuple[tuple[type[ProcessingError], _Kind], ...] = (
    (NotFoundError, _Kind(404, "not-found", "Not found")),
    (AccessDeniedError, _Kind(403, "access-denied", "Not allowed")),
    (InvalidParameterError, _Kind(422, "invalid-parameter", "A value cannot be used")),
    (UnreadableRecordingError, _Kind(422, "unreadable-recording", "The file is not a readable recording")),
    (MissingChannelError, _Kind(422, "missing-channel", "The recording lacks a channel")),
    (UnusableSignalError, _Kind(422, "unusable-signal", "Nothing can be computed from the signal")),
    (ReplacedRecordingError, _Kind(409, "replaced-recording", "The recording was replaced")),
    (EditConflictError, _Kind(409, "edit-conflict", "Somebody else saved first")),
    (SupersededError, _Kind(409, "superseded", "A newer version owns the session")),
    (StorageUnavailableError, _Kind(503, "storage-unavailable", "The store does not answer")),
    (DatabaseUnavailableError, _Kind(503, "database-unavailable", "The database does not answer")),
    (TransientError, _Kind(503, "unavailable", "Not possible at this moment")),
    (PermanentError, _Kind(422, "not-possible", "Not possible")),
    (ProcessingError, _Kind(500, "internal", "Internal error")),
)
_SLUGS = {
    400: "bad-request",
    401: "not-signed-in",
    403: "access-denied",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    408: "body-too-slow",
    409: "conflict",
    413: "body-too-large",
    415: "unsupported-media-type",
    422: "invalid-request",
    429: "too-many-requests",
    500: "internal",
    503: "unavailable",
}


# What the store says may quote the name of an object, which holds a date and a time: only the log has it.
_STORE_AWAY = "The store of recordings does not answer at the moment. Please ask again shortly."
_DETAILS = {
    404: "There is nothing at this address.",
    405: "This address does not know this method; Allow says which it knows.",
}


class FieldProblem(BaseModel):
    """What is wrong with one value of a request."""

    field: str = Field(description="Where: `query.limit`, `path.code`, `body.parameters.window_s`.")
    message: str = Field(description="What was expected there.")


class Problem(BaseModel):
    """An error, as RFC 9457 describes it."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="Stable name of the kind, such as `urn:ghostly:problem:not-found`.")
    title: str = Field(description="The kind in a few words.")
    status: int = Field(description="The status code.")
    detail: str = Field(description="What happened here, in a sentence.")
    correlation_id: str = Field(description="What the server's logs call this request by.")
    kind: str | None = Field(default=None, description="The program's name of the error, where it has one.")
    errors: list[FieldProblem] | None = Field(default=None, description="Each value that cannot be used.")


class ProblemError(Exception):
    """An error that is about HTTP and not about the work; answered as it stands."""

    def __init__(
        self, status: int, slug: str, title: str, detail: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.slug, self.title, self.detail = status, slug, title, detail
        self.headers = dict(headers or {})


class UnusableValueError(Exception):
    """A value that a route reads itself does not have the shape that is described; ``field`` as in FieldProblem."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field, self.message = field, message


class BusyError(TransientError):
    """So much heavy work waits already, or so much of this caller's, that one more would wait too long."""


def problem_response(
    request_id: str,
    status: int,
    slug: str,
    title: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """Return a problem; ``more`` are further members of it. Texts may quote anything that somebody sent."""
    content = {
        "type": f"urn:ghostly:problem:{slug}",
        "title": title,
        "status": status,
        "detail": detail,
        "correlation_id": request_id,
        **{name: value for name, value in more.items() if value is not None},
    }
    return Response(
        orjson.dumps(_encodable(content)), status, headers=dict(headers or {}), media_type=MEDIA_TYPE
    )


def _encodable(value: Any) -> Any:
    """Return plain values whose texts can be written: JSON may name half a character, which UTF-8 cannot hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {_encodable(name): _encodable(each) for name, each in value.items()}
    return [_encodable(each) for each in value] if isinstance(value, list) else value


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the errors of an operation for OpenAPI; those that any of them may answer are always among them."""
    return {
        status: {
            "description": _MEANINGS.get(status, HTTPStatus(status).phrase),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in sorted({401, 403, 422, 429, 503, *statuses})
    }


_MEANINGS = {
    401: "No valid token or key came with the request.",
    403: "The caller may not do this; the detail says why.",
    404: "There is no such thing, or the caller may not see it.",
    408: "The body did not arrive in time.",
    409: "The state of the thing does not allow this now.",
    413: "The body is too large.",
    415: "The body is encoded; it is expected as it is.",
    422: "A value cannot be used; `errors` or the detail says which.",
    429: "Too many requests; `Retry-After` says when to ask again.",
    503: "Not possible at this moment; `Retry-After` says when to ask again.",
}


def install_problem_handlers(app: FastAPI) -> None:
    """Let every error of an application leave as a problem."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(UnusableValueError, _unusable)
    app.add_exception_handler(ProcessingError, _processing)
    app.add_exception_handler(ProblemError, _as_it_stands)


def _id_of(request: Request) -> str:
    return str(getattr(request.state, "correlation_id", ""))


def _http(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, HTTPException)
    status, title = exc.status_code, HTTPStatus(exc.status_code).phrase
    # The framework's own errors repeat the status in words, which says nothing.
    detail = _DETAILS.get(status, title) if exc.detail == title else str(exc.detail)
    slug = _SLUGS.get(status, "http")
    return problem_response(_id_of(request), status, slug, title, detail, headers=exc.headers)


def _invalid(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, RequestValidationError)
    errors = [
        {"field": ".".join(str(part) for part in error["loc"]), "message": str(error["msg"])}
        for error in exc.errors()
    ]
    return invalid_request(_id_of(request), errors)


def _unusable(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, UnusableValueError)
    return invalid_request(_id_of(request), [{"field": exc.field, "message": exc.message}])


def invalid_request(request_id: str, errors: Sequence[Mapping[str, str]]) -> Response:
    """Return the problem of values that do not have the shape that is described."""
    n = len(errors)
    detail = f"{n} value{' is' if n == 1 else 's are'} not as described: " + "; ".join(
        f"{error['field']}: {error['message']}" for error in errors[:3]
    )
    return problem_response(
        request_id, 422, "invalid-request", "The request is not as described", detail, errors=list(errors)
    )


def _processing(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, ProcessingError)
    kind = next(kind for error_type, kind in _KINDS if isinstance(exc, error_type))
    headers = {"Retry-After": str(RETRY_AFTER_S)} if kind.status == 503 else {}
    told = _STORE_AWAY if isinstance(exc, StorageUnavailableError) else str(exc)
    if kind.status >= 500:
        _log.warning("api_unavailable", error=exc.kind, reason=str(exc))
    return problem_response(
        _id_of(request), kind.status, kind.slug, kind.title, told, headers=headers, kind=exc.kind
    )


def _as_it_stands(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, ProblemError)
    return problem_response(_id_of(request), exc.status, exc.slug, exc.title, exc.detail, headers=exc.headers)


class CatchAll:
    """Answers what nobody foresaw with a problem that says nothing, and logs it with its trace."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except ClientDisconnect:  # nobody is there to be answered, and nothing is wrong here
            _log.info("api_hung_up")
        except Exception as exc:
            if scope["type"] != "http" or started:
                raise
            _log.exception("api_failed", error=type(exc).__name__)
            detail = "This is a defect of the server; its logs know it by the correlation id."
            request_id = str(scope.get("state", {}).get("correlation_id", ""))
            answer = problem_response(request_id, 500, "internal", "Internal error", detail)
            await answer(scope, receive, send)
