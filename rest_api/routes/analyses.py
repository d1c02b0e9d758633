"""Analyses: of a posted file without keeping it, and of stored sessions anew."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from processing.emg.parameters import SessionTargets
from processing.emg.windows import SignalWindow
from processing.services.posted import PostedAnalysis
from processing.use_cases.document import to_document
from processing.use_cases.read_models import SessionInputs
from rest_api.caching import json_bytes
from rest_api.dependencies import Caller, require
from rest_api.models.posted import AnalysisDocument
from rest_api.problems import UnusableValueError, described
from rest_api.routes.recordings import (
    BODY,
    ChannelMapText,
    FileName,
    XFileName,
    channel_map_of,
    posted_recording,
)
from rest_api.routing import make_router
from rest_api.values import SettingName, SettingValue

router = make_router("analyses")

Stateless = Annotated[Caller, require("stateless", heavy=True)]
MOST_TRACE_POINTS = 5000
_SETTINGS: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[SettingName, SettingValue])
_ANSWERS: dict[int | str, dict[str, Any]] = {200: {"model": AnalysisDocument}, **described(415)}


class Options(BaseModel):
    """What is known beside the file, and what is asked for."""

    settings: str | None = Field(
        default=None,
        max_length=8000,
        description='Analysis settings that differ from the program\'s own, as JSON: `{"min_contraction_s": 0.2}`.',
    )
    traces: int = Field(
        default=0,
        ge=0,
        le=MOST_TRACE_POINTS,
        description="At most so many samples of each signal are added; 0 for none, else 2 or more.",
    )
    mvc_left_uv: float | None = Field(default=None, description="MVC of the left leg, µV.")
    mvc_right_uv: float | None = Field(default=None, description="MVC of the right leg, µV.")
    perceived_effort_cr10: float | None = Field(default=None, description="Borg CR10, 0 to 10.")
    bfr_percent_aop: float | None = Field(default=None, description="Cuff pressure in % AOP.")
    game_max_points: float | None = Field(default=None, description="Most points that the game gives.")
    expected_contractions: int = Field(default=12, ge=1, le=1000, description="For each leg.")
    target_percent_mvc: float = Field(default=75.0, gt=0, le=200, description="Target intensity, % MVC.")
    target_duration_s: float = Field(default=2.0, gt=0, le=600, description="Target duration, seconds.")

    def inputs(self) -> SessionInputs:
        """Return what the file is measured against; InvalidParameterError for what nobody can have measured."""
        return SessionInputs(
            targets=SessionTargets(
                self.expected_contractions, self.target_percent_mvc, self.target_duration_s
            ),
            mvc_left_uv=self.mvc_left_uv,
            mvc_right_uv=self.mvc_right_uv,
            perceived_effort_cr10=self.perceived_effort_cr10,
            bfr_percent_aop=self.bfr_percent_aop,
            game_max_points=self.game_max_points,
        )


@router.post("/analyses", summary="Analyse a file without keeping it", openapi_extra=BODY, responses=_ANSWERS)
async def analyse_file(
    request: Request,
    caller: Stateless,
    options: Annotated[Options, Query()],
    file_name: FileName = None,
    x_file_name: XFileName = None,
    channel_map: ChannelMapText = None,
) -> Response:
    """Return what `analyze --json` prints for the file, with its traces if asked for; nothing is stored.

    A file that cannot be read is refused with 422 and the `kind` that the command line gives it.
    """
    inputs, settings, sides = options.inputs(), _settings_of(options.settings), channel_map_of(channel_map)

    def analyse(name: str, data: bytes) -> bytes:
        posted = caller.services.posted.analyse(
            name,
            data,
            settings=settings,
            inputs=inputs,
            channel_map=sides,
            trace_points=max(2, options.traces) if options.traces else 0,
        )
        return json_bytes(_document(posted, with_traces=options.traces > 0))

    async with posted_recording(request, caller, query=file_name, header=x_file_name) as (name, data):
        answer = await caller.run_heavy(analyse, name, data)
    return Response(answer, media_type="application/json")


def _settings_of(text: str | None) -> dict[str, Any] | None:
    """Return the settings that a query holds; UnusableValueError (422) if they are no numbers by name."""
    if text is None:
        return None
    try:
        return _SETTINGS.validate_json(text)
    except ValidationError as exc:
        first = exc.errors()[0]
        if not first["loc"]:
            raise UnusableValueError("query.settings", "expected a JSON object of settings by name") from None
        raise UnusableValueError(f"query.settings.{first['loc'][0]}", first["msg"]) from None


def _document(posted: PostedAnalysis, *, with_traces: bool) -> dict[str, Any]:
    document = to_document(posted.analysed)
    return {**document, "traces": [_trace(window) for window in posted.windows]} if with_traces else document


def _trace(window: SignalWindow) -> dict[str, Any]:
    return {
        "channel": window.channel,
        "kind": window.kind,
        "unit": "µV",
        "sampling_rate_hz": window.sampling_rate_hz,
        "n_samples": window.n_samples_in_window,
        "selection": window.selection,
        "time_s": window.time_s,
        "values_uv": window.values_uv,
    }
