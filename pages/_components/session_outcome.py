"""What came of a session, leg by leg and as a score, in the words of every list."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from pages._components import words
from processing.use_cases.read_models import SessionSummary, SideSummary

LONGEST_REASON = 44


def outcome_words(session: SessionSummary) -> tuple[str, str, str]:
    """Return what stands under left, right and score; without any known leg there is nothing to score."""
    sides = {side.side: side for side in session.sides}
    if session.sides and set(sides) == {None}:
        return _unsided_words(session.sides), "", "—"
    return _side_words(sides.get("left")), _side_words(sides.get("right")), _score_words(session)


def _unsided_words(sides: Sequence[SideSummary]) -> str:
    found = words.plural(sum(side.n_contractions for side in sides), "contraction")
    return f"no leg named  \n:small[{words.plural(len(sides), 'channel')}, {found}]"


def _side_words(side: SideSummary | None) -> str:
    if side is None:
        return "—"
    reason = _first_reason(side)
    icon, verdict = words.VERDICT_ICONS[side.verdict], words.VERDICT_WORDS[side.verdict]
    if side.verdict == "not_judged":
        return f"{icon} {verdict}  \n:small[{reason or 'signal not usable'}]"
    counted = f"**{_good(side)} / {side.expected}** good"
    if side.good_at_most is None and side.n_good is None:
        counted = f"**{side.n_contractions}** found, {side.expected} expected"
    return (
        f"{counted}  \n:small[{icon} signal {verdict}{f': {reason}' if reason and verdict != 'good' else ''}]"
    )


def _good(side: SideSummary) -> str:
    """Return how many were good, as the review says it: a range while no MVC says how strong they were."""
    return str(side.n_good) if side.n_good is not None else f"{side.good_at_least}–{side.good_at_most}"


def _first_reason(side: SideSummary) -> str:
    """Return the beginning of the first reason; the review has the whole sentence."""
    if not side.reasons:
        return ""
    clause = re.split(r"[:;(]", side.reasons[0])[0].strip().rstrip(".")
    return words.plain(textwrap.shorten(clause, LONGEST_REASON, placeholder=" …"))


def _score_words(session: SessionSummary) -> str:
    low, high = session.score_low, session.score_high
    if session.score is None:
        return words.score_words(None, low, high)
    span = f"  \n:small[{low:.0f}–{high:.0f} possible]" if low is not None and high is not None else ""
    return f"**{words.score_words(session.score, low, high)}**" + (span if low != high else "")
