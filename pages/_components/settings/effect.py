"""What other scoring rules would do to one session's score, beside how it is scored now; nothing is stored."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from pages._components import state, words
from pages._components.settings.configuration_fields import WEIGHTS
from processing.language import gettext as _
from processing.scoring.configuration import ScoringConfiguration
from processing.scoring.model import ScorePart, SessionScore
from processing.services import Services
from processing.use_cases.read_models import SessionFilters, SessionReview
from processing.use_cases.scoring_configurations import score_with

_OFFERED = 50


def example_session(services: Services, *, key: str) -> SessionReview | None:
    """Let the person choose a session to try rules on, the one that they looked at last first; None without any."""
    found = services.list_sessions(SessionFilters(statuses=("completed",), limit=_OFFERED))
    known = sorted((each for each in found if each.names_a_leg), key=lambda each: each.score is None)
    codes = [each.session_code for each in known]  # first those whose score is a number
    looked_at = st.session_state.get(state.CURRENT_SESSION)
    if looked_at in codes:
        codes.remove(looked_at)
        codes.insert(0, looked_at)
    if not codes:
        st.caption(_("No session has a score yet, so there is none to try these rules on."))
        return None
    code = st.selectbox(_("Tried on session"), codes, key=f"{key}:example", width=240)
    return services.load_review(code)


def effect(review: SessionReview, configuration: ScoringConfiguration) -> None:
    """Draw a session's score now and under other rules, part by part."""
    if review.result is None:
        return
    now = review.result.score
    then = score_with(review.result, review.inputs, configuration)
    left, right = st.columns(2, border=True)
    left.metric(_("Score now"), _score(now))
    right.metric(_("Score with these rules"), _score(then), delta=_moved(now, then), delta_color="off")
    st.table(_parts(now, then), hide_index=True, border="horizontal")
    for note in then.notes:
        st.caption(words.told(note))


def _score(score: SessionScore) -> str:
    return words.score_words(score.total, score.low, score.high)


def _moved(now: SessionScore, then: SessionScore) -> str | None:
    if now.total is None or then.total is None:
        return None
    moved = then.total - now.total
    if abs(moved) < 0.05:
        return None
    sign = "+" if moved > 0 else ""
    return _("{points} points").format(points=f"{sign}{words.fixed(moved, 1)}")


def _parts(now: SessionScore, then: SessionScore) -> pd.DataFrame:
    """Return the points of each part under both rules; as printed, they add up to the printed scores."""
    before, after = ({part.name: part for part in score.parts} for score in (now, then))
    tenths_now, tenths_then = part_tenths(now), part_tenths(then)
    return pd.DataFrame(
        [
            {
                _("Part"): _(WEIGHTS[name.lower()]),
                _("Points now"): _points(before.get(name), now, tenths_now.get(name)),
                _("Points with these rules"): _points(after.get(name), then, tenths_then.get(name)),
            }
            for name in dict.fromkeys([*before, *after])
        ]
    )


def part_tenths(score: SessionScore) -> dict[str, int]:
    """Return the points of each part that counts, in tenths that add up to the score's; empty without a score.

    Each is cut to tenths; the tenths that are missing go to the parts that lost most.
    """
    if score.total is None:
        return {}
    exact = {part.name: 10 * part.points for part in score.parts if part.points is not None}
    tenths = {name: math.floor(value + 1e-9) for name, value in exact.items()}
    missing = round(10 * score.total) - sum(tenths.values())
    for name in sorted(exact, key=lambda name: tenths[name] - exact[name])[: max(0, missing)]:
        tenths[name] += 1
    return tenths


def _points(part: ScorePart | None, score: SessionScore, tenths: int | None) -> str:
    if part is None or (part.points is None and score.total is not None):
        return _("not counted")  # the others share its weight
    possible = words.fixed(100 * part.weight, 1)
    points = part.points if tenths is None else tenths / 10
    if points is None:
        return _("not known, up to {possible}").format(possible=possible)
    return _("{points} of {possible}").format(points=words.fixed(points, 1), possible=possible)
