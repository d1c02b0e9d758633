"""What a report is made of, one line each: ordinary sessions, and the worst that a session can hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from processing.emg.corrections import Correction, LogEntry
from processing.emg.results import (
    ChannelAnalysis,
    ChannelCorrections,
    CorrectionMark,
    Mvc,
    RejectedContraction,
)
from processing.recording import Side
from processing.reports import ReportSource
from processing.use_cases.analyse import score_channels
from processing.use_cases.inbox import ReviewMark
from processing.use_cases.notes import Note, SessionNotes
from processing.use_cases.patients import PatientIdentity
from processing.use_cases.read_models import SessionCorrections, SessionReview
from tests.unit.pages.fakes import (
    DROPOUT,
    DROPOUT_FINDING,
    FOUR_KINDS,
    LOOSE_FINDING,
    make_channel,
    make_contraction,
    make_metadata,
    make_quality,
    make_review,
    make_traces,
    without_mvc,
)

MADE = datetime(2025, 3, 11, 9, 0, tzinfo=UTC)
BRUSSELS = ZoneInfo("Europe/Brussels")
SECONDS = "g" * 60


def rejected(onset_s: float, duration_s: float = 1.5, reason: str | None = "artefact") -> RejectedContraction:
    """Return a contraction that somebody refused."""
    return RejectedContraction(
        make_contraction(onset_s, duration_s), CorrectionMark("reject", 1, reason, "Dr Peeters")
    )


def leg(side: Side | None, contractions: Sequence[Any] = FOUR_KINDS, **changes: Any) -> ChannelAnalysis:
    """Return a leg with the quality of each of its seconds."""
    quality = replace(changes.pop("quality", make_quality()), seconds=SECONDS)
    refused = tuple(changes.pop("rejected", ()))
    marks = ChannelCorrections(refused, (None,) * len(contractions), len(contractions)) if refused else None
    return make_channel(side, contractions, quality=quality, corrections=marks, **changes)


def review_of(channels: Sequence[ChannelAnalysis], **changes: Any) -> SessionReview:
    """Return a session of these legs, scored as the product scores it."""
    review = make_review(channels=channels, **changes)
    assert review.result is not None
    score = score_channels(
        tuple(channels),
        metadata=review.result.metadata,
        targets=review.inputs.targets,
        perceived_effort_cr10=review.inputs.perceived_effort_cr10,
    )
    return replace(review, result=replace(review.result, score=score))


def source_of(review: SessionReview, **changes: Any) -> ReportSource:
    """Return what a report of a session is made of, with signals that fit."""
    channels = () if review.result is None else review.result.channels
    length = 60.0 if review.result is None else review.result.metadata.duration_s
    values: dict[str, Any] = {
        "review": review,
        "made_at": MADE,
        "zone": BRUSSELS,
        "notes": SessionNotes((), True, True, False),
        "traces": tuple(make_traces(c, seed=i, length_s=length) for i, c in enumerate(channels)),
    }
    return ReportSource(**{**values, **changes})


def ordinary() -> ReportSource:
    """Return a session with something of everything: a rejected contraction, a drop-out, a note."""
    left = leg(
        "left", quality=make_quality("doubtful", [DROPOUT_FINDING], [DROPOUT]), rejected=[rejected(51.0, 2.5)]
    )
    edit = LogEntry(
        1, "edit", Correction("CH1", "reject", 51.0, 53.5, reason="artefact"), None, "u", "Dr Peeters", MADE
    )
    review = replace(review_of([left, leg("right")]), corrections=SessionCorrections(revision=1, log=(edit,)))
    note = Note("n", 12.4, "Pain in the left knee at first; rested.", "Dr Peeters", True, MADE, None, 1)
    return source_of(review, notes=SessionNotes((note,), True, True, False))


def reviewed() -> ReportSource:
    """Return the ordinary session, marked as reviewed as it is."""
    mark = ReviewMark(2, MADE, "Dr Peeters", MADE, 2, MADE)
    return replace(ordinary(), mark=mark)


def without_any_mvc() -> ReportSource:
    """Return a session whose intensity nobody can tell."""
    legs = [leg(s, without_mvc(FOUR_KINDS), mvc=Mvc(210.0, "session_peak")) for s in ("left", "right")]
    return source_of(review_of(legs))


def one_leg_not_judged() -> ReportSource:
    """Return a session whose right sensor was loose."""
    loose = leg("right", (), quality=make_quality("not_judged", [LOOSE_FINDING]), mvc=None)
    return source_of(review_of([leg("left"), loose]))


def without_sides() -> ReportSource:
    """Return a laboratory's recording of six muscles that names no leg."""
    legs = [
        leg(None, without_mvc(FOUR_KINDS), name=f"voltage.EMG{n}", label=f"voltage.EMG{n}", mvc=None)
        for n in range(6)
    ]
    return source_of(review_of(legs))


