"""What no file holds, asked for in a file's card: left as not recorded unless somebody adds it now."""

from __future__ import annotations

import streamlit as st

from processing.language import gettext as _
from processing.language import mark as N_
from processing.use_cases.read_models import SessionInputs

_FIELDS = (
    ("mvc_left_uv", N_("L ● MVC left (µV)"), 20_000.0, 1.0),
    ("mvc_right_uv", N_("R ▲ MVC right (µV)"), 20_000.0, 1.0),
    ("perceived_effort_cr10", N_("Effort (CR10, 0–10)"), 10.0, 0.5),
    ("bfr_percent_aop", N_("Cuff pressure (% AOP)"), 150.0, 1.0),
)


def ask_later(file_id: str, absent: list[str]) -> None:
    """Offer to add what the file lacks; empty fields stay *not recorded*."""
    with st.popover(_("Add now"), icon=":material/edit:", type="tertiary"):
        st.caption(
            _("Not in the file: {measures}. What you leave empty stays not recorded.").format(
                measures=", ".join(absent)
            )
        )
        for name, label, high, step in _FIELDS:
            st.number_input(
                _(label),
                0.0,
                high,
                None,
                step,
                "%.4g",
                key=_key(file_id, name),
                placeholder=_("not recorded"),
            )


def added(file_id: str) -> SessionInputs:
    """Return what was added for a file.

    Raises
    ------
    InvalidParameterError
        If a value is one that nobody can have measured.
    """
    return SessionInputs(**{name: st.session_state.get(_key(file_id, name)) for name, *_rest in _FIELDS})


def _key(file_id: str, name: str) -> str:
    return f"upload:later:{file_id}:{name}"
