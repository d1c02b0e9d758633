"""What people change about detected contractions: a log that is only added to, anchored in time.

Each change names the stretch of the recording that it is about, so that it finds its contraction again after an
analysis with other settings or a newer pipeline. Undoing is an entry too; nothing is ever taken out of the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Literal, TypeAlias

from processing.emg.results import CorrectionKind, IntervalS
from processing.errors import InvalidParameterError

Action: TypeAlias = Literal["edit", "undo", "redo"]

# Shorter than this, amplitude and edges of a contraction mean nothing.
SHORTEST_S = 0.05
# What a person may give as the reason for a rejection; other words are allowed as well.
REJECTION_REASONS = ("artefact", "movement or talking", "double", "not a try")


@dataclass(frozen=True, slots=True)
class Correction:
    """One change of one channel; seconds from the start of the recording.

    ``onset_s`` to ``offset_s`` is where the contraction lay that it is about (for ``add``: where there is one).
    ``move`` and ``merge`` say in ``new_onset_s`` and ``new_offset_s`` what it becomes; ``split`` cuts at ``at_s``.

    Raises
    ------
    InvalidParameterError
        If a moment that the kind needs is missing, or an interval is too short to be a contraction.
    """

    channel: str
    kind: CorrectionKind
    onset_s: float
    offset_s: float
    new_onset_s: float | None = None
    new_offset_s: float | None = None
    at_s: float | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        """Refuse what could not be applied to anything."""
        _check_interval(self.onset_s, self.offset_s)
        if self.kind in ("move", "merge"):
            if self.new_onset_s is None or self.new_offset_s is None:
                raise InvalidParameterError(f"A correction '{self.kind}' needs a new start and a new end.")
            _check_interval(self.new_onset_s, self.new_offset_s)
        if self.kind == "split":
            if self.at_s is None or not isfinite(self.at_s):
                raise InvalidParameterError("A split needs the moment at which to cut.")
            _check_cut(self.at_s, (self.onset_s, self.offset_s))

    @property
    def interval_s(self) -> IntervalS:
        """Where the contraction lay that this is about."""
        return (self.onset_s, self.offset_s)

    @property
    def becomes_s(self) -> IntervalS:
        """Where it lies afterwards; the old place where the kind moves nothing."""
        if self.new_onset_s is None or self.new_offset_s is None:
            return self.interval_s
        return (self.new_onset_s, self.new_offset_s)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of a session's log. Revisions count from 1 without a gap.

    ``correction`` is that of an ``edit``; ``target`` is the revision of the edit that an ``undo`` takes back or a
    ``redo`` puts back. ``author`` identifies the person, ``author_name`` is what the viewer may know of them.
    """

    revision: int
    action: Action
    correction: Correction | None = None
    target: int | None = None
    author: str | None = None
    author_name: str | None = None
    at: datetime | None = None


def last_revision(log: Sequence[LogEntry]) -> int:
    """Return the revision of a log, 0 for an empty one: what a person must have seen to add to it."""
    return max((entry.revision for entry in log), default=0)


def active_edits(log: Sequence[LogEntry]) -> tuple[LogEntry, ...]:
    """Return the edits that hold, in the order in which they were made."""
    holds: dict[int, bool] = {}
    for entry in sorted(log, key=lambda entry: entry.revision):
        if entry.action == "edit":
            holds[entry.revision] = True
        elif entry.target in holds:
            holds[entry.target] = entry.action == "redo"
    edits = {entry.revision: entry for entry in log if entry.action == "edit"}
    return tuple(edits[revision] for revision in sorted(edits) if holds[revision])


def next_undo(log: Sequence[LogEntry], author: str | None) -> LogEntry | None:
    """Return the edit that this person would take back next: their newest that holds; None for none."""
    done, _ = _stacks(log, author)
    return done[-1] if done else None


def next_redo(log: Sequence[LogEntry], author: str | None) -> LogEntry | None:
    """Return the edit that this person took back last, None where there is none or they edited since."""
    _, undone = _stacks(log, author)
    return undone[-1] if undone else None


def _stacks(log: Sequence[LogEntry], author: str | None) -> tuple[list[LogEntry], list[LogEntry]]:
    """Return a person's edits that hold, and those that they may put back; the next one last."""
    done: list[LogEntry] = []
    undone: list[LogEntry] = []
    for entry in sorted(log, key=lambda entry: entry.revision):
        if entry.author != author:
            continue
        if entry.action == "edit":
            done.append(entry)
            undone.clear()
            continue
        source, goal = (done, undone) if entry.action == "undo" else (undone, done)
        moved = next((edit for edit in source if edit.revision == entry.target), None)
        if moved is not None:
            source.remove(moved)
            goal.append(moved)
    return done, undone


def _check_interval(onset_s: float, offset_s: float) -> None:
    """Refuse what is no stretch of a recording that could hold a contraction."""
    if not (isfinite(onset_s) and isfinite(offset_s)) or onset_s < 0:
        raise InvalidParameterError(
            f"A contraction from {onset_s:g} to {offset_s:g} s does not lie in the recording."
        )
    if offset_s - onset_s < SHORTEST_S - 1e-9:
        raise InvalidParameterError(
            f"From {onset_s:.2f} to {offset_s:.2f} s is too short; a contraction lasts at least {SHORTEST_S:g} s."
        )


def _check_cut(at_s: float, interval_s: IntervalS) -> None:
    """Refuse a cut that leaves nothing on one side."""
    onset, offset = interval_s
    if not onset + SHORTEST_S - 1e-9 <= at_s <= offset - SHORTEST_S + 1e-9:
        raise InvalidParameterError(
            f"{at_s:.2f} s does not cut {onset:.2f}–{offset:.2f} s in two; choose a moment at least {SHORTEST_S:g} s "
            "inside it."
        )