def failed() -> ReportSource:
    """Return a file that could not be read."""
    reason = "'Ghostly.c3d' ends after 512 bytes; its header promises 1103152."
    return source_of(make_review(status="failed", failure=reason))


def waiting() -> ReportSource:
    """Return a file that was not analysed yet."""
    return source_of(make_review(status="pending"))


def worst() -> ReportSource:
    """Return ten minutes with 40 contractions a leg, ten rejected, every finding, endless notes, names and edits."""
    findings = [DROPOUT_FINDING, LOOSE_FINDING, *[replace(DROPOUT_FINDING, kind=f"k{n}") for n in range(6)]]
    places = [(10.0 * n, 10.0 * n + 0.27) for n in range(1, 40)]
    findings = [replace(f, verdict="doubtful", intervals_s=tuple(places)) for f in findings]
    legs = []
    for side in ("left", "right"):
        many = [make_contraction(5.0 + 14.0 * n, 0.6 + 0.1 * n, doubtful=n % 3 == 0) for n in range(40)]
        quality = replace(make_quality("doubtful", findings, places), seconds="gdn" * 200)
        legs.append(
            replace(leg(side, many, rejected=[rejected(10.0 + 14 * n) for n in range(10)]), quality=quality)
        )
    reason = "the patient was talking to the nurse, laughed, and then moved the cable; " * 8
    edits = tuple(
        LogEntry(
            n + 1,
            "edit",
            Correction("CH1", "move", 5.0 + n, 6.0 + n, 5.1 + n, 6.2 + n, reason=reason),
            None,
            "u",
            "Dr " + "Vandenbroucke-Grauls " * 6,
            MADE + timedelta(minutes=n),
        )
        for n in range(60)
    )
    review = replace(review_of(legs), corrections=SessionCorrections(revision=60, log=edits))
    assert review.result is not None
    metadata = replace(make_metadata(legs), duration_s=600.0, n_samples=594_000, notices=("x" * 400,) * 5)
    review = replace(review, result=replace(review.result, metadata=metadata))
    review = replace(review, summary=replace(review.summary, duration_s=600.0))
    notes = tuple(
        Note(
            str(n), 1.0, "Ein #sehr *langer* $Text$ <b>ohne</b> Ende. " * 220, "X" * 120, True, MADE, None, 1
        )
        for n in range(4)
    )
    identity = PatientIdentity("W" * 200, "Jean-Baptiste " * 14, MADE.date().replace(year=1940), "9" * 50)
    return source_of(review, notes=SessionNotes(notes, True, True, False), identity=identity)


EVERY = {
    "ordinary": ordinary,
    "reviewed": reviewed,
    "without_any_mvc": without_any_mvc,
    "one_leg_not_judged": one_leg_not_judged,
    "without_sides": without_sides,
    "failed": failed,
    "waiting": waiting,
    "worst": worst,
}
