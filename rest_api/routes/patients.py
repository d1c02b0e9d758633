"""Patients by their codes: the list, the timeline, and how well the protocol is kept."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response

from rest_api.caching import UNCHANGED, cached_json
from rest_api.dependencies import Caller, require
from rest_api.models.documents import AdherenceDocument, PatientList, Timeline
from rest_api.problems import described
from rest_api.routes.opened import note_patient_opened
from rest_api.routing import make_router
from rest_api.values import Day, PatientCode

router = make_router("patients")


@router.get("/patients", summary="List patients", response_model=PatientList, responses=UNCHANGED)
async def list_patients(request: Request, caller: Annotated[Caller, require("read")]) -> Response:
    """Return the patients whom the caller may see, by code; who they are is not in this API."""
    patients = await caller.run(
        caller.services.patient_documents.patients, pseudonymised=caller.is_researcher
    )
    return cached_json(request, {"patients": patients})


@router.get(
    "/patients/{code}/timeline",
    summary="Get a patient's timeline",
    response_model=Timeline,
    responses={**UNCHANGED, **described(404)},
)
async def get_timeline(
    request: Request, code: PatientCode, caller: Annotated[Caller, require("read")]
) -> Response:
    """Return a patient's sessions, oldest first, in numbers; of more than a thousand the newest."""
    document = await caller.run(
        caller.services.patient_documents.timeline, code, pseudonymised=caller.is_researcher
    )
    await note_patient_opened(caller, code)
    return cached_json(request, document)


@router.get(
    "/patients/{code}/adherence",
    summary="Get a patient's adherence",
    response_model=AdherenceDocument,
    responses={**UNCHANGED, **described(404)},
)
async def get_adherence(
    request: Request,
    code: PatientCode,
    caller: Annotated[Caller, require("read")],
    on: Annotated[
        Day | None,
        Query(description="The day to work it out for, today (UTC) without; not for researchers."),
    ] = None,
) -> Response:
    """Return how much of the protocol is done, and two weeks day by day.

    For researchers it is that of the newest session's day, because counting from today would tell dates.
    """
    document = await caller.run(
        caller.services.patient_documents.adherence, code, on=on, pseudonymised=caller.is_researcher
    )
    await note_patient_opened(caller, code)
    return cached_json(request, document)
