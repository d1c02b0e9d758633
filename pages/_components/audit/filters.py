"""What the audit log is narrowed to, and how far back one has leafed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal, TypeVar

import streamlit as st

from pages._components import state
from pages._components.audit.wording import ACTIONS, TABLES
from pages._components.sign_in.account import role_word
from processing.language import gettext as _
from processing.language import mark as N_
from processing.services import Services
from processing.use_cases.read_models import AuditAction, AuditFilters

ROWS = 50
# Who opened what is most of the log and seldom what is looked for: the filter starts without it.
CHANGES: Literal["changes"] = "changes"
DONE: dict[AuditAction | Literal["changes"], str] = {CHANGES: N_("changes and exports"), **ACTIONS}
Chosen = TypeVar("Chosen", bound=str)


def choose_filters(services: Services) -> AuditFilters:
    """Ask who, what, about whom and when; any change begins at the newest entry again."""
    people = {
        person.user_id: f"{person.name or _('No name')} ({role_word(person.role)})"
        for person in services.audit.people()
    }
    with st.container(horizontal=True, vertical_alignment="bottom"):
        actor = _choice(_("Who"), people, _("Everybody"), "who", 215)
        action = _choice(_("Did"), DONE, _("Anything"), "action", 215, start=CHANGES)
        table = _choice(_("What"), TABLES, _("Everything"), "table", 215)
        about = st.text_input(
            _("Patient or session"),
            key=f"{state.AUDIT}about",
            placeholder=_("P001 or P001S003"),
            on_change=newest,
            width=165,
        )
        dates = st.date_input(
            _("Between (days of UTC)"),
            value=(),
            format="DD/MM/YYYY",
            key=f"{state.AUDIT}dates",
            on_change=newest,
            width=250,
        )
    first, last = _range(dates)
    return AuditFilters(
        table_name=table,
        actor=actor,
        action=None if action == CHANGES else action,
        without_reads=action == CHANGES,
        about=about.strip().upper() or None,
        on_or_after=first,
        on_or_before=last,
        before_id=(leafed() or [None])[-1],
        limit=ROWS + 1,  # one more tells whether there are older ones
    )


def _choice(
    label: str,
    said: Mapping[Chosen, str],
    nothing: str,
    name: str,
    width: int,
    *,
    start: Chosen | None = None,
) -> Chosen | None:
    """Ask for one of the keys of ``said``, shown by their words; None stands for all of them."""
    return st.selectbox(
        label,
        list(said),
        index=None if start is None else list(said).index(start),
        format_func=lambda key: _capital(said[key]),
        placeholder=nothing,
        key=f"{state.AUDIT}{name}",
        on_change=newest,
        width=width,
    )


def _capital(text: str) -> str:
    shown = _(text)
    return shown[:1].upper() + shown[1:]


def leafed() -> list[int]:
    """Return the last entry of each page that one has gone beyond."""
    kept: list[int] = st.session_state.setdefault(f"{state.AUDIT}pages", [])
    return kept


def newest() -> None:
    """Begin at the newest entry again."""
    st.session_state[f"{state.AUDIT}pages"] = []


def older(last_id: int) -> None:
    """Go on after an entry."""
    leafed().append(last_id)


def newer() -> None:
    """Go back one page."""
    if leafed():
        leafed().pop()


def _range(dates: object) -> tuple[date | None, date | None]:
    days = [day for day in (dates if isinstance(dates, list | tuple) else (dates,)) if isinstance(day, date)]
    return (days[0] if days else None, days[-1] if len(days) > 1 else None)
