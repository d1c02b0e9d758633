"""The timeline in one sentence: where the newest session lies against the patient's own first ones."""

from __future__ import annotations

from pages._components import words
from pages._components.timeline.lanes import LANES, Lane, leg_of
from pages._components.timeline.scene import Scene
from pages._components.timeline.words import value_words
from processing.language import gettext as _
from processing.language import mark as N_
from processing.scoring.baseline import Place

_PLACES: dict[Place, str] = {
    "above": N_("{leg}: {good} good, above the first {n} sessions ({band})."),
    "within": N_("{leg}: {good} good, as in the first {n} sessions ({band})."),
    "below": N_("{leg}: {good} good, below the first {n} sessions ({band})."),
}


def finding(scene: Scene) -> str:
    """Return the page's headline; plain words, whatever is known."""
    usable = [i for i, s in enumerate(scene.all) if s.status == "completed" and not scene.progress.is_copy(s)]
    if not usable:
        return _("No session of this patient has a result yet.")
    n = scene.n_baseline
    if n and len(usable) < n:
        return _("Trend starts at session {n} (have {have}).").format(n=n, have=len(usable))
    lanes = [lane for lane in LANES if lane.key.startswith("good") and scene.leg in ("both", lane.side)]
    return " ".join(_of_leg(scene, lane, usable[-1], len(usable)) for lane in lanes)


def _of_leg(scene: Scene, lane: Lane, newest: int, n_usable: int) -> str:
    assert lane.side is not None
    leg, name = leg_of(scene.all[newest], lane.side), words.side_name(lane.side, "")
    value = lane.value(scene.all[newest])
    if leg is None or value is None:
        return _("{leg}: not judged in the newest session.").format(leg=name)
    said = value_words(lane, value)
    if leg.expected is not None:
        said = _("{good} of {expected}").format(good=said, expected=leg.expected)
    changed = scene.first_break(lane)
    if scene.n_baseline and changed is not None and changed <= newest:
        return _(
            "{leg}: {good} good; not compared with the first {n} sessions, because the MVC or the electrodes changed."
        ).format(leg=name, good=said, n=scene.n_baseline)
    band = scene.baseline(lane)
    if band is None or newest <= band.last:
        return _("{leg}: {good} good in the newest session.").format(leg=name, good=said)
    text = _(_PLACES[band.place_of(value)])
    return text.format(leg=name, good=said, n=band.n, band=value_words(lane, (band.low, band.high)))
