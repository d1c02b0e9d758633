"""The menu: every page is declared, and each role sees its own."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import streamlit as st

from pages._components.navigation import PAGES, Role
from processing.language import gettext as _

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage


def declare_pages(role: Role | None) -> StreamlitPage:
    """Return the page that the address asks for, with the menu of a role; of nobody, for None.

    Pages of other roles are out of the menu, not out of reach: who types their address is told by the page's own
    guard why they stay closed. Without this call the address would be forgotten while somebody signs in.
    """
    first = PAGES[0]  # the same for everybody, so that every page has one address
    sections: dict[str, list[StreamlitPage]] = {"": []}
    of_section = Counter(entry.section for entry in PAGES if not entry.hidden and role in entry.roles)
    full = {section for section, pages in of_section.items() if pages > 1}
    for entry in PAGES:
        shown = not entry.hidden and role in entry.roles
        page = st.Page(
            entry.file,
            title=_(entry.title),
            icon=entry.icon,
            url_path=entry.url_path,
            default=entry is first,
            visibility="visible" if shown else "hidden",
        )
        # A section without a page that is shown would stand in the menu as an empty heading, and one with a single
        # page would give it a second name.
        sections.setdefault(_(entry.section) if shown and entry.section in full else "", []).append(page)
    return st.navigation(sections, position="hidden" if role is None else "top")
