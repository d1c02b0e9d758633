"""What the routes that take recordings answer, described."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from processing.emg.windows import Selection, SignalKind


class Trace(BaseModel):
    """One signal of one channel of a posted file."""

    channel: str
    kind: SignalKind
    unit: str = Field(description="Of `values_uv`: always µV.")
    sampling_rate_hz: float
    n_samples: int = Field(description="Samples of the recording.")
    selection: Selection = Field(
        description="`all`, or `min-max`: extremes of equal stretches, and both ends."
    )
    time_s: list[float] = Field(description="Seconds from the beginning of the recording.")
    values_uv: list[float | None] = Field(description="Microvolts; null where there is no value.")


class AnalysisDocument(BaseModel):
    """What `python -m processing analyze --json` prints for the same file; see *What analyze --json prints*."""

    model_config = ConfigDict(extra="allow")

    schema_: str = Field(alias="schema", description="`ghostly-emg/analysis/1`.")
    file: dict[str, Any] = Field(description="Name, SHA-256 and size in bytes.")
    recording: dict[str, Any] = Field(description="What the file says about itself.")
    channels: list[dict[str, Any]] = Field(description="Quality, contractions and measures of each channel.")
    scores: dict[str, Any] = Field(description="The score, or the range that it could take.")
    parameters: dict[str, Any] = Field(description="Settings, targets and scoring configuration.")
    pipeline_version: str
    timings_ms: dict[str, float]
    traces: list[Trace] = Field(default=[], description="Only where `traces` asks for points.")


class StoredRecording(BaseModel):
    """What became of a recording that was given to a patient."""

    session_code: str | None = Field(description="Its session; null if the file waits for a person.")
    created: bool = Field(description="False where the patient had exactly this recording already.")
    status: str | None = Field(description="Where its analysis stands; null for a repeat.")
    reason: str | None = Field(description="Why it is not a new session, in English.")
    stored_as: str | None = Field(
        description="Its name in the bucket; null where nothing was stored, and for researchers."
    )
