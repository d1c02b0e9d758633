"""Counts of both legs and the score with its parts: columns of the table of sessions."""

from __future__ import annotations

from collections.abc import Callable

from processing.exports.channels import assessable_mvc, good, held, strong
from processing.exports.columns import (
    ANALYSIS,
    PRODUCT,
    SCORE,
    Column,
    Value,
    because,
    integer,
    number,
    part,
    text,
)
from processing.exports.model import ExportedChannel
from processing.exports.model import ExportedSession as Row
from processing.exports.sessions_entered import known_value
from processing.language import mark as N_
from processing.recording import Side
from processing.scoring.model import ScorePart, SessionScore

_NO_LEG = N_("no channel is known to be this leg's")
_NOT_JUDGED = N_("no channel is known to be this leg's, or it is not judged")
_UNKNOWN = N_("no channel is known to be this leg's, it is not judged, or no MVC is known")
_NO_SCORE = N_("not known: missing_because says why")
_NOT_COUNTED = N_("the session has no score, or this part is missing or weighs nothing")
PARTS = ("compliance", "symmetry", "effort", "game")


def _leg(side: Side, read: Callable[[ExportedChannel], Value]) -> Callable[[Row], Value]:
    def value(row: Row) -> Value:
        channel = row.channel_of(side)
        return None if channel is None else read(ExportedChannel(row, channel))

    return value


def _columns_of_leg(side: Side) -> tuple[Column[Row], ...]:
    """Return a leg's columns; the names begin with the leg, so the meanings need not."""
    return (
        text(
            f"{side}_verdict",
            N_("Whether this leg's signal can be trusted: good, doubtful or not_judged"),
            ANALYSIS,
            _leg(side, lambda c: c.channel.quality.verdict),
            missing=_NO_LEG,
        ),
        integer(
            f"{side}_found",
            N_("Contractions of this leg that count"),
            ANALYSIS,
            _leg(side, lambda c: len(c.channel.contractions)),
            missing=_NO_LEG,
        ),
        integer(
            f"{side}_held",
            N_("Contractions of this leg held as long as the target"),
            ANALYSIS,
            _leg(side, held),
            missing=_NOT_JUDGED,
        ),
        integer(
            f"{side}_strong",
            N_("Contractions of this leg that reach the target intensity"),
            ANALYSIS,
            _leg(side, strong),
            missing=_UNKNOWN,
        ),
        integer(
            f"{side}_good",
            N_("Contractions of this leg that reach both targets, where that number is known"),
            ANALYSIS,
            _leg(side, lambda c: good(c, "exactly")),
            missing=_UNKNOWN,
        ),
        integer(
            f"{side}_good_at_least",
            N_("Contractions of this leg that certainly reach both targets"),
            ANALYSIS,
            _leg(side, lambda c: good(c, "low")),
            missing=_NOT_JUDGED,
        ),
        integer(
            f"{side}_good_at_most",
            N_("Contractions of this leg that may reach both targets"),
            ANALYSIS,
            _leg(side, lambda c: good(c, "high")),
            missing=_NOT_JUDGED,
        ),
        number(
            f"{side}_compliance",
            "0-100",
            N_("Compliance of this leg"),
            SCORE,
            part(scored, f"{side}.score"),
            missing=_UNKNOWN,
        ),
    )


def scored(row: Row) -> SessionScore | None:
    """Return the score of a session of which at least one channel is known to be a leg's."""
    return row.result.score if row.result and row.review.summary.names_a_leg else None


def _score(name: str) -> Callable[[Row], Value]:
    def value(row: Row) -> Value:
        score = scored(row)
        found: Value = None if score is None else getattr(score, name)
        return found

    return value


def _part(name: str, read: Callable[[ScorePart], Value]) -> Callable[[Row], Value]:
    def value(row: Row) -> Value:
        score = scored(row)
        part = next((p for p in score.parts if p.name.lower() == name), None) if score else None
        return None if part is None or part.points is None else read(part)

    return value


