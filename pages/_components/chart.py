"""One plotly chart drawn by the browser: themed there, with a text alternative, telling Python where it was zoomed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import plotly
import streamlit as st

from pages._components.palette import PALETTES

PLOTLY_URL = f"/vendor/plotly-{plotly.__version__}.min.js"

_component = st.components.v2.component(
    "emg_chart",
    html="<div class='emg-chart'></div>",
    js=Path(__file__).with_name("chart.js").read_text(encoding="utf-8"),
    isolate_styles=False,  # plotly.js puts its style sheet into the document
)


def chart(
    spec: dict[str, Any],
    *,
    alt: str,
    key: str,
    full_s: tuple[float, float] | None = None,
    on_window: Callable[[tuple[float, float] | None], None] | None = None,
) -> None:
    """Draw a plain specification whose colours are tokens of ``palette.py``.

    With ``on_window``, dragging across the time axis calls it with the window in seconds, or None for the whole.
    """

    def moved() -> None:
        message = (st.session_state.get(key) or {}).get("window")
        if on_window is not None and message is not None:
            window = message["range"]
            on_window(None if window is None else (float(window[0]), float(window[1])))

    _component(
        key=key,
        data={
            "spec": json.dumps(spec, separators=(",", ":")),
            "palettes": PALETTES,
            "plotly_url": PLOTLY_URL,
            "alt": alt,
            "full": list(full_s) if full_s else None,
            "revision": str(spec["layout"].get("uirevision", "")),
        },
        on_window_change=moved,
    )
