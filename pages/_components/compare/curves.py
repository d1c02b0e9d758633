"""The curves of the overlay as a table: what the picture shows, for those who do not see it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from pages._components import words
from pages._components.compare.overlay import Axes
from pages._components.compare.repetitions import LegPair, Repetitions
from processing.language import gettext as _

ROWS = 24
NOTHING = "—"


def show_curves(pairs: Sequence[LegPair], axes: Axes, *, key: str) -> None:
    """Offer the table below the picture; nothing where no curve was drawn."""
    table = curves_table(pairs, axes)
    if table.empty:
        return
    label = _("Show as table: {measure}, median and middle half").format(measure=axes.y)
    with st.expander(label, icon=":material/table:", key=key):
        st.dataframe(table, hide_index=True, alt=label)


def curves_table(pairs: Sequence[LegPair], axes: Axes) -> pd.DataFrame:
    """Return equal steps along the axis, for each leg and session the median and in brackets both quartiles."""
    bands = [band for pair in pairs for band in pair.bands]
    if not bands:
        return pd.DataFrame()
    first = 0.0 if axes.origin is not None else float(bands[0].time_s[0])
    last = max(float(band.time_s[-1]) for band in bands)
    rows = []
    for moment in np.linspace(first, last, ROWS + 1):
        row = {axes.x: words.number(float(moment))}
        for pair in pairs:
            for letter, each in (("A", pair.a), ("B", pair.b)):
                if each is not None and each.band is not None:
                    name = f"{words.side_mark(pair.side)} {letter} · {each.session_code}"
                    row[name] = _at(each, float(moment))
        rows.append(row)
    return pd.DataFrame(rows)


def _at(each: Repetitions, moment: float) -> str:
    band = each.band
    assert band is not None
    i = int(np.argmin(np.abs(band.time_s - moment)))
    if not np.isfinite(band.median[i]):
        return NOTHING
    middle, low, high = (words.number(float(v[i])) for v in (band.median, band.lower, band.upper))
    return f"{middle} ({low}–{high})"
