"""The user interface starts here: page settings, the gate, then the navigation."""

from __future__ import annotations

import streamlit as st

from pages._components.gate import guard
from pages._components.navigation import PAGES
from pages._components.upload import forget_files

st.set_page_config(page_title="GHOSTLY EMG review", page_icon="🦵", layout="wide")
viewer = guard()

page = st.navigation(
    [
        st.Page(
            entry.file,
            title=entry.title,
            icon=entry.icon,
            url_path=entry.url_path,
            default=entry is PAGES[0],
            visibility="hidden" if entry.hidden else "visible",
        )
        for entry in PAGES
    ],
    position="top",
)
if page.url_path != "upload":
    forget_files()
page.run()
st.caption(f"**{viewer.name}** · {viewer.explanation}")
