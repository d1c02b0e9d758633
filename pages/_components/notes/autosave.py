"""Has a text box save while somebody types in it: the browser's part of a note of which nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from processing.language import gettext as _

_component = st.components.v2.component(
    "emg_autosave",
    html="<span class='emg-autosave' role='status' aria-live='polite'></span>",
    css=".emg-autosave { font-size: 0.875rem; } .emg-autosave:empty { display: none; }",
    js=Path(__file__).with_name("autosave.js").read_text(encoding="utf-8"),
)


def autosave(
    text_key: str, *, stored: str, again: Callable[[], None], hold: bool = False, focus: int = 0
) -> None:
    """Send what is typed into the text area of a key within two seconds, again and again while it is typed.

    ``stored`` is what is in the database. As long as the box says something else, the browser says why, and has
    ``again`` called every other second unless ``hold`` says that a person has to decide. Another ``focus`` than before
    puts the caret into the box.
    """
    _component(
        key=f"{text_key}:autosave",
        data={
            "key": text_key,
            "stored": stored,
            "hold": hold,
            "focus": focus,
            "words": {
                "typing": _("Not saved yet…"),
                "away": _(
                    "Not saved yet: the connection is lost. Leave this page open; your words stay in the box and are "
                    "saved as soon as it is back."
                ),
                "safe": _(
                    "The connection is lost. Everything typed so far is saved; go on when the page answers again."
                ),
            },
        },
        on_again_change=again,
    )
