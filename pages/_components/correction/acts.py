"""The corrections that have a key: done one after the other, each to what the one before has left."""

from __future__ import annotations

from functools import partial

from pages._components.chart_keys import Control
from pages._components.correction.saving import Corrector, find
from pages._components.open_review import OpenReview
from pages._components.state import view_key
from pages._components.view import View
from pages._components.view_keys import Act, After
from processing.language import mark as N_

KEYS = (
    ("A", N_("keep the chosen contraction: it counts, without a doubt")),
    ("X", N_("reject the chosen contraction")),
    ("U", N_("undo your last change")),
    (N_("Shift + U"), N_("redo")),
    ("T", N_("a note about the moment that is shown")),
)

KEEP, REJECT, UNDO, REDO = "keep", "reject", "undo", "redo"


def correction_acts(opened: OpenReview) -> tuple[Act, ...]:
    """Return what the keys A, X, U and Shift + U do, for presses that follow each other closely."""
    button = f"{view_key(opened.subject)}:correct"
    return tuple(
        Act(Control(f"{button}:{widget}", key, shift=shift, act=name), partial(_do, opened, name))
        for name, widget, key, shift in (
            (KEEP, "A", "a", False),
            (REJECT, "X", "x", False),
            (UNDO, "U", "u", False),
            (REDO, "Shift+U", "u", True),
        )
    )


def choose_changed(corrector: Corrector, view: View) -> None:
    """Choose the contraction that was just changed, wherever it stands in the row now."""
    settled, place = corrector.take_selection()
    if not settled:
        return
    index = None
    if place is not None:
        index = find(next((c for c in corrector.result.channels if c.name == place[0]), None), place[1])
    view.select(None if place is None or index is None else (place[0], index))


def _do(opened: OpenReview, name: str, view: View) -> After:
    """Do one of them to what the page shows now."""
    corrector = Corrector(opened.services, opened.review, opened.result, then=opened.reload)
    if not _asked(corrector, name, view):
        return After(opened.result.channels, changed=False)
    if corrector.problem is not None:
        return After(opened.result.channels, failed=True)
    choose_changed(Corrector(opened.services, opened.review, opened.result), view)
    return After(opened.result.channels)


def _asked(corrector: Corrector, name: str, view: View) -> bool:
    """Have it done; return whether there was anything to do it to."""
    log, chosen = corrector.review.corrections, corrector.chosen(view)
    if name == UNDO and log.undo is not None:
        corrector.undo()
    elif name == REDO and log.redo is not None:
        corrector.redo()
    elif name == KEEP and chosen is not None and not corrector.kept(chosen):
        corrector.accept(chosen[0].name, (chosen[2].onset_s, chosen[2].offset_s))
    elif name == REJECT and chosen is not None:
        corrector.reject(chosen[0].name, (chosen[2].onset_s, chosen[2].offset_s))
    else:
        return False
    return True
