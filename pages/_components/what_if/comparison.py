"""Now and what if, side by side: the score, the counts, and the contractions that change class."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd
import streamlit as st

from pages._components import classes, counted, words
from pages._components.differences import signed
from pages._components.not_judged import withheld
from processing.emg.parameters import SessionTargets
from processing.emg.results import ChannelAnalysis
from processing.language import gettext as _
from processing.language import ngettext
from processing.scoring.model import SessionScore
from processing.use_cases.what_if import WhatIf


def comparison(tried: WhatIf, now: SessionTargets, then: SessionTargets) -> None:
    """Draw both judgements beside each other."""
    left, right = st.columns(2, border=True)
    left.metric(_("Score now"), _score(tried.score_before))
    right.metric(
        _("Score, what if"),
        _score(tried.score_after),
        delta=_difference(tried),
        delta_color="off",
    )
    st.table(_counts(tried, now, then), hide_index=True, border="horizontal")
    st.markdown(changed_words(tried))


def changed_words(tried: WhatIf) -> str:
    """Say which contractions change class, those of one kind together."""
    if not tried.changes:
        return _("No contraction changes class.")
    groups: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for change in tried.changes:
        mark = f"{words.side_mark(change.side)} {words.side_name(change.side, change.channel)}"
        before = classes.contraction_class(change.before).word
        groups[mark, before, classes.contraction_class(change.after).word].append(change.index + 1)
    lines = [
        "- "
        + _("{leg} {numbers}: {before} → **{after}**").format(
            leg=mark, numbers=", ".join(map(str, numbers)), before=before, after=after
        )
        for (mark, before, after), numbers in groups.items()
    ]
    n = len(tried.changes)
    count = ngettext("{n} contraction changes class", "{n} contractions change class", n).format(n=n)
    return "\n".join([f"**{count}**", "", *lines])


def _counts(tried: WhatIf, now: SessionTargets, then: SessionTargets) -> pd.DataFrame:
    rows = []
    for before, after in zip(words.left_first(tried.before), words.left_first(tried.after), strict=True):
        if before.side is None:
            continue
        mark = f"{words.side_mark(before.side)} {words.side_name(before.side, before.name)}"
        rows.append((_("{leg}: good / expected").format(leg=mark), _good(before, now), _good(after, then)))
        rows.append((_("{leg}: strong enough").format(leg=mark), _strong(before), _strong(after)))
        rows.append((_("{leg}: held").format(leg=mark), _held(before), _held(after)))
    return pd.DataFrame(rows, columns=["", _("Now"), _("What if")])


def _good(channel: ChannelAnalysis, targets: SessionTargets) -> str:
    good = classes.good_count(channel)
    expected = targets.for_side(channel.side).expected_contractions
    return withheld() if good is None else f"{good} / {expected}"


def _strong(channel: ChannelAnalysis) -> str:
    if channel.quality.verdict == "not_judged":
        return withheld()
    if channel.mvc is None or not channel.mvc.assessable:
        return _("no MVC")
    return counted.of(sum(bool(c.meets_intensity) for c in channel.contractions), len(channel.contractions))


def _held(channel: ChannelAnalysis) -> str:
    if channel.quality.verdict == "not_judged":
        return withheld()
    return counted.of(sum(c.meets_duration for c in channel.contractions), len(channel.contractions))


def _score(score: SessionScore) -> str:
    if score.total is not None:
        return words.fixed(score.total, 1)
    return f"{words.fixed(score.low, 1)}–{words.fixed(score.high, 1)}"


def _difference(tried: WhatIf) -> str | None:
    before, after = tried.score_before, tried.score_after
    if before.total is not None and after.total is not None:
        return _("{points} points").format(points=signed(after.total - before.total))
    if (before.low, before.high) == (after.low, after.high):
        return None
    said = _("{low} at its lower end, {high} at its upper")
    return said.format(low=signed(after.low - before.low), high=signed(after.high - before.high))
