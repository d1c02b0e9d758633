"""What a dry run found: the sessions that change, one by one, the picture of all, and all as a table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages._components import state, words
from pages._components.chart import chart
from pages._components.research.figure import drawn, scatter_figure, scatter_sentence
from pages._components.research.run_words import (
    CHANGES,
    OUTCOMES,
    leg_change,
    leg_words,
    score_of,
    was_is,
)
from processing.language import gettext as _
from processing.services import Services
from processing.use_cases.reprocessing import Digest, LegDigest, Outcome, Run, RunItem
from processing.version import PIPELINE_VERSION

_ROWS = 25
_KEY = f"{state.RESEARCH}diff"


def diff(services: Services, run: Run) -> None:
    """Draw the sessions of a run that ended."""
    items = list(services.research.items(run.run_id))
    _older_program(items)
    left, right = st.columns([2, 1], gap="large")
    with left:
        _list(run, items)
    with right:
        _picture(items)
    with st.expander(
        _("All sessions as a table"), icon=":material/table:", key=f"{_KEY}:folded:{run.run_id}"
    ):
        st.dataframe(
            diff_table(items),
            hide_index=True,
            key=f"{_KEY}:table:{run.run_id}",
            alt=_("Every session of the run, before and after."),
        )


def _older_program(items: Sequence[RunItem]) -> None:
    """Say where part of a difference may come from the program itself."""
    older = sum(
        item.before is not None and item.before.pipeline_version != PIPELINE_VERSION for item in items
    )
    if older:
        st.info(
            _(
                "{n} of the stored results were made by an earlier version of the program, so part of what changes may "
                "come from the program, not from the settings."
            ).format(n=older),
            icon=":material/info:",
        )


def _list(run: Run, items: Sequence[RunItem]) -> None:
    counts = {outcome: count for outcome in OUTCOMES if (count := run.counts.get(outcome, 0))}
    if not counts:
        return
    shown: Outcome = st.segmented_control(
        _("Show"),
        list(counts),
        default=next(iter(counts)),
        format_func=lambda each: f"{_(OUTCOMES[each])} ({counts[each]})",
        key=f"{_KEY}:outcome:{run.run_id}",
    ) or next(iter(counts))
    rows = [item for item in items if item.outcome == shown]
    first = 0
    if len(rows) > _ROWS:
        pages = -(-len(rows) // _ROWS)
        page = st.number_input(
            _("Page of {n}").format(n=pages), 1, pages, 1, key=f"{_KEY}:page:{run.run_id}:{shown}", width=140
        )
        first = (int(page) - 1) * _ROWS
    st.caption(
        _("Session, score (0–100), and each leg; where something changes: now → under the tried rules.")
    )
    for item in rows[first : first + _ROWS]:
        _row(item)


def _row(item: RunItem) -> None:
    with st.container(border=True, gap="xxsmall"):
        link, score, legs, applied = st.columns([2, 3, 8, 2], gap="small", vertical_alignment="center")
        link.page_link(
            "review.py", label=f"**{item.session_code}**", query_params={"session": item.session_code}
        )
        if item.before is None or item.after is None:
            legs.markdown(words.told(item.message or ""))
        else:
            score.markdown(f"**{was_is(score_of(item.before), score_of(item.after))}**")
            legs.markdown("  \n".join(f":small[{line}]" for line in _legs(item)))
        if item.applied_version is not None:
            applied.badge(
                _("version {n}").format(n=item.applied_version), icon=":material/task_alt:", color="blue"
            )
        elif item.apply_message:
            applied.badge(
                _("not applied"), icon=":material/block:", color="orange", help=words.told(item.apply_message)
            )


def _legs(item: RunItem) -> list[str]:
    """Return each leg before and after."""
    assert item.before is not None
    assert item.after is not None
    channels = dict.fromkeys(leg.channel for digest in (item.before, item.after) for leg in digest.legs)
    said = []
    for channel in channels:
        before, after = _leg(item.before, channel), _leg(item.after, channel)
        side = (after or before).side  # type: ignore[union-attr]
        mark = words.side_mark(side) if side else words.plain(channel)
        said.append(f"{mark} {leg_change(before, after)}")
    return said


def _leg(digest: Digest, channel: str) -> LegDigest | None:
    return next((leg for leg in digest.legs if leg.channel == channel), None)


def _picture(items: Sequence[RunItem]) -> None:
    sentence = scatter_sentence(items)
    st.markdown(sentence)
    if drawn(items):
        chart(scatter_figure(items), alt=sentence, key=f"{_KEY}:scatter")


def diff_table(items: Sequence[RunItem]) -> pd.DataFrame:
    """Return all sessions, before and after, in columns."""
    return pd.DataFrame([_table_row(item) for item in items])


def _table_row(item: RunItem) -> dict[str, str]:
    row = {
        _("Session"): item.session_code,
        _("Outcome"): "" if item.outcome is None else _(OUTCOMES[item.outcome]),
        _("What changes"): ", ".join(_(CHANGES[change]) for change in item.changes),
        _("Score before (0–100)"): score_of(item.before),
        _("Score after (0–100)"): score_of(item.after),
    }
    for side, mark in (("left", "L ●"), ("right", "R ▲")):
        row[_("{leg} before").format(leg=mark)] = leg_words(_of_side(item.before, side))
        row[_("{leg} after").format(leg=mark)] = leg_words(_of_side(item.after, side))
    row[_("Remark")] = words.told(item.message or item.apply_message or "")
    return row


def _of_side(digest: Digest | None, side: str) -> LegDigest | None:
    return None if digest is None else next((leg for leg in digest.legs if leg.side == side), None)
