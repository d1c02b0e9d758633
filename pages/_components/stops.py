"""The contractions as places to visit, one after the other, for the next and previous buttons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from processing.emg.results import ChannelAnalysis


@dataclass(frozen=True, slots=True)
class Stop:
    """One place that the next and previous buttons visit."""

    channel: str
    index: int
    onset_s: float
    offset_s: float
    doubtful: bool


class Looking(Protocol):
    """What is looked at: a window of the recording, and one contraction or none."""

    @property
    def selected(self) -> tuple[str, int] | None:
        """Channel and number from 0 of the chosen contraction."""

    @property
    def whole(self) -> bool:
        """Whether everything is visible."""

    @property
    def moment(self) -> float:
        """Where one is in the recording while nothing is chosen, in seconds."""


def stops(channels: Sequence[ChannelAnalysis], leg: str | None = None) -> list[Stop]:
    """Return all contractions in order of time, of one channel or of all."""
    found = [
        Stop(channel.name, index, c.onset_s, c.offset_s, c.doubtful)
        for channel in channels
        if leg is None or channel.name == leg
        for index, c in enumerate(channel.contractions)
    ]
    return sorted(found, key=lambda stop: (stop.onset_s, stop.channel))


def next_stop(places: Sequence[Stop], selected: tuple[str, int] | None, step: int) -> Stop | None:
    """Return the next or previous place, starting at either end and going round."""
    if not places:
        return None
    here = next((i for i, stop in enumerate(places) if (stop.channel, stop.index) == selected), None)
    if here is None:
        return places[0] if step > 0 else places[-1]
    return places[(here + step) % len(places)]


def stop_after(places: Sequence[Stop], moment_s: float) -> Stop:
    """Return the first place after a moment, going round."""
    return next((stop for stop in places if stop.onset_s > moment_s), places[0])


def stop_to_follow(places: Sequence[Stop], view: Looking) -> Stop | None:
    """Return the next place; where none is chosen in a close-up, as after a rejection, the one that follows there."""
    if places and view.selected is None and not view.whole:
        return stop_after(places, view.moment)
    return next_stop(places, view.selected, 1)


def next_doubtful(doubtful: Sequence[Stop], view: Looking) -> Stop | None:
    """Return the doubtful place after the chosen one, else after where one is."""
    if not doubtful:
        return None
    if view.selected in [(stop.channel, stop.index) for stop in doubtful]:
        return next_stop(doubtful, view.selected, 1)
    return stop_after(doubtful, 0.0 if view.whole else view.moment)
