"""Earlier dry runs and what became of them."""

from __future__ import annotations

import streamlit as st

from pages._components import local_time, words
from pages._components.research.run_words import STATES, headline
from processing.language import gettext as _
from processing.services import Services
from processing.use_cases.reprocessing import Run


def earlier_runs(services: Services) -> None:
    """Draw a line for each of the newest runs, which leads to it."""
    st.subheader(_("Earlier runs"), anchor=False)
    runs = services.research.runs()
    if not runs:
        st.caption(_("Nothing was tried yet."))
    for run in runs:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.page_link(
                "research.py",
                label=f"**{words.plain(run.title)}**",
                query_params={"run": str(run.run_id)},
                width="stretch",
            )
            state_badge(run)
            st.markdown(f":small[{headline(run)}]", width="stretch")
            st.markdown(f":small[{local_time.moment(run.created_at)}]")


def state_badge(run: Run) -> None:
    """Draw what becomes of a run."""
    word, icon, color = STATES[run.state]
    st.badge(_(word), icon=icon, color=color)
