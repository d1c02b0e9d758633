"""Applies corrections to the edges of detected contractions; what is measured between them comes after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from processing.emg.corrections import SHORTEST_S, Correction, LogEntry
from processing.emg.results import CorrectionMark, IntervalS
from processing.errors import InvalidParameterError

# Two stretches are the same contraction when they share at least this part of the time that they cover together:
# of contractions that do not overlap, at most one can.
_SAME = 0.5
_TOUCH_S = 1e-6


@dataclass(frozen=True, slots=True)
class Piece:
    """One contraction after corrections.

    ``source`` is the number of the detected contraction whose edges it still has, None where a person set them.
    """

    onset_s: float
    offset_s: float
    source: int | None
    mark: CorrectionMark | None = None

    @property
    def interval_s(self) -> IntervalS:
        """Its edges."""
        return (self.onset_s, self.offset_s)


@dataclass(frozen=True, slots=True)
class CorrectedIntervals:
    """What counts and what was rejected, each in order of time, and the edits that found nothing to change.

    ``kept`` is disjoint and lies inside the recording; what is rejected may overlap it.
    """

    kept: tuple[Piece, ...]
    rejected: tuple[Piece, ...]
    unmatched: tuple[LogEntry, ...] = ()


def shared_part(one: IntervalS, other: IntervalS) -> float:
    """Return the part of the time covered together that two stretches share, from 0 to 1."""
    shared = min(one[1], other[1]) - max(one[0], other[0])
    covered = max(one[1], other[1]) - min(one[0], other[0])
    return max(shared, 0.0) / covered if covered > 0 else 0.0


def apply_corrections(
    detected: Sequence[IntervalS], edits: Sequence[LogEntry], *, length_s: float
) -> CorrectedIntervals:
    """Return the contractions of one channel after corrections.

    Parameters
    ----------
    detected : sequence of (onset, offset)
        The detector's contractions in seconds, in order, disjoint.
    edits : sequence of LogEntry
        The edits of this channel that hold, in the order in which they were made.
    length_s : float
        Length of the recording; nothing reaches beyond it.

    Returns
    -------
    CorrectedIntervals
        An edit whose contraction is no longer found changes nothing and is named. Where what a person set would
        overlap something else, the person's edges win: the other is cut back, or gone where little is left of it.
    """
    kept = [Piece(onset, min(offset, length_s), i) for i, (onset, offset) in enumerate(detected)]
    rejected: list[Piece] = []
    unmatched = []
    for entry in edits:
        change = entry.correction
        if change is None or not _applied(kept, rejected, change, entry.revision, length_s):
            unmatched.append(entry)
    return CorrectedIntervals(_in_order(kept), _in_order(rejected), tuple(unmatched))


def check_correction(state: CorrectedIntervals, change: Correction, *, length_s: float) -> None:
    """Refuse a new correction that would overlap another contraction or leave the recording.

    Parameters
    ----------
    state : CorrectedIntervals
        The channel as the person sees it.
    change : Correction
        What they ask for.
    length_s : float
        Length of the recording.

    Raises
    ------
    InvalidParameterError
        Naming what stands in the way.
    """
    onset, offset = change.becomes_s
    if offset > length_s + _TOUCH_S:
        raise InvalidParameterError(
            f"{offset:.2f} s lies beyond the end of the recording, which lasts {length_s:.2f} s."
        )
    own = None if change.kind == "add" else _find(state.kept, state.rejected, change.interval_s)
    if change.kind != "add" and own is None:
        raise InvalidParameterError(
            f"There is no contraction at {change.onset_s:.2f}–{change.offset_s:.2f} s any more; look again."
        )
    if own is not None and own.mark is not None and own.mark.kind == change.kind:
        _check_news(own, change)
    if change.kind in ("add", "move") or (change.kind == "accept" and own in state.rejected):
        for number, other in enumerate(state.kept, start=1):
            if other is not own and _overlap(other.interval_s, (onset, offset)):
                raise InvalidParameterError(
                    f"{onset:.2f}–{offset:.2f} s overlaps contraction {number} ({other.onset_s:.2f}–"
                    f"{other.offset_s:.2f} s); merge the two instead, or choose other edges."
                )


def _check_news(own: Piece, change: Correction) -> None:
    """Refuse what was said already, as by a key pressed twice."""
    if change.kind == "accept" or (change.kind == "reject" and own.mark and own.mark.reason == change.reason):
        done = "accepted" if change.kind == "accept" else "rejected"
        raise InvalidParameterError(f"{own.onset_s:.2f}–{own.offset_s:.2f} s is {done} already.")


def room_for(state: CorrectedIntervals, change: Correction, *, length_s: float) -> Correction:
    """Return a move with its edges held back to where the neighbours and the recording end.

    Parameters
    ----------
    state : CorrectedIntervals
        The channel as the person sees it.
    change : Correction
        A ``move``, as from dragging an edge.
    length_s : float
        Length of the recording.

    Returns
    -------
    Correction
    """
    onset, offset = change.becomes_s
    middle = (change.onset_s + change.offset_s) / 2
    others = [p.interval_s for p in state.kept if shared_part(p.interval_s, change.interval_s) < _SAME]
    onset = max([onset, 0.0, *(stop for _, stop in others if stop <= middle)])
    offset = min([offset, length_s, *(start for start, _ in others if start >= middle)])
    return replace(change, new_onset_s=onset, new_offset_s=offset)


def _in_order(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    return tuple(sorted(pieces, key=lambda piece: piece.interval_s))


def _applied(
    kept: list[Piece], rejected: list[Piece], change: Correction, revision: int, length_s: float
) -> bool:
    """Change the lists; return whether there was something to change."""
    mark = CorrectionMark(change.kind, revision, change.reason)
    if change.kind == "add":
        return _place(kept, Piece(*change.interval_s, None, mark), length_s)
    found = _find(kept, rejected, change.interval_s)
    if change.kind == "merge":
        if found is None and _find(kept, [], change.becomes_s) is None:
            return False
        return _place(kept, Piece(*change.becomes_s, None, mark), length_s)
    if found is None:
        return False
    home = kept if found in kept else rejected
    if change.kind == "split":
        return _split(home, found, change.at_s, mark)
    home.remove(found)
    if change.kind == "reject":
        rejected.append(replace(found, mark=mark))
        return True
    becomes = replace(found, mark=mark) if change.kind == "accept" else Piece(*change.becomes_s, None, mark)
    if not _place(kept, becomes, length_s):
        home.append(found)
        return False
    return True


def _split(home: list[Piece], found: Piece, at_s: float | None, mark: CorrectionMark) -> bool:
    """Cut a piece in two where the moment lies far enough inside it."""
    tolerance = SHORTEST_S - _TOUCH_S
    if at_s is None or at_s - found.onset_s < tolerance or found.offset_s - at_s < tolerance:
        return False
    home.remove(found)
    home += [Piece(found.onset_s, at_s, None, mark), Piece(at_s, found.offset_s, None, mark)]
    return True


def _find(kept: Sequence[Piece], rejected: Sequence[Piece], interval_s: IntervalS) -> Piece | None:
    """Return the piece that an interval means; of two alike, the one that counts."""
    pieces = [*kept, *rejected]
    best = max(pieces, key=lambda piece: shared_part(piece.interval_s, interval_s), default=None)
    if best is None or shared_part(best.interval_s, interval_s) < _SAME:
        return None
    return best


def _place(kept: list[Piece], new: Piece, length_s: float) -> bool:
    """Put a piece among those that count and make room for it; False where it lies outside the recording."""
    new = replace(new, onset_s=max(new.onset_s, 0.0), offset_s=min(new.offset_s, length_s))
    if new.offset_s - new.onset_s < SHORTEST_S - _TOUCH_S:
        return False
    for other in [piece for piece in kept if _overlap(piece.interval_s, new.interval_s)]:
        kept.remove(other)
        before, after = new.onset_s - other.onset_s, other.offset_s - new.offset_s
        rest = (other.onset_s, new.onset_s) if before >= after else (new.offset_s, other.offset_s)
        if rest[1] - rest[0] >= max(SHORTEST_S, _SAME * (other.offset_s - other.onset_s)):
            kept.append(replace(other, onset_s=rest[0], offset_s=rest[1], source=None))
    kept.append(new)
    return True


def _overlap(one: IntervalS, other: IntervalS) -> bool:
    """Whether two stretches share more than a moment."""
    return min(one[1], other[1]) - max(one[0], other[0]) > _TOUCH_S
