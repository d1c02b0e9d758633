"""The table of patients: what the exported sessions of one patient come to, in one row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from processing.exports.channels import good
from processing.exports.columns import ANALYSIS, PRODUCT, SCORE, Column, Design, Value, integer, number, text
from processing.exports.model import ExportedChannel, ExportedSession
from processing.exports.sessions_scored import scored
from processing.language import mark as N_
from processing.recording import Side


@dataclass(frozen=True, slots=True)
class Row:
    """A patient with those of their sessions that are exported."""

    patient_code: str
    sessions: tuple[ExportedSession, ...]


def patient_rows(sessions: Sequence[ExportedSession]) -> list[Row]:
    """Return the patients in the order in which they first occur."""
    codes = dict.fromkeys(session.review.summary.patient_code for session in sessions)
    return [Row(code, tuple(s for s in sessions if s.review.summary.patient_code == code)) for code in codes]


def _mean(read: Callable[[ExportedSession], float | None]) -> Callable[[Row], Value]:
    """Return the mean over the sessions in which something is known."""

    def mean(row: Row) -> Value:
        known = [value for session in row.sessions if (value := read(session)) is not None]
        return fmean(known) if known else None

    return mean


def _known(read: Callable[[ExportedSession], float | None]) -> Callable[[Row], Value]:
    return lambda row: sum(read(session) is not None for session in row.sessions)


def _score(session: ExportedSession) -> float | None:
    score = scored(session)
    return None if score is None else score.total


def _symmetry(session: ExportedSession) -> float | None:
    score = scored(session)
    return None if score is None else score.symmetry


def _good(side: Side) -> Callable[[ExportedSession], float | None]:
    def count(session: ExportedSession) -> float | None:
        channel = session.channel_of(side)
        return None if channel is None else good(ExportedChannel(session, channel), "exactly")

    return count


def _columns_of_leg(side: Side) -> tuple[Column[Row], ...]:
    return (
        integer(
            f"{side}_n_known",
            N_("Exported sessions in which the number of good contractions of this leg is known"),
            PRODUCT,
            _known(_good(side)),
        ),
        number(
            f"{side}_mean_good",
            "",
            N_("Mean number of good contractions of this leg over those sessions"),
            ANALYSIS,
            _mean(_good(side)),
            missing=N_("it is not known in any of them"),
        ),
    )


_NO_SCORE = N_("none of them has one")

PATIENTS: Design[Row] = Design(
    "patients",
    N_("One row per patient, over the exported sessions only"),
    (
        text("patient_code", N_("The patient's pseudonym"), PRODUCT, lambda r: r.patient_code),
        integer("n_sessions", N_("Exported sessions"), PRODUCT, lambda r: len(r.sessions)),
        integer(
            "n_results",
            N_("Exported sessions that have a result"),
            PRODUCT,
            lambda r: sum(session.result is not None for session in r.sessions),
        ),
        integer(
            "first_study_day",
            N_("Study day of the first exported session"),
            PRODUCT,
            lambda r: min(session.context.study_day for session in r.sessions),
        ),
        integer(
            "last_study_day",
            N_("Study day of the last exported session"),
            PRODUCT,
            lambda r: max(session.context.study_day for session in r.sessions),
        ),
        integer("n_scored", N_("Exported sessions that have a score"), SCORE, _known(_score)),
        number(
            "mean_score", "0-100", N_("Mean score of those sessions"), SCORE, _mean(_score), missing=_NO_SCORE
        ),
        number(
            "mean_symmetry",
            "0-100",
            N_("Mean symmetry over the sessions in which it is known"),
            SCORE,
            _mean(_symmetry),
            missing=N_("it is not known in any of them"),
        ),
        *_columns_of_leg("left"),
        *_columns_of_leg("right"),
    ),
)
