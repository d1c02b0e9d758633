"""The picture of a session: one panel per muscle on one time axis, as a plain plotly specification.

Pure: no Streamlit, no file, no state. Colours are tokens of ``palette.py``. Numbers are never computed from the
points drawn here; the points are real samples, chosen so that every extreme of the visible window is kept.
"""

from __future__ import annotations

from pages._components.review_figure.extras import review_extras
from pages._components.review_figure.figure import review_figure
from pages._components.review_figure.masks import mask_words
from pages._components.review_figure.panels import Look, Panel, pair_panels, recording_length_s
from pages._components.review_figure.primitives import unpacked
from pages._components.review_figure.scale import much_smaller, robust_limit_uv
from pages._components.review_figure.sentence import summary_sentence

__all__ = [
    "Look",
    "Panel",
    "mask_words",
    "much_smaller",
    "pair_panels",
    "recording_length_s",
    "review_extras",
    "review_figure",
    "robust_limit_uv",
    "summary_sentence",
    "unpacked",
]
