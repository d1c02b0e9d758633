"""Sessions as lists show them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from processing.exports.model import tablet_time, utc
from processing.use_cases.read_models import SessionSummary, SideSummary

Status = Literal["pending", "processing", "completed", "failed", "reprocessing"]


class SideModel(BaseModel):
    """One muscle of a session."""

    side: Literal["left", "right"] | None = Field(description="The leg; null where no map says which it is.")
    channel: str = Field(description="The channel, as in the signals' routes.")
    verdict: Literal["good", "doubtful", "not_judged"] = Field(
        description="Whether the signal can be trusted."
    )
    reasons: list[str] = Field(description="Why it is not good, in English.")
    n_contractions: int = Field(description="Contractions that were found.")
    n_good: int | None = Field(
        description="Contractions that meet the targets; null where it is not known for lack of an MVC."
    )
    good_at_least: int | None = Field(description="The range that `n_good` lies in; null if not judged.")
    good_at_most: int | None = Field(description="The range that `n_good` lies in; null if not judged.")
    n_held: int | None = Field(description="Contractions that were held for the target duration.")
    expected: int = Field(description="Contractions that the targets expect.")

    @classmethod
    def of(cls, side: SideSummary) -> SideModel:
        """Return the model of a side."""
        return cls(
            side=side.side,
            channel=side.channel,
            verdict=side.verdict,
            reasons=list(side.reasons),
            n_contractions=side.n_contractions,
            n_good=side.n_good,
            good_at_least=side.good_at_least,
            good_at_most=side.good_at_most,
            n_held=side.n_held,
            expected=side.expected,
        )


class ScoreModel(BaseModel):
    """A session's score, 0 to 100."""

    total: float | None = Field(description="The score; null if it cannot be given.")
    low: float | None = Field(description="The least that it could be; null without a result.")
    high: float | None = Field(description="The most that it could be; null without a result.")


class SessionModel(BaseModel):
    """One session, as the list shows it."""

    code: str = Field(description="Such as `P001S003`: the patient, and the session by order of arrival.")
    patient: str = Field(description="The patient's code.")
    status: Status = Field(description="Where the analysis stands.")
    received_at: str | None = Field(description="When the file arrived, UTC; null for researchers.")
    recorded_at: str | None = Field(
        description="When it was recorded, the tablet's local time without a zone; null if not recorded, and for "
        "researchers."
    )
    duration_s: float | None = Field(description="Length of the recording in seconds.")
    object: str | None = Field(description="The file's name in the bucket; null for researchers.")
    sides: list[SideModel] = Field(description="The muscles; empty without a result.")
    score: ScoreModel
    failure: str | None = Field(description="Why the file could not be analysed, in English.")
    duplicate_of: str | None = Field(
        description="The earliest session of the same bytes that the caller may see."
    )

    @classmethod
    def of(cls, summary: SessionSummary, *, pseudonymised: bool) -> SessionModel:
        """Return the model of a session; pseudonymised without dates and without what may quote the file's name."""
        failure = summary.failure
        if failure is not None and pseudonymised:
            failure = "The recording could not be analysed."
        return cls(
            code=summary.session_code,
            patient=summary.patient_code,
            status=summary.status,
            received_at=None if pseudonymised else utc(summary.received_at),
            recorded_at=None if pseudonymised else tablet_time(summary.recorded_at),
            duration_s=summary.duration_s,
            object=None if pseudonymised else summary.object_name,
            sides=[SideModel.of(side) for side in summary.sides],
            score=ScoreModel(total=summary.score, low=summary.score_low, high=summary.score_high),
            failure=failure,
            duplicate_of=summary.duplicate_of,
        )


class SessionList(BaseModel):
    """Some sessions, newest first."""

    sessions: list[SessionModel]
    next: str | None = Field(
        description="The cursor of what follows, for the query parameter `cursor`; null at the end. The header `Link` "
        "has the whole address."
    )
