"""What signals are drawn from: the same source always gives the same samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from processing.emg.windows import SignalWindow
from processing.errors import NotFoundError
from processing.recording import RecordingMetadata
from processing.use_cases.parameter_sets import parameter_set_id
from processing.use_cases.read_models import SessionReview
from processing.version import PIPELINE_VERSION


@dataclass(frozen=True, slots=True)
class SignalSource:
    """One result of a session: the bytes that it describes, how their channels are read, and its settings."""

    session_code: str
    object_name: str
    result_version: int
    file_sha256: str
    metadata: RecordingMetadata
    parameters: Mapping[str, Any]

    @property
    def parameter_set(self) -> str:
        """Return the settings' short name."""
        return parameter_set_id(self.parameters)

    @property
    def pipeline_version(self) -> str:
        """Return the version of the program that draws, which may be newer than the one that analysed."""
        return PIPELINE_VERSION

    @property
    def version(self) -> str:
        """Return what changes as soon as the samples, or what is said of them, could."""
        channels = ",".join(f"{channel.index}={channel.name}" for channel in self.metadata.channels)
        facts = (self.session_code, self.result_version, self.file_sha256, self.parameter_set, channels)
        return ":".join(map(str, (*facts, self.pipeline_version)))


@dataclass(frozen=True, slots=True, eq=False)
class SessionWindow:
    """A window of a session's signals, and what it was drawn from."""

    source: SignalSource
    window: SignalWindow


def source_of(review: SessionReview) -> SignalSource:
    """Return what a session's signals come from; NotFoundError while it has no result."""
    summary, result = review.summary, review.result
    if result is None:
        raise NotFoundError(f"Session {summary.session_code} has no result yet.")
    return SignalSource(
        summary.session_code,
        summary.object_name,
        result.version,
        result.file_sha256,
        result.metadata,
        result.parameters,
    )
