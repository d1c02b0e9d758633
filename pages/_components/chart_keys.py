"""What the buttons and keys beside a chart do in the browser at once, and what it tells Python in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Window = tuple[float, float]
Move = Literal["zoom", "pan", "whole"]
Visit = Literal["next", "previous", "doubtful"]


@dataclass(frozen=True, slots=True)
class Control:
    """One button with its key, as the browser knows it.

    ``button`` is the key of the Streamlit widget, which does the same where the browser cannot. A ``move`` by ``by``
    (a factor of the width, or a share of it) is done there, as dragging is; an ``act`` is named to Python, in the
    order of the presses and with none left out. ``visit`` says where an act will lead, so that the window is there
    already; ``repeats`` lets a key that is held down count more than once.
    """

    button: str
    key: str
    shift: bool = False
    move: Move | None = None
    by: float = 1.0
    act: str | None = None
    visit: Visit | None = None
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """One contraction to visit: the window that a visit shows."""

    window: Window
    onset: float
    doubtful: bool


@dataclass(frozen=True, slots=True)
class Keys:
    """What a chart needs to move by itself.

    ``at`` is the chosen one among ``places``; ``chosen`` is whether anything is; without, a visit goes on from
    ``moment``. ``done`` and ``heard`` are the stamps
    of the newest act and window that Python has dealt with. ``content`` changes with what the lines mean.
    """

    controls: tuple[Control, ...]
    places: tuple[Place, ...]
    at: int | None
    chosen: bool
    moment: float
    done: float
    heard: float
    content: str


def new_acts(row: Sequence[Mapping[str, Any]], done: float) -> list[tuple[float, str]]:
    """Return stamp and name of the acts in a message that were not dealt with, in order."""
    found = [(float(act["id"]), str(act["name"])) for act in row]
    return sorted((stamp, name) for stamp, name in found if stamp > done)
