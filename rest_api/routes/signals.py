"""Signals just in time: which there are, and windows of them as JSON or Arrow."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import Path, Query, Request, Response

from processing.exports import write_arrow
from processing.use_cases.signal_source import SessionWindow, SignalSource
from rest_api.caching import UNCHANGED, cache_headers, cached_json, etag_of, json_bytes, not_modified
from rest_api.dependencies import Caller, require
from rest_api.models.signals import ChannelList, Window, WindowQuery, describe_channels
from rest_api.negotiation import prefers
from rest_api.problems import described
from rest_api.routes.opened import note_opened
from rest_api.routing import make_router
from rest_api.values import SessionCode

router = make_router("signals")

Reader = Annotated[Caller, require("read")]
_WINDOW: dict[int | str, dict[str, Any]] = {
    200: {
        "model": Window,
        "description": "The window; as Arrow, one record batch with the columns `time_s` and `value_uv`.",
        "content": {write_arrow.MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    },
    **UNCHANGED,
}


@router.get(
    "/signals/jit/{session}/channels",
    summary="Which signals a session has",
    responses={200: {"model": ChannelList}, **UNCHANGED, **described(404)},
)
async def list_channels(request: Request, caller: Reader, session: SessionCode) -> Response:
    """Return the channels of a session with their signals, quality and contractions."""
    review = await caller.run(caller.services.load_review, session)
    answer = await caller.run(describe_channels, review)
    await note_opened(caller, session)
    return cached_json(request, answer)


@router.get(
    "/signals/jit/{session}/{channel:path}",
    summary="A window of a signal",
    responses={**_WINDOW, **described(404, 409)},
)
async def get_window(
    request: Request,
    caller: Reader,
    session: SessionCode,
    channel: Annotated[str, Path(min_length=1, max_length=200, description="The channel's name, as `CH1`.")],
    query: Annotated[WindowQuery, Query()],
) -> Response:
    """Return real samples of a window, the greatest and the least of every stretch among them.

    A window with no more samples than `points` comes as a whole. Values are microvolts; `null` where the file has a gap
    or, for `filtered` and `envelope`, where the sample was left out of the analysis.
    """
    arrow = query.format == "arrow" or (query.format is None and prefers(request, write_arrow.MEDIA_TYPE))
    windows = caller.services.signal_windows

    def draw(source: SignalSource, etag: str) -> Response:
        found = windows.window(
            source, channel, kind=query.kind, start_s=query.start, end_s=query.end, points=query.points
        )
        unchanged, headers = not_modified(request, etag), cache_headers(etag)
        if unchanged is not None:
            return unchanged
        if arrow:
            return Response(_arrow(found), media_type=write_arrow.MEDIA_TYPE, headers=headers)
        return Response(_json(found), media_type="application/json", headers=headers)

    def look() -> Response | Callable[[], Response]:
        """Answer what takes no time; return what does."""
        source = windows.source(session)
        etag = etag_of(source.version, channel, query.model_dump(exclude={"format"}), arrow)
        unchanged = not_modified(request, etag, exists=False)  # whether there is such a window, drawing tells
        if unchanged is not None:
            return unchanged
        drawing = partial(draw, source, etag)
        return drawing() if windows.at_hand(source) else drawing

    answer: Response | Callable[[], Response] = await caller.run(look)
    if not isinstance(answer, Response):
        answer = await caller.run_heavy(answer)
    await note_opened(caller, session)
    answer.headers["Vary"] = "Authorization, Accept"
    return answer


def _about(found: SessionWindow) -> dict[str, Any]:
    source, window = found.source, found.window
    return {
        "session_code": source.session_code,
        "channel": window.channel,
        "kind": window.kind,
        "unit": "µV",
        "sampling_rate_hz": window.sampling_rate_hz,
        "start_s": window.start_s,
        "end_s": window.end_s,
        "n_samples_in_window": window.n_samples_in_window,
        "n_points": int(window.time_s.size),
        "selection": window.selection,
        "result_version": source.result_version,
        "file_sha256": source.file_sha256,
        "parameter_set": source.parameter_set,
        "pipeline_version": source.pipeline_version,
    }


def _json(found: SessionWindow) -> bytes:
    window = found.window
    return json_bytes({**_about(found), "time_s": window.time_s, "values_uv": window.values_uv})


def _arrow(found: SessionWindow) -> bytes:
    return write_arrow.window_arrow(found, _about(found))
