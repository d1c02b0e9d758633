"""What the figure is made from: the sessions that are shown, where they stand, and what was chosen about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from pages._components.timeline.days import Days
from pages._components.timeline.lanes import Lane, Leg, shown_lanes
from pages._components.timeline.words import heading_of
from processing.scoring.baseline import BASELINE_SESSIONS, Baseline, Span, own_baseline
from processing.use_cases.cohort import TimelineSession
from processing.use_cases.mvc_breaks import ReferenceBreak
from processing.use_cases.progress import Progress, is_gap

# The plot's width on a clinic's screen, until the browser says that it is another.
NOMINAL_WIDTH_PX, NARROW_PX = 1150.0, 620.0


@dataclass(frozen=True)
class Scene:
    """A patient's progress as it is looked at; ``since`` hides earlier sessions, None shows all.

    The baseline is that of all sessions, shown or not: looking closer must not move it. ``n_baseline`` 0 draws none.
    ``width_px`` is the width of the plot.
    """

    progress: Progress
    leg: Leg = "both"
    since: date | None = None
    n_baseline: int = BASELINE_SESSIONS
    width_px: float = NOMINAL_WIDTH_PX

    @property
    def narrow(self) -> bool:
        """Whether there is room for few words only, as on a telephone."""
        return self.width_px < NARROW_PX

    @property
    def all(self) -> Sequence[TimelineSession]:
        """Every session of the patient, oldest first."""
        return self.progress.timeline.sessions

    @cached_property
    def offset(self) -> int:
        """How many of the oldest sessions are hidden."""
        return sum(self.since is not None and session.at.date() < self.since for session in self.all)

    @cached_property
    def sessions(self) -> Sequence[TimelineSession]:
        """The sessions that are shown, oldest first."""
        return self.all[self.offset :]

    @cached_property
    def days(self) -> Days:
        """The days that are shown."""
        return Days.of([session.at for session in self.sessions])

    @cached_property
    def x(self) -> list[float]:
        """Where each shown session stands."""
        return self.days.positions([session.at for session in self.sessions])

    @cached_property
    def headings(self) -> dict[str, str]:
        """Code and moment of each shown session; written once, because every lane says them at every point."""
        return {session.session_code: heading_of(session) for session in self.sessions}

    @cached_property
    def lanes(self) -> tuple[Lane, ...]:
        """The lanes that are shown, from the top."""
        return shown_lanes(self.leg, with_notes=self.progress.may_read_notes)

    @cached_property
    def breaks(self) -> tuple[ReferenceBreak, ...]:
        """The breaks of the legs that are shown, at sessions that are shown."""
        return tuple(
            found
            for found in self.progress.breaks
            if self.leg in ("both", found.side) and found.position >= max(1, self.offset)
        )

    def values(self, lane: Lane) -> list[Span | None]:
        """Return a lane's value of every session, shown or not; a copy counts once, as its original."""
        return [
            None if session.status != "completed" or self.progress.is_copy(session) else lane.value(session)
            for session in self.all
        ]

    def baseline(self, lane: Lane) -> Baseline | None:
        """Return the band of the patient's own first sessions, None where there is none yet, or no longer one.

        Sessions before and after a change of the MVC or the electrodes do not make a band together.
        """
        if not lane.banded or not self.n_baseline:
            return None
        band = own_baseline(self.values(lane), n_sessions=self.n_baseline)
        changed = self.first_break(lane)
        return None if band is not None and changed is not None and changed <= band.last else band

    def first_break(self, lane: Lane) -> int | None:
        """Return the position of the first session after a change of the MVC or the electrodes of a lane's legs."""
        return next((found.position for found in self.progress.breaks if found.side in lane.sides), None)

    def broken_before(self, lane: Lane, position: int) -> bool:
        """Whether the MVC or the electrodes of a lane's legs changed right before a session."""
        return any(found.position == position and found.side in lane.sides for found in self.progress.breaks)

    def joined(self, lane: Lane, position: int) -> bool:
        """Whether a line may lead from the session before to this one."""
        before, after = self.all[position - 1], self.all[position]
        return not (self.broken_before(lane, position) or is_gap(before.at.date(), after.at.date()))
