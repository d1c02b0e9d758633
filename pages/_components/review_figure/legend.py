"""The legend: neutral in colour, since each panel draws the same thing in the colour of its side.

Plain items that the browser sets as text beside a swatch, so that they wrap on a narrow screen.
"""

from __future__ import annotations

from collections.abc import Sequence

from pages._components import classes
from pages._components.review_figure.lines import ENVELOPE, GAME
from pages._components.review_figure.panels import Look, Panel
from pages._components.review_figure.primitives import Spec
from pages._components.review_figure.ribbon import ribbon_states
from processing.language import gettext as _


def legend_entries(panels: Sequence[Panel], look: Look) -> list[Spec]:
    """Return an entry for whatever the picture holds, and for nothing else."""
    found = [c for p in panels for c in p.analysis.contractions]
    entries = [_line(_(ENVELOPE), "@text", 3)]
    if look.raw:
        entries.append(_line(_("raw EMG"), "@other_raw", 2))
    if look.game:
        entries.append(_line(_(GAME), "@game", 2, "dotted"))
    entries += [
        _glyph(kind.word, kind.glyph, f"@{kind.key}")
        for kind in classes.CONTRACTION_CLASSES
        if any(classes.contraction_class(c) is kind for c in found)
    ]
    if any(c.doubtful for c in found):
        entries.append({"kind": "box", "label": _("? doubtful (dotted)"), "color": "@text"})
    if any(p.analysis.rejected for p in panels):
        entries.append({"kind": "cross", "label": _("✗ rejected"), "color": "@rejected"})
    if any(p.analysis.faint for p in panels):
        entries.append(_line(_("faint activity"), "@faint", 4))
    if any(p.analysis.quality.masked_intervals_s or not p.judged for p in panels):
        entries.append({"kind": "hatch", "label": _("left out"), "color": "@mask"})
    if any("doubtful" in ribbon_states(p) for p in panels):
        entries.append(_line(_("quality doubtful"), "@ribbon_doubtful", 5))
    return entries


def _line(label: str, color: str, width: int, dash: str = "solid") -> Spec:
    return {"kind": "line", "label": label, "color": color, "width": width, "dash": dash}


def _glyph(label: str, glyph: str, color: str) -> Spec:
    return {"kind": "glyph", "label": label, "glyph": glyph, "color": color}