def _columns_of_part(name: str) -> tuple[Column[Row], ...]:
    return (
        number(
            f"weight_{name}",
            "",
            N_("Share of this part in the score, over the parts that are known"),
            SCORE,
            _part(name, lambda p: p.weight),
            missing=_NOT_COUNTED,
        ),
        number(
            f"points_{name}",
            "",
            N_("Points that this part adds; the points of all parts add up to the score"),
            SCORE,
            _part(name, lambda p: p.points),
            missing=_NOT_COUNTED,
        ),
    )


def _missing(row: Row) -> Value:
    """Return why cells are empty, in the English of the data."""
    summary = row.review.summary
    if row.result is None:
        return because({"result": summary.failure or f"the session is {summary.status}"})
    score = scored(row)
    reasons: dict[str, str | None] = {}
    if score is None:
        reasons["score"] = "the file does not say which leg its channels belong to"
    else:
        missing = {part.name.lower(): part.note for part in score.parts if part.points is None}
        if score.total is None:
            reasons["score"] = score.parts[0].note if score.parts else None
        reasons |= {f"points_{name}": note or "not recorded" for name, note in missing.items()}
    for side in ("left", "right"):
        reasons |= _missing_of_leg(row, "left" if side == "left" else "right")
    if known_value(row, "effort_cr10") is None:
        reasons["effort_cr10"] = "not recorded"
    if known_value(row, "cuff_percent_aop") is None:
        reasons["cuff_percent_aop"] = "not measured: no gate was applied"
    return because(reasons)


def _missing_of_leg(row: Row, side: Side) -> dict[str, str | None]:
    channel = row.channel_of(side)
    if channel is None:
        return {f"{side}_good": "no channel is known to be this leg's"}
    if channel.quality.verdict == "not_judged":
        return {f"{side}_good": f"not judged: {'; '.join(channel.quality.reasons)}"}
    if assessable_mvc(ExportedChannel(row, channel)) is None:
        return {f"{side}_strong": "no MVC is known"}
    return {}


LEGS: tuple[Column[Row], ...] = (*_columns_of_leg("left"), *_columns_of_leg("right"))

SCORES: tuple[Column[Row], ...] = (
    number("score", "0-100", N_("The session's score"), SCORE, _score("total"), missing=_NO_SCORE),
    number(
        "score_low",
        "0-100",
        N_("The least that the score could be if everything missing were known"),
        SCORE,
        _score("low"),
        missing=N_("the session has no result, or no channel that is a leg's"),
    ),
    number(
        "score_high",
        "0-100",
        N_("The most that the score could be if everything missing were known"),
        SCORE,
        _score("high"),
        missing=N_("the session has no result, or no channel that is a leg's"),
    ),
    number(
        "compliance",
        "0-100",
        N_("Compliance: mean of both legs"),
        SCORE,
        _score("compliance"),
        missing=_NO_SCORE,
    ),
    number(
        "symmetry",
        "0-100",
        N_("Symmetry of both legs' compliance"),
        SCORE,
        _score("symmetry"),
        missing=_NO_SCORE,
    ),
    number(
        "effort_score",
        "0-100",
        N_("Score of the perceived effort"),
        SCORE,
        _score("effort"),
        missing=N_("the effort was not recorded"),
    ),
    number(
        "game_score",
        "0-100",
        N_("Game points in percent of those that could be reached"),
        SCORE,
        _score("game"),
        missing=N_("the points that could be reached were not recorded"),
    ),
    *(column for name in PARTS for column in _columns_of_part(name)),
)

MISSING: tuple[Column[Row], ...] = (
    text(
        "missing_because",
        N_("Why cells of this row are empty, where that is known, as column: reason"),
        PRODUCT,
        _missing,
        missing=N_("no cell of the row is empty for a known reason"),
    ),
)
