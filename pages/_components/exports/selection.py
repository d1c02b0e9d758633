"""A selection of sessions as one file of tables: for the list of sessions and for research."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pages._components import state
from pages._components.exports.buttons import table_buttons
from pages._components.exports.session import choose_scope
from processing.exports.formats import tables_name
from processing.language import gettext as _
from processing.language import ngettext
from processing.services import Services
from processing.services.exports import MOST_SESSIONS
from processing.use_cases.read_models import SessionFilters
from processing.use_cases.reprocessing import Selection


def export_selection(
    services: Services, filters: SessionFilters | Selection, *, key: str = "sessions"
) -> None:
    """Draw the button *Export*, behind which all sessions that match become one file of tables.

    ``filters`` are those of the list, whose limit does not count, or a research selection. A researcher's export is
    pseudonymised. ``key`` tells pages apart.
    """
    if isinstance(filters, SessionFilters):
        filters = replace(filters, limit=MOST_SESSIONS + 1)
    with st.container(width="content"):
        st.fragment(_popover)(services, filters, f"{state.EXPORT}{key}")


def _popover(services: Services, filters: SessionFilters | Selection, key: str) -> None:
    popover = st.popover(
        _("Export"),
        icon=":material/download:",
        key=key,
        on_change="rerun",
        width="content",
    )
    if popover.open:
        with popover:
            _content(services, filters, key)


def _content(services: Services, filters: SessionFilters | Selection, key: str) -> None:
    exports = services.exports
    codes = exports.matching(filters)
    st.markdown(f"**{_('Results of all sessions that match')}**")
    if not codes:
        st.caption(_("No session matches; there is nothing to export."))
        return
    if len(codes) > MOST_SESSIONS:
        said = _("More than {most} sessions match: narrow the filters, by patient or by date.")
        st.caption(said.format(most=MOST_SESSIONS))
        return
    counted = ngettext("{n} session", "{n} sessions", len(codes)).format(n=len(codes))
    st.caption(
        _("{sessions}: channels, contractions, corrections and parameters, with a data dictionary.").format(
            sessions=counted
        )
    )
    scope = choose_scope(
        key,
        always_pseudonymised=exports.always_pseudonymised,
        may_read_notes=services.notes.of_session(codes[0]).may_read,
    )
    table_buttons(
        lambda format: exports.tables(codes, format, scope),
        lambda format: tables_name(codes, format),
        key=f"{key}:tables",
    )
