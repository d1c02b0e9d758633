"""The lanes of the timeline: what each shows, in which unit, and where it stands in the figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pages._components import words
from processing.emg.results import Verdict
from processing.language import gettext as _
from processing.language import mark as N_
from processing.recording import Side
from processing.scoring.baseline import Span
from processing.use_cases.cohort import LegSummary, TimelineSession

LaneKey: TypeAlias = Literal[
    "sessions",
    "good_left",
    "good_right",
    "hold_left",
    "hold_right",
    "symmetry",
    "effort",
    "pressure",
    "notes",
]
Leg: TypeAlias = Literal["both", "left", "right"]

TOP, HEADING, GAP, BOTTOM = 24, 22, 8, 46


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane. ``value`` reads a session, None is not recorded; ``top`` is the top of its axis where that is fixed.

    ``sides`` are the legs whose MVC or electrodes break a line of this lane; empty where neither matters.
    """

    key: LaneKey
    english: str
    unit_english: str
    height: int
    value: Callable[[TimelineSession], Span | None]
    side: Side | None = None
    sides: tuple[Side, ...] = ()
    least_top: float = 1.0
    top: float | None = None
    banded: bool = True
    decimals: int = 0
    unit_after: str = ""

    @property
    def heading(self) -> str:
        """Return what the lane shows, with the mark of its leg."""
        said = _(self.english)
        return (
            f"{words.side_mark(self.side)} {words.side_name(self.side, '')} · {said}" if self.side else said
        )

    @property
    def unit(self) -> str:
        """Return the words at the lane's axis."""
        return _(self.unit_english)

    @property
    def tone(self) -> str:
        """Return the colour token of the lane's leg."""
        return f"@{self.side}" if self.side else "@text"


def leg_of(session: TimelineSession, side: Side) -> LegSummary | None:
    """Return one leg of a session."""
    return session.left if side == "left" else session.right


def verdict_of(lane: Lane, session: TimelineSession) -> Verdict | None:
    """Return the quality that a lane's value rests on: the leg's, or the worse of both; None without a result."""
    legs = [leg_of(session, side) for side in lane.sides]
    found = [leg.verdict for leg in legs if leg is not None]
    order: tuple[Verdict, ...] = ("not_judged", "doubtful", "good")
    return next((verdict for verdict in order if verdict in found), None)


def exactly(value: float | None) -> Span | None:
    """Return a value that is known exactly."""
    return None if value is None else (value, value)


def good_of(leg: LegSummary | None) -> Span | None:
    """Return how many contractions of a leg were good: for certain, and at most."""
    if leg is None or leg.good is None:
        return None
    return float(leg.good), float(leg.good if leg.good_at_most is None else leg.good_at_most)


def _good(side: Side) -> Lane:
    return Lane(
        "good_left" if side == "left" else "good_right",
        N_("Good contractions"),
        N_("number"),
        92,
        lambda session: good_of(leg_of(session, side)),
        side=side,
        sides=(side,),
        least_top=4,
    )


def _hold(side: Side) -> Lane:
    def value(session: TimelineSession) -> Span | None:
        leg = leg_of(session, side)
        return None if leg is None else exactly(leg.mean_hold_s)

    return Lane(
        "hold_left" if side == "left" else "hold_right",
        N_("Mean hold time"),
        N_("s"),
        72,
        value,
        side=side,
        sides=(side,),
        least_top=2.5,
        decimals=2,
        unit_after="s",
    )


LANES: tuple[Lane, ...] = (
    Lane(
        "sessions", N_("Sessions a day"), N_("number"), 54, lambda _session: None, least_top=3, banded=False
    ),
    _good("left"),
    _good("right"),
    _hold("left"),
    _hold("right"),
    Lane(
        "symmetry",
        N_("Symmetry of both legs"),
        N_("of 100"),
        72,
        lambda session: exactly(session.symmetry),
        sides=("left", "right"),
        top=100,
        decimals=1,
    ),
    Lane(
        "effort",
        N_("Perceived effort"),
        N_("CR10"),
        64,
        lambda session: exactly(session.effort_cr10),
        top=10,
        banded=False,
        decimals=1,
    ),
    Lane(
        "pressure",
        N_("Cuff pressure"),
        N_("% AOP"),
        64,
        lambda session: exactly(session.percent_aop),
        least_top=60,
        banded=False,
        decimals=1,
        unit_after="% AOP",
    ),
    Lane("notes", N_("Notes"), N_("number"), 30, lambda _session: None, banded=False),
)


def shown_lanes(leg: Leg, *, with_notes: bool) -> tuple[Lane, ...]:
    """Return the lanes of one leg or both, from the top."""
    return tuple(
        lane
        for lane in LANES
        if (lane.side is None or leg in ("both", lane.side))
        and (lane.key != "symmetry" or leg == "both")
        and (lane.key != "notes" or with_notes)
    )


def figure_height(lanes: Sequence[Lane]) -> int:
    """Return the height of the whole figure in pixels."""
    return TOP + sum(HEADING + lane.height + GAP for lane in lanes) + BOTTOM


def domains(lanes: Sequence[Lane]) -> list[tuple[float, float]]:
    """Return where each lane stands, from below to above, in fractions of the figure."""
    height, top, found = figure_height(lanes), TOP, []
    for lane in lanes:
        top += HEADING
        found.append((1 - (top + lane.height) / height, 1 - top / height))
        top += lane.height + GAP
    return found
