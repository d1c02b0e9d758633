"""What came of a session, leg by leg and as a score, in the words of every list."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from pages._components import words
from processing.language import gettext as _
from processing.language import ngettext, sentence
from processing.use_cases.read_models import SessionSummary, SideSummary

LONGEST_REASON = 44


def outcome_words(session: SessionSummary) -> tuple[str, str, str]:
    """Return what stands under left, right and score; without any known leg there is nothing to score."""
    sides = {side.side: side for side in session.sides}
    if session.sides and set(sides) == {None}:
        return _unsided_words(session.sides), "", "—"
    return _side_words(sides.get("left")), _side_words(sides.get("right")), _score_words(session)


def _unsided_words(sides: Sequence[SideSummary]) -> str:
    n, found = len(sides), sum(side.n_contractions for side in sides)
    channels = ngettext("{n} channel", "{n} channels", n).format(n=n)
    contractions = ngettext("{n} contraction", "{n} contractions", found).format(n=found)
    return f"{_('no leg named')}  \n:small[{channels}, {contractions}]"


def _side_words(side: SideSummary | None) -> str:
    if side is None:
        return "—"
    reason = _first_reason(side)
    icon, verdict = words.VERDICT_ICONS[side.verdict], words.verdict_word(side.verdict)
    if side.verdict == "not_judged":
        return f"{icon} {verdict}  \n:small[{reason or _('signal not usable')}]"
    counted = _("**{good} / {expected}** good").format(good=_good(side), expected=side.expected)
    if side.good_at_most is None and side.n_good is None:
        counted = _("**{found}** found, {expected} expected").format(
            found=side.n_contractions, expected=side.expected
        )
    trust = words.signal_words(side.verdict, reason if side.verdict != "good" else None)
    return f"{counted}  \n:small[{icon} {trust}]"


def _good(side: SideSummary) -> str:
    """Return how many were good, as the review says it: a range while no MVC says how strong they were."""
    return str(side.n_good) if side.n_good is not None else f"{side.good_at_least}–{side.good_at_most}"


def _first_reason(side: SideSummary) -> str:
    """Return the beginning of the first reason; the review has the whole sentence."""
    if not side.reasons:
        return ""
    clause = re.split(r"[:;(]", sentence(side.reasons[0]))[0].strip().rstrip(".")
    return words.plain(textwrap.shorten(clause, LONGEST_REASON, placeholder=" …"))


def _score_words(session: SessionSummary) -> str:
    low, high = session.score_low, session.score_high
    if session.score is None:
        return words.score_words(None, low, high)
    span = ""
    if low is not None and high is not None:
        possible = _("{low}–{high} possible").format(low=f"{low:.0f}", high=f"{high:.0f}")
        span = f"  \n:small[{possible}]"
    return f"**{words.score_words(session.score, low, high)}**" + (span if low != high else "")
