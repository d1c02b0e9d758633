"""What a report is made of and what is asked for; plain values that were loaded under the reader's own rights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from processing.emg.traces import ChannelTraces
from processing.language import Language
from processing.use_cases.cohort import TimelineSession
from processing.use_cases.inbox import ReviewMark
from processing.use_cases.notes import SessionNotes
from processing.use_cases.patients import PatientIdentity
from processing.use_cases.read_models import SessionReview
from processing.use_cases.side_map import SideMap

Sheet: TypeAlias = Literal["clinical", "patient"]
SHEETS: tuple[Sheet, ...] = ("clinical", "patient")


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """What the reader chose.

    ``include_raw`` draws the raw signal behind the envelope; ``include_name`` prints who the patient is.
    """

    sheet: Sheet = "clinical"
    language: Language = "en"
    include_raw: bool = False
    include_name: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ReportSource:
    """Everything that a report says, as its reader may see it.

    ``mark`` is None where there is no result; ``notes`` is None where they were not loaded. ``no_traces`` says why
    ``traces`` is empty. ``identity`` is loaded only where the name was asked for. ``earlier`` are the patient's
    sessions before this one, oldest first. Moments are printed in ``zone``; ``made_at`` knows its own.
    """

    review: SessionReview
    made_at: datetime
    zone: ZoneInfo
    mark: ReviewMark | None = None
    notes: SessionNotes | None = None
    traces: tuple[ChannelTraces, ...] = ()
    no_traces: str | None = None
    identity: PatientIdentity | None = None
    side_map: SideMap | None = None
    earlier: tuple[TimelineSession, ...] = ()

    @property
    def reviewed(self) -> bool:
        """Whether somebody marked exactly what this report shows as reviewed."""
        return self.mark is not None and self.mark.current

    def local(self, when: datetime) -> datetime:
        """Return a moment in the reader's zone; a tablet's time, which names none, stays as it is."""
        return when if when.tzinfo is None else when.astimezone(self.zone)


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A finished report: the PDF, its name, and each page as a PNG in the same layout with its words."""

    name: str
    data: bytes
    n_pages: int
