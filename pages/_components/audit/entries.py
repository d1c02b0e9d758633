"""The entries of the audit log, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from pages._components import local_time, state, words
from pages._components.audit.filters import ROWS, leafed, newer, newest, older
from pages._components.audit.wording import ACTIONS, changes, reason_words, table_words
from processing.language import gettext as _
from processing.language import ngettext
from processing.services import Services
from processing.use_cases.read_models import AuditEntry, AuditFilters


def audit_entries(services: Services, filters: AuditFilters) -> None:
    """Draw one page of the log, or say why it is empty."""
    found = services.audit.list(filters)
    entries, more = found[:ROWS], len(found) > ROWS
    if not entries:
        _empty(filters)
        return
    names = {person.user_id: person.name or _("no name") for person in services.audit.people()}
    st.table(_table(entries, names), hide_index=True, border="horizontal")
    _leaf(entries, more)
    _details(entries, names)


def _table(entries: Sequence[AuditEntry], names: dict[str, str]) -> pd.DataFrame:
    rows = [
        {
            _("When"): local_time.moment(entry.at),
            _("Who"): words.plain(who(entry)),
            _("Did"): _(ACTIONS[entry.action]),
            _("What"): table_words(entry.table_name),
            _("About"): words.plain(entry.subject or "—"),
            _("Changes"): _changes(entry, names),
        }
        for entry in entries
    ]
    return pd.DataFrame(rows)


def _changes(entry: AuditEntry, names: dict[str, str]) -> str:
    """Return old and new of each field, then why and in which course of events, line by line."""
    lines = [words.plain(line) for line in changes(entry, names)]
    if entry.reason:
        lines.append(f":small[{_('Reason: {reason}').format(reason=words.plain(reason_words(entry)))}]")
    if entry.correlation_id:
        lines.append(f":small[{_('Correlation: {id}').format(id=words.plain(entry.correlation_id))}]")
    return "  \n".join(lines)


def who(entry: AuditEntry) -> str:
    """Return the person, or the program that acted by itself."""
    if entry.actor is None:
        return _("program {name}").format(name=entry.program)
    return entry.actor_name or _("account {id}").format(id=entry.actor[:8])


def _leaf(entries: Sequence[AuditEntry], more: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(_("Newest"), icon=":material/first_page:", on_click=newest, disabled=not leafed())
        st.button(_("Newer"), icon=":material/chevron_left:", on_click=newer, disabled=not leafed())
        st.button(
            _("Older"),
            icon=":material/chevron_right:",
            on_click=older,
            args=(entries[-1].entry_id,),
            disabled=not more,
        )
        first, last = entries[0].at, entries[-1].at
        st.caption(
            ngettext(
                "{n} entry from {first} to {last}. Entries are only ever added.",
                "{n} entries from {first} to {last}. Entries are only ever added.",
                len(entries),
            ).format(n=len(entries), first=local_time.moment(last), last=local_time.moment(first))
        )


def _details(entries: Sequence[AuditEntry], names: dict[str, str]) -> None:
    """Let one entry be read in full, long notes and correlation included."""
    by_id = {entry.entry_id: entry for entry in entries}
    chosen = st.selectbox(
        _("Read one entry in full"),
        list(by_id),
        index=None,
        format_func=lambda i: (
            f"{local_time.moment(by_id[i].at)} · {who(by_id[i])} · {_(ACTIONS[by_id[i].action])} "
            f"{table_words(by_id[i].table_name)} {by_id[i].subject or ''}"
        ),
        placeholder=_("Choose an entry"),
        key=f"{state.AUDIT}entry",
    )
    if chosen is None:
        return
    entry = by_id[chosen]
    facts = [
        _("Entry {number}, written by {program}").format(number=entry.entry_id, program=entry.program),
        _("Row {key} of {table}").format(key=entry.row_key, table=entry.table_name),
        *([_("Reason: {reason}").format(reason=reason_words(entry))] if entry.reason else []),
        *([_("Correlation: {id}").format(id=entry.correlation_id)] if entry.correlation_id else []),
        *changes(entry, names),
    ]
    with st.container(border=True):
        st.markdown("\n".join(f"- {words.plain(fact)}" for fact in facts))


def _empty(filters: AuditFilters) -> None:
    narrowed = replace(filters, limit=AuditFilters().limit, without_reads=False) != AuditFilters()
    nothing = (
        _("Nothing was changed or exported yet.")
        if filters.without_reads
        else _("Nothing was opened or changed yet.")
    )
    st.info(
        _("No entry matches these filters.") if narrowed else nothing,
        icon=":material/history:",
    )
    if leafed():
        st.button(_("Newest"), icon=":material/first_page:", on_click=newest)
