"""What the framework's own parts lack for people who use a keyboard, a finger, a magnifier or a screen reader.

Kept in one place, so that a newer Streamlit can be met by leaving out what it has learnt; ``docs/accessibility.md``
says what each line is for, and the browser test fails where one is needed and missing.
"""

from __future__ import annotations

import json
from pathlib import Path

import streamlit as st

from pages._components.framework_words import framework_words, lost_words

_FOLDER = Path(__file__).parent
_CSS = (_FOLDER / "mending.css").read_text(encoding="utf-8")
_PARTS = "\n".join(
    (_FOLDER / f"mending_{part}.js").read_text(encoding="utf-8") for part in ("words", "numbers", "lost")
)
_JS = (_FOLDER / "mending.js").read_text(encoding="utf-8")


def mend_framework() -> None:
    """Bring the style sheet, the words and the script into the page; they take no room."""
    words, lost = _literal(framework_words()), _literal(lost_words())
    with st.container(key="mending"):
        st.html(
            f"<style>{_CSS}</style><script>globalThis.__emgWords = {words}; globalThis.__emgLost = {lost};\n"
            f"if (!globalThis.__emgMend) {{ globalThis.__emgMend = [];\n{_PARTS}\n}}\n{_JS}</script>",
            unsafe_allow_javascript=True,
        )


def _literal(value: object) -> str:
    """Return a value as a script writes it, without anything that could end the script."""
    return json.dumps(value).replace("<", "\\u003c")
