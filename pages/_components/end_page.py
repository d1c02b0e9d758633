"""A page that ends early takes along the parts of the page that was there before.

Streamlit forgets them only when a run comes to its end by itself. After ``st.stop`` or an error such a part may still
refresh itself, into a page without room for it: the browser then shows nothing at all, or what had just been closed.
"""

from __future__ import annotations

from typing import NoReturn

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx


def end_page() -> NoReturn:
    """Draw nothing more in this run of the page, and nothing of the page before in later ones."""
    forget_page_before()
    st.stop()


def forget_page_before() -> None:
    """Let no part of the page before be drawn again; a part that runs alone leaves the others of its page alone."""
    run = get_script_run_ctx(suppress_warning=True)
    if run is not None and not run.fragment_ids_this_run:
        run.fragment_storage.clear(new_fragment_ids=run.shared.new_fragment_ids.snapshot())
