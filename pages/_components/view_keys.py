"""What the browser may do by itself when a key or a button of the viewer is pressed, and what Python does in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pages._components.chart_keys import Control, Keys, Place
from pages._components.stops import Stop, next_doubtful, next_stop, stop_to_follow
from pages._components.view import View, window_around
from processing.emg.results import ChannelAnalysis

NEXT, PREVIOUS, DOUBTFUL, WHOLE = "next", "previous", "doubtful", "whole"


@dataclass(frozen=True, slots=True)
class After:
    """All channels as an act left them, and whether it ``failed`` or did not ``change`` anything."""

    channels: Sequence[ChannelAnalysis]
    changed: bool = True
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is done to the chosen contraction.

    Where it fails, what was pressed after it is dropped: that was meant for a page on which this had happened.
    """

    control: Control
    do: Callable[[View], After]


def viewer_keys(view: View, places: Sequence[Stop], acts: Sequence[Act], *, content: str) -> Keys:
    """Return what the browser has to know of the view, of the contractions that are stepped through and of the keys."""
    chosen = [(stop.channel, stop.index) for stop in places]
    return Keys(
        controls=(*_controls(view), *(act.control for act in acts)),
        places=tuple(
            Place(window_around(s.onset_s, s.offset_s, view.length_s), s.onset_s, s.doubtful) for s in places
        ),
        at=chosen.index(view.selected) if view.selected in chosen else None,
        chosen=view.selected is not None,
        moment=view.moment,
        done=view.done,
        heard=view.heard,
        content=content,
    )


def _controls(view: View) -> Iterable[Control]:
    yield Control(f"{view.key}:K", "k", act=PREVIOUS, visit="previous", repeats=True)
    yield Control(f"{view.key}:J", "j", act=NEXT, visit="next", repeats=True)
    yield Control(f"{view.key}:N", "n", act=DOUBTFUL, visit="doubtful", repeats=True)
    yield Control(f"{view.key}:W", "w", move="whole", act=WHOLE)
    yield Control(f"{view.key}:I", "i", move="zoom", by=0.5, repeats=True)
    yield Control(f"{view.key}:O", "o", move="zoom", by=2.0, repeats=True)
    yield Control(f"{view.key}:Shift+Left", "arrowleft", shift=True, move="pan", by=-0.5, repeats=True)
    yield Control(f"{view.key}:Shift+Right", "arrowright", shift=True, move="pan", by=0.5, repeats=True)


def perform(
    names: Iterable[str],
    view: View,
    channels: Sequence[ChannelAnalysis],
    acts: Sequence[Act],
    places_of: Callable[[Sequence[ChannelAnalysis]], list[Stop]],
) -> bool:
    """Do what was pressed, in that order; return whether any of it changed what the page says beside the picture."""
    known = {act.control.act: act for act in acts}
    changed = False
    for name in names:
        act = known.get(name)
        if act is None:
            _look(view, name, places_of(channels))
            continue
        after = act.do(view)
        changed = changed or after.changed
        channels = after.channels
        if after.failed:
            break
        view.keep_selection(channels)
    return changed


def _look(view: View, name: str, places: Sequence[Stop]) -> None:
    if name == NEXT:
        view.visit(stop_to_follow(places, view))
    elif name == PREVIOUS:
        view.visit(next_stop(places, view.selected, -1))
    elif name == DOUBTFUL:
        view.visit(next_doubtful([stop for stop in places if stop.doubtful], view))
    elif name == WHOLE:
        view.whole_recording()
