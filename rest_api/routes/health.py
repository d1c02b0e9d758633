"""Whether the API answers, for monitoring; needs no credentials and tells nothing else."""

from __future__ import annotations

import asyncio
from functools import partial

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from processing.errors import ProcessingError
from processing.services import answers
from rest_api.dependencies import Api

router = APIRouter(tags=["health"])

# Whoever asks need not say who they are, so however many ask, the store is asked once in so many seconds.
_KEPT_S = 2.0


class Health(BaseModel):
    """How the API stands."""

    live: bool = Field(description="The process answers.")
    ready: bool = Field(description="Database and store answer too, as of two seconds ago at most.")


class Readiness:
    """What the last look at database and store found."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._ready = False
        self._until = 0.0

    async def look(self, api: Api) -> bool:
        """Return whether they answer."""
        clock = asyncio.get_running_loop().time
        async with self._lock:
            if clock() >= self._until:
                try:
                    self._ready = await api.threads.probe(partial(answers, api.services))
                except ProcessingError:
                    self._ready = False
                self._until = clock() + _KEPT_S
            return self._ready


@router.get(
    "/health",
    summary="Whether the API answers",
    responses={503: {"model": Health, "description": "Database or store do not answer."}},
)
async def get_health(request: Request, response: Response) -> Health:
    """Answer 200 if requests can be served, else 503; needs no credentials."""
    readiness: Readiness = request.app.state.readiness
    ready = await readiness.look(request.app.state.api)
    response.status_code = 200 if ready else 503
    return Health(live=True, ready=ready)
