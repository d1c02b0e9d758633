"""Scoring configurations: what scores are made with."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Request, Response

from processing.errors import NotFoundError
from processing.use_cases.scoring_configurations import ScoringRules, StoredConfiguration, scoring_to_plain
from processing.use_cases.session_document import utc_text
from rest_api.caching import UNCHANGED, cached_json
from rest_api.dependencies import Caller, require
from rest_api.models.documents import ScoringList, ScoringModel
from rest_api.problems import described
from rest_api.routing import make_router

router = make_router("configuration")


@router.get(
    "/scoring-configurations",
    summary="List scoring configurations",
    response_model=ScoringList,
    responses=UNCHANGED,
)
async def list_scoring_configurations(
    request: Request, caller: Annotated[Caller, require("read")]
) -> Response:
    """Return every stored version of every scoring configuration, newest first."""
    rules = await caller.run(caller.services.scoring.rules)
    found = [_plain(rules, each, caller.is_researcher) for each in rules.configurations]
    return cached_json(request, {"scoring_configurations": found})


@router.get(
    "/scoring-configurations/{configuration_id}",
    summary="Get a scoring configuration",
    response_model=ScoringModel,
    responses={**UNCHANGED, **described(404)},
)
async def get_scoring_configuration(
    request: Request,
    configuration_id: Annotated[int, Path(ge=1, le=2**31 - 1, description="As the list numbers them.")],
    caller: Annotated[Caller, require("read")],
) -> Response:
    """Return one version of a scoring configuration."""
    rules = await caller.run(caller.services.scoring.rules)
    found = rules.find(configuration_id)
    if found is None:
        raise NotFoundError(f"There is no scoring configuration {configuration_id}.")
    return cached_json(request, _plain(rules, found, caller.is_researcher))


def _plain(rules: ScoringRules, each: StoredConfiguration, pseudonymised: bool) -> dict[str, Any]:
    return {
        "id": each.configuration_id,
        "name": each.name,
        "version": each.version,
        "current": each is rules.current,
        "protected": each.protected,
        "created_at": utc_text(each.created_at),
        "created_by": None if pseudonymised else each.created_by,
        "n_sessions": each.n_sessions,
        "configuration": scoring_to_plain(each.configuration),
    }
