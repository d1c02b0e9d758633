"""What the framework's own parts lack for people who use a keyboard, a finger, a magnifier or a screen reader.

Kept in one place, so that a newer Streamlit can be met by leaving out what it has learnt; ``docs/accessibility.md``
says what each line is for, and the browser test fails where one is needed and missing.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_FOLDER = Path(__file__).parent
_CSS = (_FOLDER / "mending.css").read_text(encoding="utf-8")
_JS = (_FOLDER / "mending.js").read_text(encoding="utf-8")


def mend_framework() -> None:
    """Bring the style sheet and the script into the page; it takes no room."""
    with st.container(key="mending"):
        st.html(f"<style>{_CSS}</style><script>{_JS}</script>", unsafe_allow_javascript=True)
