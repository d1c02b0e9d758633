"""Recordings that programs give to a patient."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import Query, Request, Response

from processing.services.posted import PostedRecording
from rest_api.caching import json_bytes
from rest_api.dependencies import Caller, require
from rest_api.models.posted import StoredRecording
from rest_api.problems import described
from rest_api.routes.recordings import (
    BODY,
    ChannelMapText,
    FileName,
    XFileName,
    channel_map_of,
    posted_recording,
)
from rest_api.routing import LOCATION, make_router

router = make_router("sessions")

Uploader = Annotated[Caller, require("upload", heavy=True)]
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": StoredRecording, "description": "The patient has it already.", "headers": LOCATION},
    202: {"model": StoredRecording, "description": "Stored; its analysis waits.", "headers": LOCATION},
    **described(415),
}


@router.post(
    "/sessions",
    summary="Give a recording to a patient",
    openapi_extra=BODY,
    responses=_ANSWERS,
    status_code=202,
)
async def create_session(
    request: Request,
    caller: Uploader,
    patient_code: Annotated[str, Query(max_length=20, description="The patient's code, as `P014`.")],
    file_name: FileName = None,
    x_file_name: XFileName = None,
    channel_map: ChannelMapText = None,
) -> Response:
    """Store a C3D file in the bucket and put its analysis on the queue.

    The file is read before anything is stored; one that cannot be read is refused (422). The same recording again gives
    the session that it made the first time (200), so a request can be repeated safely. Another recording of the same
    name is never overwritten.
    """
    sides = channel_map_of(channel_map)
    give = partial(
        caller.services.posted.give, channel_map=sides, correlation_id=request.state.correlation_id
    )
    async with posted_recording(request, caller, query=file_name, header=x_file_name) as (name, data):
        done: PostedRecording = await caller.run_heavy(give, patient_code, name, data)
    answer = StoredRecording(
        session_code=done.session_code,
        created=done.created,
        status=done.status,
        reason=done.reason,
        stored_as=None if caller.is_researcher else done.stored_as,
    )
    where = {} if done.session_code is None else {"Location": f"/api/v1/sessions/{done.session_code}"}
    status = 202 if done.created else 200
    return Response(json_bytes(answer.model_dump()), status, headers=where, media_type="application/json")
