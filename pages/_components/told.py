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
    """The ``key`` to draw a widget with, and the ``value`` that it shows; do not give it a value of its own."""

    key: str
    value: Any

    @property
    def said(self) -> Any:
        """What the widget says; for its callback."""
        return st.session_state.get(self.key, self.value)

    @property
    def changed(self) -> bool:
        """Whether somebody changed it; for its callback, which is also called for what is only repeated."""
        return bool(self.said != self.value)


def told(name: str, value: Any) -> Told:
    """Return how to draw the widget ``name`` so that it shows ``value``."""
    number = st.session_state.setdefault(f"{name}:round", 0)
    key = f"{name}:{number}"
    if key not in st.session_state or st.session_state[key] != value:
        number = st.session_state[f"{name}:round"] = (number + 1) % ROUNDS
        key = f"{name}:{number}"
        st.session_state[key] = value
    return Told(key, value)
