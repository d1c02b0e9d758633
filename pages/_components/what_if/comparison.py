"""Now and what if, side by side: the score, the counts, and the contractions that change class."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd
import streamlit as st

from pages._components import classes, words
from processing.emg.parameters import SessionTargets
from processing.emg.results import ChannelAnalysis
from processing.scoring.model import SessionScore
from processing.use_cases.what_if import WhatIf


def comparison(tried: WhatIf, now: SessionTargets, then: SessionTargets) -> None:
    """Draw both judgements beside each other."""
    left, right = st.columns(2, border=True)
    left.metric("Score now", _score(tried.score_before))
    right.metric(
        "Score, what if",
        _score(tried.score_after),
        delta=_difference(tried),
        delta_color="off",
    )
    st.table(_counts(tried, now, then), hide_index=True, border="horizontal")
    st.markdown(changed_words(tried))


def changed_words(tried: WhatIf) -> str:
    """Say which contractions change class, those of one kind together."""
    if not tried.changes:
        return "No contraction changes class."
    groups: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for change in tried.changes:
        mark = f"{words.side_mark(change.side)} {words.side_name(change.side, change.channel)}"
        before = classes.contraction_class(change.before).word
        groups[mark, before, classes.contraction_class(change.after).word].append(change.index + 1)
    lines = [
        f"- {mark} {', '.join(map(str, numbers))}: {before} → **{after}**"
        for (mark, before, after), numbers in groups.items()
    ]
    count = words.plural(len(tried.changes), "contraction")
    return "\n".join([f"**{count} {'changes' if len(tried.changes) == 1 else 'change'} class**", "", *lines])


def _counts(tried: WhatIf, now: SessionTargets, then: SessionTargets) -> pd.DataFrame:
    rows = []
    for before, after in zip(words.left_first(tried.before), words.left_first(tried.after), strict=True):
        if before.side is None:
            continue
        mark = f"{words.side_mark(before.side)} {words.side_name(before.side, before.name)}"
        rows.append((f"{mark}: good / expected", _good(before, now), _good(after, then)))
        rows.append((f"{mark}: strong enough", _strong(before), _strong(after)))
        rows.append((f"{mark}: held", _held(before), _held(after)))
    return pd.DataFrame(rows, columns=["", "Now", "What if"])


def _good(channel: ChannelAnalysis, targets: SessionTargets) -> str:
    good = classes.good_count(channel)
    expected = targets.for_side(channel.side).expected_contractions
    return "not judged" if good is None else f"{good} / {expected}"


def _strong(channel: ChannelAnalysis) -> str:
    if channel.quality.verdict == "not_judged":
        return "not judged"
    if channel.mvc is None or not channel.mvc.assessable:
        return "no MVC"
    return f"{sum(bool(c.meets_intensity) for c in channel.contractions)} of {len(channel.contractions)}"


def _held(channel: ChannelAnalysis) -> str:
    if channel.quality.verdict == "not_judged":
        return "not judged"
    return f"{sum(c.meets_duration for c in channel.contractions)} of {len(channel.contractions)}"


def _score(score: SessionScore) -> str:
    if score.total is not None:
        return f"{score.total:.1f}"
    return f"{score.low:.1f}–{score.high:.1f}"


def _difference(tried: WhatIf) -> str | None:
    before, after = tried.score_before, tried.score_after
    if before.total is not None and after.total is not None:
        return f"{after.total - before.total:+.1f} points".replace("-", "−")
    if (before.low, before.high) == (after.low, after.high):
        return None
    ends = f"{after.low - before.low:+.1f} at its lower end, {after.high - before.high:+.1f} at its upper"
    return ends.replace("-", "−")
