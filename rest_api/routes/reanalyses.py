"""Stored sessions analysed anew, and other settings tried before anything changes."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query, Request, Response

from processing.use_cases.reprocessing import Outcome, RunItem, Selection
from rest_api.caching import UNCHANGED, cached_json, json_bytes
from rest_api.dependencies import Caller, require
from rest_api.models.runs import (
    Application,
    ItemModel,
    NewRun,
    Queued,
    Reanalysis,
    RunModel,
    Tried,
)
from rest_api.problems import described
from rest_api.routes.days import check_days
from rest_api.routes.opened import note_opened
from rest_api.routing import LOCATION, make_router
from rest_api.values import SessionCode

router = make_router("analyses")

Analyst = Annotated[Caller, require("analyse")]
HeavyAnalyst = Annotated[Caller, require("analyse", heavy=True)]
RunId = Annotated[int, Path(ge=1, le=2**31 - 1, description="The run's number.")]
_QUEUED: dict[int | str, dict[str, Any]] = {202: {"model": Queued, "headers": LOCATION}, **described(404)}
_RUN: dict[int | str, dict[str, Any]] = {
    202: {"model": RunModel, "headers": LOCATION},
    **described(404, 409),
}


@router.post(
    "/sessions/{code}/reanalyse", summary="Analyse a session anew", status_code=202, responses=_QUEUED
)
async def reanalyse_session(caller: Analyst, code: SessionCode, asked: Reanalysis | None = None) -> Response:
    """Ask a worker for a new result.

    Without a body the session is analysed with the settings that it has, and gets a new result version. Other settings
    never replace a result unseen: with `settings` or `scoring` this begins a dry run of this one session, whose result
    is kept once the run is applied with a reason.
    """
    if asked is None or (asked.settings is None and asked.scoring is None):
        job: int = await caller.run(caller.services.reprocess_session, code)
        return _accepted(Queued(session_code=code, job_id=job, run_id=None), f"/sessions/{code}")
    await caller.run(caller.services.load_review, code)  # 404 for a code that may not be seen
    title = asked.title.strip() or f"{code}: other settings"
    selection = Selection(session_codes=(code,))
    run: int = await caller.run(caller.services.research.start, title, asked.candidate(), selection)
    return _accepted(Queued(session_code=code, job_id=None, run_id=run), f"/research/runs/{run}")


@router.post(
    "/sessions/{code}/dry-run",
    summary="Try other settings on one session",
    responses={200: {"model": ItemModel}, **described(404)},
)
async def try_session(caller: HeavyAnalyst, code: SessionCode, asked: Tried) -> ItemModel:
    """Return at once how the session would come out; nothing is stored. Researchers and administrators only."""
    found: RunItem = await caller.run_heavy(caller.services.research.try_session, code, asked.candidate())
    await note_opened(caller, code)
    return ItemModel.of(found, pseudonymised=caller.is_researcher)


@router.post("/research/runs", summary="Begin a dry run on many sessions", status_code=202, responses=_RUN)
async def start_run(caller: Analyst, asked: NewRun) -> Response:
    """Put a dry run on the queue; look at it again until its state is `tried`."""
    check_days(caller, asked.selection.recorded_from, asked.selection.recorded_until)
    research = caller.services.research
    run_id: int = await caller.run(
        research.start, asked.title, asked.candidate(), asked.selection.selection()
    )
    return await _run(caller, run_id)


@router.get("/research/runs", summary="The newest runs")
async def list_runs(caller: Analyst) -> list[RunModel]:
    """Return the newest 50 runs; none for those who may not see any."""
    runs = await caller.run(caller.services.research.runs)
    return [RunModel.of(run, pseudonymised=caller.is_researcher) for run in runs]


@router.get("/research/runs/{run}", summary="One run", responses=described(404))
async def get_run(caller: Analyst, run: RunId) -> RunModel:
    """Return a run and how far it is."""
    found = await caller.run(caller.services.research.run, run)
    return RunModel.of(found, pseudonymised=caller.is_researcher)


@router.get(
    "/research/runs/{run}/sessions",
    summary="How the sessions of a run came out",
    responses={200: {"model": list[ItemModel]}, **UNCHANGED, **described(404)},
)
async def list_run_sessions(
    request: Request,
    caller: Analyst,
    run: RunId,
    outcome: Annotated[list[Outcome] | None, Query(description="Only these outcomes.")] = None,
) -> Response:
    """Return the sessions of a run in order of their codes."""
    await caller.run(caller.services.research.run, run)
    items = await caller.run(caller.services.research.items, run, outcome)
    shown = [ItemModel.of(item, pseudonymised=caller.is_researcher).model_dump() for item in items]
    return cached_json(request, shown)


@router.post("/research/runs/{run}/apply", summary="Keep what a run found", status_code=202, responses=_RUN)
async def apply_run(caller: Analyst, run: RunId, asked: Application) -> Response:
    """Let a worker store the new results as new versions. A run that has not ended, or changed since, is refused."""
    await caller.run(caller.services.research.apply, run, asked.reason)
    return await _run(caller, run)


@router.post("/research/runs/{run}/cancel", summary="Stop a run", status_code=202, responses=_RUN)
async def cancel_run(caller: Analyst, run: RunId) -> Response:
    """Stop a run, or put aside what it found; once more changes nothing."""
    await caller.run(caller.services.research.run, run)
    await caller.run(caller.services.research.cancel, run)
    return await _run(caller, run)


async def _run(caller: Caller, run_id: int) -> Response:
    found = await caller.run(caller.services.research.run, run_id)
    shown = RunModel.of(found, pseudonymised=caller.is_researcher)
    return _accepted(shown, f"/research/runs/{run_id}")


def _accepted(answer: Queued | RunModel, where: str) -> Response:
    headers = {"Location": f"/api/v1{where}"}
    return Response(json_bytes(answer.model_dump()), 202, headers=headers, media_type="application/json")
