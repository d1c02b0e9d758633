"""The user interface starts here: page settings, the gate, then the navigation."""

from __future__ import annotations

import streamlit as st

from pages._components.gate import guard
from pages._components.upload import forget_files

st.set_page_config(page_title="GHOSTLY EMG review", page_icon="🦵", layout="wide")
viewer = guard()

page = st.navigation(
    [
        st.Page("sessions.py", title="Sessions", icon=":material/list:", default=True),
        st.Page("review.py", title="Session review", icon=":material/monitoring:", url_path="review"),
        st.Page("upload.py", title="Upload", icon=":material/upload_file:", url_path="upload"),
    ],
    position="top",
)
if page.url_path != "upload":
    forget_files()
page.run()
st.caption(f"**{viewer.name}** · {viewer.explanation}")
