"""What the page Today is narrowed to, and its order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import streamlit as st

from pages._components import state
from pages._components.gate import Viewer
from processing.language import gettext as _
from processing.language import mark as N_
from processing.use_cases.attention import Overview, PatientRow

_MINE, _NOBODYS = "mine", "nobody"
_SHOWN = {"attention": N_("Needs attention"), "all": N_("Everybody")}
_SORTS: dict[str, str] = {"need": N_("Need"), "code": N_("Code"), "last": N_("Last session")}


def narrowed(overview: Overview, viewer: Viewer) -> list[PatientRow]:
    """Ask what to show, and return it in the order asked for."""
    rows = list(overview.rows)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if viewer.role == "administrator":
            rows = _of_therapist(rows, viewer)
        rows = _of_site(rows)
        rows = _standing(rows)
        sort = st.segmented_control(
            _("Sort by"),
            list(_SORTS),
            format_func=lambda key: _(_SORTS[key]),
            default="need",
            required=True,
            key=state.TODAY_SORT,
            persist_state="session",
            on_change=_first_page,
        )
    return sorted(rows, key=_KEYS[sort]) if sort in _KEYS else rows


def _of_therapist(rows: Sequence[PatientRow], viewer: Viewer) -> list[PatientRow]:
    """Offer one's own patients, those of each colleague, and those of nobody yet."""
    own = str(viewer.identity.user_id)
    names = {
        row.patient.therapist_id: row.patient.therapist_name or _("assigned")
        for row in rows
        if row.patient.therapist_id not in (None, own)
    }
    choices: dict[str | None, str] = {_MINE: _("My patients")}
    choices |= dict(sorted(names.items(), key=lambda item: item[1].casefold()))
    choices[_NOBODYS] = _("Nobody's yet")
    chosen = st.selectbox(
        _("Treated by"),
        list(choices),
        index=None,
        format_func=choices.__getitem__,
        placeholder=_("All patients"),
        key=state.TODAY_THERAPIST,
        persist_state="session",
        width=220,
        on_change=_first_page,
    )
    if chosen is None:
        return list(rows)
    wanted = {_MINE: own, _NOBODYS: None}.get(chosen, chosen)
    return [row for row in rows if row.patient.therapist_id == wanted]


def _of_site(rows: Sequence[PatientRow]) -> list[PatientRow]:
    sites = sorted({row.patient.site for row in rows if row.patient.site})
    if not sites:
        return list(rows)
    chosen = st.selectbox(
        _("Site"),
        sites,
        index=None,
        placeholder=_("All sites"),
        key=state.TODAY_SITE,
        persist_state="session",
        width=200,
        on_change=_first_page,
    )
    return [row for row in rows if chosen is None or row.patient.site == chosen]


def _standing(rows: Sequence[PatientRow]) -> list[PatientRow]:
    shown = st.segmented_control(
        _("Show"),
        list(_SHOWN),
        format_func=lambda key: _(_SHOWN[key]),
        default="all",
        required=True,
        key=state.TODAY_SHOWN,
        persist_state="session",
        on_change=_first_page,
    )
    return [row for row in rows if shown != "attention" or row.standing == "attention"]


def _first_page() -> None:
    st.session_state.pop(state.TODAY_PAGE, None)


def _latest(row: PatientRow) -> tuple[float, str]:
    at = row.patient.last_at
    return (-(at - datetime(1970, 1, 1)).total_seconds() if at else 0.0, row.patient.code)


_KEYS: dict[str | None, Callable[[PatientRow], object]] = {
    "code": lambda row: row.patient.code,
    "last": _latest,
}
