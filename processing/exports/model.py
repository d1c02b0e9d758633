"""What a table's rows are made of: a session as its viewer sees it, and how much of it may leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from processing.emg.results import ChannelAnalysis, Contraction, CorrectionMark
from processing.recording import Side
from processing.use_cases.notes import Note
from processing.use_cases.parameter_sets import parameter_set_id
from processing.use_cases.read_models import SessionResult, SessionReview


@dataclass(frozen=True, slots=True)
class ScoringUsed:
    """The scoring configuration that a session's score was made with; ``name`` and ``version`` as Settings shows."""

    name: str
    version: int
    configuration: Mapping[str, Any]

    @property
    def label(self) -> str:
        """What the columns and the parameters call it."""
        return f"{self.name} v{self.version}"


@dataclass(frozen=True, slots=True)
class SessionContext:
    """What a session's own rows do not say.

    ``number`` counts the patient's sessions from 1 in order of time; ``study_day`` is 1 on the day of the first one
    (the convention of CDISC SDTM: there is no day 0). ``scoring`` is None where no score was stored, or one that was
    made with a configuration that is not kept.
    """

    number: int
    study_day: int
    scoring: ScoringUsed | None = None


@dataclass(frozen=True, slots=True)
class ExportedSession:
    """One session to be exported. ``notes`` is None where they were not asked for, or may not be read."""

    review: SessionReview
    context: SessionContext
    notes: tuple[Note, ...] | None = None

    @property
    def code(self) -> str:
        """The session's code."""
        return self.review.summary.session_code

    @property
    def result(self) -> SessionResult | None:
        """The newest result, None without any."""
        return self.review.result

    @property
    def channels(self) -> tuple[ChannelAnalysis, ...]:
        """The channels in the order of the pages: left, right, the rest."""
        rank: dict[Side | None, int] = {"left": 0, "right": 1, None: 2}
        found = () if self.result is None else self.result.channels
        return tuple(sorted(found, key=lambda channel: rank[channel.side]))

    @property
    def parameter_set(self) -> str | None:
        """The short name of the analysis' settings."""
        return None if self.result is None else parameter_set_id(self.result.parameters)

    def without_file_name(self) -> ExportedSession:
        """Return the session without the sentence that may quote the file's name: why it could not be analysed."""
        summary = self.review.summary
        if summary.failure is None:
            return self
        anonymous = replace(summary, failure="the recording could not be analysed")
        return replace(self, review=replace(self.review, summary=anonymous))

    def channel_of(self, side: Side) -> ChannelAnalysis | None:
        """Return a leg's channel."""
        return next((channel for channel in self.channels if channel.side == side), None)


@dataclass(frozen=True, slots=True)
class ExportedChannel:
    """One channel of one session."""

    session: ExportedSession
    channel: ChannelAnalysis

    @property
    def result(self) -> SessionResult:
        """The result that the channel belongs to."""
        result = self.session.result
        assert result is not None
        return result


@dataclass(frozen=True, slots=True)
class ExportedContraction:
    """One contraction; ``number`` counts those that count, from 1, and is None for one that a person rejected."""

    channel: ExportedChannel
    contraction: Contraction
    number: int | None
    mark: CorrectionMark | None


@dataclass(frozen=True, slots=True)
class Scope:
    """What leaves: ``pseudonymised`` without dates, free text and names; ``notes`` with the clinical notes."""

    pseudonymised: bool = False
    notes: bool = False


def channels_of(sessions: Sequence[ExportedSession]) -> list[ExportedChannel]:
    """Return every channel of every session."""
    return [ExportedChannel(session, channel) for session in sessions for channel in session.channels]


def contractions_of(channels: Sequence[ExportedChannel]) -> list[ExportedContraction]:
    """Return every contraction, those that count first in each channel, then those that a person rejected."""
    found = []
    for owner in channels:
        channel = owner.channel
        found += [
            ExportedContraction(owner, contraction, index + 1, channel.mark_of(index))
            for index, contraction in enumerate(channel.contractions)
        ]
        found += [ExportedContraction(owner, r.contraction, None, r.mark) for r in channel.rejected]
    return found


def utc(when: datetime | None) -> str | None:
    """Return a stored moment as ISO 8601 in UTC."""
    return None if when is None else when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def tablet_time(when: datetime | None) -> str | None:
    """Return a tablet's local time, which names no zone, as ISO 8601."""
    return None if when is None else when.strftime("%Y-%m-%dT%H:%M:%S")
