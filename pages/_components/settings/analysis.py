"""The settings of the signal analysis, to be read: what each is called, its value, unit and meaning."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages._components.settings.parameter_words import GROUPS, PARAMETERS, ParameterWords
from processing.language import format_number
from processing.language import gettext as _
from processing.version import PIPELINE_VERSION


def analysis_settings() -> None:
    """Draw every setting of the analysis in the order in which it works."""
    st.subheader(_("How recordings are analysed"), anchor=False)
    st.caption(
        _(
            "The program's own values, version {version}. They are kept with every result. Other values are tried on "
            "the page Research, on many sessions at once, before anything changes."
        ).format(version=PIPELINE_VERSION)
    )
    for group in GROUPS:
        with st.expander(_(group), key=f"settings:analysis:{group}"):
            st.table(_table(group), hide_index=True, border="horizontal")


def _table(group: str) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                _("Setting"): _(each.name),
                _("Value"): value_words(each, each.own),
                _("Unit"): each.unit or "–",
                _("Meaning"): _(each.meaning),
            }
            for each in PARAMETERS
            if each.group == group
        ]
    )


def value_words(parameter: ParameterWords, value: float | int | None) -> str:
    """Return a setting's value without its unit; ``off`` where there is none."""
    if value is None:
        return _("off")
    if 0 < abs(value) < 1e-3:
        return _("1 in {n}").format(n=format_number(round(1 / value)))
    return format_number(value)
