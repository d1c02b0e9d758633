"""What the routes of signals answer, described."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from processing.emg.results import ChannelAnalysis, Verdict
from processing.emg.windows import (
    LEAST_POINTS,
    MOST_POINTS,
    SIGNAL_KINDS,
    USUAL_POINTS,
    Selection,
    SignalKind,
)
from processing.errors import NotFoundError
from processing.recording import ChannelInfo, Side
from processing.use_cases.read_models import SessionReview


class Interval(BaseModel):
    """A stretch of time, its end excluded."""

    start_s: float = Field(description="Seconds from the beginning of the recording.")
    end_s: float = Field(description="Seconds from the beginning of the recording.")


class Channel(BaseModel):
    """One EMG channel of a session."""

    name: str = Field(description="What the other routes call it, as `CH1`.")
    label: str = Field(description="The file's own words.")
    side: Side | None = Field(description="The leg; null where nobody said.")
    unit: str = Field(description="Of the values: always µV.")
    unit_assumed: bool = Field(description="Whether the file names no unit, so that volts were assumed.")
    sampling_rate_hz: float = Field(description="Samples per second.")
    n_samples: int = Field(description="Samples in the recording.")
    duration_s: float = Field(description="Length of the recording in seconds.")
    kinds: list[SignalKind] = Field(
        description="As recorded, band-passed, RMS envelope, and what the game saw where the file has it."
    )
    verdict: Verdict = Field(description="Whether the signal can be judged.")
    reasons: list[str] = Field(description="Why it is not good, in sentences.")
    contractions: list[Interval] = Field(description="Those that count, as people corrected them.")


class ChannelList(BaseModel):
    """The channels of a session."""

    session_code: str
    result_version: int = Field(description="Which result of the session this describes.")
    pipeline_version: str = Field(description="The program version that analysed it.")
    parameters: dict[str, Any] = Field(description="The settings of the analysis; names end in the unit.")
    channels: list[Channel]


class WindowQuery(BaseModel):
    """Which part of a signal, how much of it, and in which form."""

    start: float | None = Field(
        default=None, allow_inf_nan=False, description="Seconds; the beginning where left out."
    )
    end: float | None = Field(
        default=None, allow_inf_nan=False, description="Seconds, excluded; the end where left out."
    )
    points: int = Field(
        default=USUAL_POINTS, ge=LEAST_POINTS, le=MOST_POINTS, description="At most so many samples."
    )
    kind: SignalKind = Field(default="raw", description="Which of the channel's signals.")
    format: Literal["json", "arrow"] | None = Field(
        default=None, description="Instead of the header `Accept`."
    )


class Window(BaseModel):
    """A window of one signal."""

    session_code: str
    channel: str
    kind: SignalKind
    unit: str = Field(description="Of `values_uv`: always µV.")
    sampling_rate_hz: float = Field(description="Samples per second of the recording.")
    start_s: float = Field(description="The window's first sample, in seconds.")
    end_s: float = Field(description="The first sample after the window, in seconds.")
    n_samples_in_window: int = Field(description="So many samples the window has.")
    n_points: int = Field(description="So many of them are here.")
    selection: Selection = Field(
        description="`all`, or `min-max`: the least and the greatest sample of equal stretches, and both ends."
    )
    result_version: int
    file_sha256: str = Field(description="Of the recording that was drawn.")
    parameter_set: str = Field(description="Short name of the analysis settings.")
    pipeline_version: str = Field(description="The program version that drew it.")
    time_s: list[float] = Field(description="Seconds of each sample from the beginning of the recording.")
    values_uv: list[float | None] = Field(description="Microvolts; null where there is no value.")


def describe_channels(review: SessionReview) -> dict[str, Any]:
    """Return the channels of a session as plain values; NotFoundError while it has no result."""
    result = review.result
    if result is None:
        raise NotFoundError(f"Session {review.summary.session_code} has no result yet.")
    analysed = {channel.name: channel for channel in result.channels}
    metadata = result.metadata
    return ChannelList(
        session_code=review.summary.session_code,
        result_version=result.version,
        pipeline_version=result.pipeline_version,
        parameters=dict(result.parameters),
        channels=[
            _channel(info, analysed[info.name], metadata.sampling_rate_hz, metadata.n_samples)
            for info in metadata.channels
            if info.name in analysed
        ],
    ).model_dump()


def _channel(info: ChannelInfo, analysis: ChannelAnalysis, rate_hz: float, n_samples: int) -> Channel:
    kinds = [kind for kind in SIGNAL_KINDS if kind != "activated" or info.activated_index is not None]
    return Channel(
        name=info.name,
        label=info.label,
        side=analysis.side,
        unit="µV",
        unit_assumed=info.unit_assumed,
        sampling_rate_hz=rate_hz,
        n_samples=n_samples,
        duration_s=n_samples / rate_hz,
        kinds=kinds,
        verdict=analysis.quality.verdict,
        reasons=list(analysis.quality.reasons),
        contractions=[Interval(start_s=c.onset_s, end_s=c.offset_s) for c in analysis.contractions],
    )
