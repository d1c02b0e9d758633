"""Every contraction as a row of text and numbers, and a click on a row as a way to see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pages._components import classes, counted, state, words
from pages._components.folding import folded_part
from pages._components.mark_words import mark_words
from pages._components.stops import Stop
from processing.emg.parameters import SessionTargets
from processing.emg.results import ChannelAnalysis, Contraction
from processing.language import gettext as _
from processing.language import mark as N_
from processing.language import sentence

# In pixels. Streamlit breaks the text of a cell into lines only in rows that are higher than 4 rem.
TALLEST, HEADER_PX, ROW_PX, TWO_LINES_PX = 420, 38, 35, 66
LETTER, PADDING = 6.0, 16
NUMBER_WIDTH, HELD_WIDTH = 66, 78
WIDTHS = {
    N_("Leg"): 88,
    N_("No."): 44,
    N_("Result"): 132,
    N_("Doubtful"): 182,
    N_("Duration (s)"): 76,
    N_("Plateau (µV)"): 84,
    N_("Peak (µV)"): 70,
    N_("% MVC"): 104,
    N_("Channel"): 110,
    N_("Corrected"): 200,
}
NO_NUMBER = -1


def choose_contraction(
    subject: str,
    channels: Sequence[ChannelAnalysis],
    targets: SessionTargets,
    visit: Callable[[Stop], None],
) -> None:
    """Draw the table and call ``visit`` with the contraction of a chosen row."""
    places = [
        Stop(channel.name, i, c.onset_s, c.offset_s, c.doubtful)
        for channel in channels
        for i, c in enumerate(channel.contractions)
    ]
    refused = [(c.name, r.contraction) for c in channels for r in c.rejected]
    said = counted.contractions(len(places))
    if refused:
        said += f", {counted.rejected(len(refused))}"
    label = _("Show as table: {contractions}").format(contractions=said)
    # What was rejected has no number, so that nothing of what counts is chosen with it.
    places += [Stop(name, NO_NUMBER, r.onset_s, r.offset_s, False) for name, r in refused]
    shown = folded_part(label, icon=":material/table:", key=state.table_key(subject))
    if not shown.open:
        return
    with shown:
        if not places:
            st.write(_("No contraction rose above the threshold of any channel."))
            return
        st.caption(_("Choose a row to see it in the plot."))
        key = f"table:{subject}"

        def chosen() -> None:
            rows = st.session_state[key].selection.rows
            if rows:
                visit(places[rows[0]])

        table = contraction_table(channels, targets)
        st.dataframe(
            table,
            hide_index=True,
            key=key,
            on_select=chosen,
            selection_mode="single-row",
            **table_look(table),
            alt=_("All contractions of all channels with their times, amplitudes and the targets they met."),
        )


def table_look(table: pd.DataFrame) -> dict[str, Any]:
    """Return widths and a height of rows at which all words can be read on a clinic's screen."""
    target = next((name for name in table.columns if name.startswith("≥")), "")
    held = _("Held ≥ {target}").split("{target}")[0]
    pixels = {_(name): width for name, width in WIDTHS.items()}
    pixels |= {name: HELD_WIDTH for name in table.columns if name.startswith(held)}
    pixels[target] = WIDTHS["% MVC"]
    widths = {name: st.column_config.Column(width=pixels.get(name, NUMBER_WIDTH)) for name in table.columns}
    long = any(
        LETTER * len(said) + PADDING > pixels.get(name, NUMBER_WIDTH)
        for name in table.columns
        for said in table[name]
    )
    row_height = TWO_LINES_PX if long else ROW_PX
    height = min(TALLEST, HEADER_PX + row_height * max(1, len(table)))
    return {"column_config": widths, "row_height": row_height, "height": height}


def contraction_table(channels: Sequence[ChannelAnalysis], targets: SessionTargets) -> pd.DataFrame:
    """Return all contractions as text, one row each, units in the column names; what was rejected comes last."""
    first = _("Leg") if words.names_a_leg(channels) else _("Channel")
    kept = [
        (channel, str(index + 1), c, channel.mark_of(index))
        for channel in channels
        for index, c in enumerate(channel.contractions)
    ]
    rejected = [(channel, "✗", r.contraction, r.mark) for channel in channels for r in channel.rejected]
    corrected = any(channel.corrections is not None for channel in channels)
    rows = [
        {first: f"{words.side_mark(channel.side)} {words.side_name(channel.side, channel.name)}"}
        | _row(number, contraction, targets)
        | ({_("Corrected"): "" if mark is None else mark_words(mark)} if corrected else {})
        for channel, number, contraction, mark in [*kept, *rejected]
    ]
    return pd.DataFrame(rows)


def _row(number: str, c: Contraction, targets: SessionTargets) -> dict[str, str]:
    kind = classes.contraction_class(c)
    same = targets.right_target_percent_mvc is None
    target = words.number(targets.target_percent_mvc, _("% MVC")) if same else _("target % MVC")
    held = _("Held ≥ {target}").format(target=words.number(targets.target_duration_s, "s"))
    doubt = sentence(c.doubtful_reason) or _("yes")
    return {
        _("No."): number,
        _("Result"): _("✗ rejected") if number == "✗" else f"{kind.glyph} {kind.short}",
        _("Doubtful"): f"? {doubt}" if c.doubtful else "",
        _("Start (s)"): words.fixed(c.onset_s, 2),
        _("End (s)"): words.fixed(c.offset_s, 2),
        _("Duration (s)"): words.fixed(c.duration_s, 2),
        held: words.yes_no(c.meets_duration),
        _("Plateau (µV)"): words.number(c.plateau_uv),
        _("Peak (µV)"): words.number(c.peak_uv),
        _("% MVC"): words.number(c.percent_mvc, missing=words.not_assessable()),
        f"≥ {target}": words.yes_no(c.meets_intensity),
        _("MDF (Hz)"): words.number(c.mdf_hz, missing="—"),
    }
