"""Sessions: the list page by page, one in full, and the versions of its result."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Path, Query, Request, Response

from processing.use_cases.read_models import SessionFilters
from rest_api.caching import UNCHANGED, cached_json
from rest_api.dependencies import Caller, require
from rest_api.models.documents import SessionDocument, SessionVersion, VersionList
from rest_api.models.sessions import SessionList, SessionModel, Status
from rest_api.problems import described
from rest_api.routes.opened import note_opened
from rest_api.routing import make_router
from rest_api.values import Day, SessionCode

router = make_router("sessions")

_OfPatient = Annotated[str, Query(pattern=r"^P[0-9]{3}$", description="A patient's code.", examples=["P001"])]


@router.get("/sessions", summary="List sessions", response_model=SessionList, responses=UNCHANGED)
async def list_sessions(
    request: Request,
    caller: Annotated[Caller, require("read")],
    patient: _OfPatient | None = None,
    status: Annotated[list[Status] | None, Query(description="One or several; all without.")] = None,
    recorded_from: Annotated[
        Day | None, Query(description="The first day, as tablets tell it; not for researchers.")
    ] = None,
    recorded_until: Annotated[
        Day | None, Query(description="The last day, included; not for researchers.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Sessions a page.")] = 50,
    cursor: Annotated[str | None, Query(max_length=200, description="`next` of the page before.")] = None,
) -> Response:
    """Return the sessions that the caller may see, newest first.

    Pages go by key: what arrives meanwhile neither repeats nor hides a session. The header `Link` with `rel="next"` is
    the next page's address.
    """
    filters = SessionFilters(
        patient_code=patient,
        statuses=tuple(status or ()),
        recorded_from=recorded_from,
        recorded_until=recorded_until,
        limit=limit,
    )
    hidden = caller.is_researcher
    page = await caller.run(caller.services.session_lists.page, filters, cursor, pseudonymised=hidden)
    content = SessionList(
        sessions=[SessionModel.of(summary, pseudonymised=hidden) for summary in page.sessions],
        next=page.next_cursor,
    )
    headers = {} if page.next_cursor is None else {"Link": _next_link(request, page.next_cursor)}
    return cached_json(request, content.model_dump(), headers=headers)


@router.get(
    "/sessions/{code}",
    summary="Get a session",
    response_model=SessionDocument,
    responses={**UNCHANGED, **described(404)},
)
async def get_session(
    request: Request, code: SessionCode, caller: Annotated[Caller, require("read")]
) -> Response:
    """Return everything that is known about a session but its signals and notes; kept in the audit log as opened."""
    document = await caller.run(
        caller.services.session_documents.session, code, pseudonymised=caller.is_researcher
    )
    await note_opened(caller, code)
    return cached_json(request, document)


@router.get(
    "/sessions/{code}/versions",
    summary="List a session's result versions",
    response_model=VersionList,
    responses={**UNCHANGED, **described(404)},
)
async def list_session_versions(
    request: Request, code: SessionCode, caller: Annotated[Caller, require("read")]
) -> Response:
    """Return every version of a session's result in short, newest first."""
    versions = await caller.run(
        caller.services.session_documents.versions, code, pseudonymised=caller.is_researcher
    )
    await note_opened(caller, code)
    return cached_json(request, {"code": code, "versions": versions})


@router.get(
    "/sessions/{code}/versions/{version}",
    summary="Get one version of a session's result",
    response_model=SessionVersion,
    responses={**UNCHANGED, **described(404)},
)
async def get_session_version(
    request: Request,
    code: SessionCode,
    version: Annotated[int, Path(ge=1, le=2**31 - 1, description="Counts from 1.")],
    caller: Annotated[Caller, require("read")],
) -> Response:
    """Return a version of a session's result, the newest or an earlier one."""
    document = await caller.run(
        caller.services.session_documents.version, code, version, pseudonymised=caller.is_researcher
    )
    await note_opened(caller, code)
    return cached_json(request, document)


def _next_link(request: Request, cursor: str) -> str:
    """Return the header that names the next page, by path: whatever name the server is reached by."""
    others = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return f'<{request.url.path}?{urlencode([*others, ("cursor", cursor)])}>; rel="next"'
