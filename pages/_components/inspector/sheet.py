"""The sheet of small pictures: real buttons, so that mouse, finger and keyboard choose a contraction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from pages._components.palette import PALETTES

_FOLDER = Path(__file__).parent

_component = st.components.v2.component(
    "contraction_sheet",
    html="<div class='ct-sheet'></div>",
    css=(_FOLDER / "sheet.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "sheet.js").read_text(encoding="utf-8"),
)


def contraction_sheet(
    muscles: Sequence[dict[str, Any]], *, alt: str, key: str, on_pick: Callable[[str, int], None]
) -> None:
    """Draw the cells of each muscle and call ``on_pick`` with channel and index of the one that was chosen."""

    def picked() -> None:
        message = (st.session_state.get(key) or {}).get("pick")
        if message is not None:
            on_pick(str(message["channel"]), int(message["index"]))

    _component(
        key=key,
        data={"muscles": list(muscles), "palettes": PALETTES, "alt": alt},
        on_pick_change=picked,
    )
