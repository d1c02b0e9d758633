"""Widgets whose value Python changes, under another key after each change that was not made in the widget itself.

With everything that is pressed, the browser repeats what each widget shows, as far as it has heard. Under one key a
value of before, repeated late, looks as if somebody had gone back to it, and undoes what was pressed meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

# Keys come round again, since Streamlit remembers every key that ever was; nothing is repeated so late.
ROUNDS = 16


@dataclass(frozen=True, slots=True)
class Told:
    """How to draw a widget: with this ``key``, and with ``value`` as its default, in every run.

    A default comes with each drawing; what is written into the session state comes once, and may be missed.
    """

    name: str
    number: int
    value: Any

    @property
    def key(self) -> str:
        """The key of the widget."""
        return f"{self.name}:{self.number % ROUNDS}"

    @property
    def said(self) -> Any:
        """What the widget says; for its callback."""
        return st.session_state.get(self.key, self.value)

    def take(self) -> bool:
        """Whether somebody changed it, once; for its callback, which is also called for what is only repeated."""
        change = (self.number, self.said)
        if change[1] == self.value or st.session_state.get(f"{self.name}:taken") == change:
            return False
        st.session_state[f"{self.name}:taken"] = change
        return True

    def put(self) -> None:
        """Write the value into the session state, for a widget whose default means that it may not be empty."""
        st.session_state[self.key] = self.value


def told(name: str, value: Any) -> Told:
    """Return how to draw the widget ``name`` so that it shows ``value``."""
    shown = Told(name, st.session_state.setdefault(f"{name}:round", 0), value)
    if shown.key not in st.session_state or st.session_state[shown.key] != value:
        shown = Told(name, shown.number + 1, value)
        st.session_state[f"{name}:round"] = shown.number
        st.session_state.pop(shown.key, None)  # of sixteen rounds ago
    return shown
