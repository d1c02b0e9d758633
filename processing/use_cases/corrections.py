"""Corrections of a session: what a person may add to the log, and what counts and is scored after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from processing.emg.corrections import (
    Correction,
    LogEntry,
    active_edits,
    last_revision,
    next_redo,
    next_undo,
)
from processing.emg.corrections_apply import CorrectedIntervals, Piece, apply_corrections, check_correction
from processing.emg.corrections_measure import correct_channel
from processing.emg.measures import ChannelSignals
from processing.emg.results import ChannelAnalysis, Contraction
from processing.errors import EditConflictError, InvalidParameterError, NotFoundError
from processing.scoring.model import SessionScore
from processing.use_cases.plain_text import check_characters
from processing.use_cases.read_models import SessionCorrections, SessionInputs, SessionResult
from processing.use_cases.rescore import rescore

# What a person asks for: one change, or a step back or forward among their own.
Change: TypeAlias = Correction | Literal["undo", "redo"]
Signals: TypeAlias = Mapping[str, ChannelSignals]


@dataclass(frozen=True, slots=True)
class CorrectedResult:
    """A result after corrections, and the edits that found nothing to change or to measure."""

    channels: tuple[ChannelAnalysis, ...]
    score: SessionScore
    unmatched: tuple[LogEntry, ...]


def next_entry(change: Change, log: Sequence[LogEntry], *, author: str | None, seen: int) -> LogEntry:
    """Return the line that a change adds to the log.

    ``seen`` is the revision that the person looked at. Their own later changes, as from a key pressed twice, stand in
    nobody's way: an edit is checked against what counts now, and a step back or forward knows its own.

    Raises
    ------
    EditConflictError
        If somebody added to the log since the revision that the person saw.
    InvalidParameterError
        If there is nothing to undo or to redo.
    """
    newest = last_revision(log)
    if any(entry.revision > seen and entry.author != author for entry in log):
        raise EditConflictError(_somebody_else([entry for entry in log if entry.author != author]))
    if isinstance(change, Correction):
        return LogEntry(newest + 1, "edit", correction=change, author=author)
    target = next_undo(log, author) if change == "undo" else next_redo(log, author)
    if target is None:
        raise InvalidParameterError(f"There is nothing of yours to {change} in this session.")
    return LogEntry(newest + 1, change, target=target.revision, author=author)


def check_entry(
    entry: LogEntry, log: Sequence[LogEntry], detected: Sequence[ChannelAnalysis], *, length_s: float
) -> None:
    """Refuse an edit that has no place among what counts now; steps back and forward always have one.

    Raises
    ------
    NotFoundError
        If the recording has no such channel.
    InvalidParameterError
        Naming what stands in the way.
    """
    change = entry.correction
    if change is None:
        return
    check_characters(change.reason or "", "reason")
    channel = next((c for c in detected if c.name == change.channel), None)
    if channel is None:
        raise NotFoundError(f"This recording has no channel '{change.channel}'.")
    check_correction(corrected_intervals(channel, log, length_s=length_s), change, length_s=length_s)


def corrected_intervals(
    detected: ChannelAnalysis, log: Sequence[LogEntry], *, length_s: float
) -> CorrectedIntervals:
    """Return where a channel's contractions lie after a log."""
    intervals = [(c.onset_s, c.offset_s) for c in detected.contractions]
    return apply_corrections(intervals, edits_of(log, detected.name), length_s=length_s)


def shown_intervals(channel: ChannelAnalysis) -> CorrectedIntervals:
    """Return where the contractions of a channel lie as it is shown."""
    kept = tuple(Piece(c.onset_s, c.offset_s, i) for i, c in enumerate(channel.contractions))
    rejected = tuple(
        Piece(r.contraction.onset_s, r.contraction.offset_s, None, r.mark) for r in channel.rejected
    )
    return CorrectedIntervals(kept, rejected)


def edits_of(log: Sequence[LogEntry], channel: str) -> tuple[LogEntry, ...]:
    """Return the edits of one channel that hold."""
    return tuple(e for e in active_edits(log) if e.correction and e.correction.channel == channel)


def apply_log(
    result: SessionResult,
    detected: Sequence[ChannelAnalysis],
    log: Sequence[LogEntry],
    *,
    inputs: SessionInputs,
    signals: Signals | None,
) -> CorrectedResult:
    """Return a result's channels and score as they are after a log.

    Parameters
    ----------
    result : SessionResult
        What counts so far; its sides hold, and its measures are used again where there is no signal.
    detected : sequence of ChannelAnalysis
        What the detector found in the same channels.
    log : sequence of LogEntry
        The whole log.
    inputs : SessionInputs
        Targets and entered values.
    signals : mapping of str to ChannelSignals, or None
        By channel; None where the recording cannot be had.
    """
    names = {channel.name for channel in result.channels}
    unmatched = [e for e in active_edits(log) if e.correction and e.correction.channel not in names]
    sides = {channel.name: channel for channel in result.channels}
    channels = []
    for channel in detected:
        now = sides.get(channel.name, channel)
        corrected = correct_channel(
            replace(channel, side=now.side, mvc=now.mvc),
            edits_of(log, channel.name),
            length_s=result.metadata.duration_s,
            signals=None if signals is None else signals.get(channel.name),
            known=_known(now),
        )
        channels.append(corrected.channel)
        unmatched += corrected.unmatched
    judged, score = rescore(channels, result.metadata, inputs)
    return CorrectedResult(judged, score, tuple(sorted(unmatched, key=lambda e: e.revision)))


def view_of(
    log: Sequence[LogEntry], detected: Sequence[ChannelAnalysis], *, author: str | None, length_s: float
) -> SessionCorrections:
    """Return the log as one person sees it."""
    unmatched = [
        entry
        for channel in detected
        for entry in corrected_intervals(channel, log, length_s=length_s).unmatched
    ]
    names = {channel.name for channel in detected}
    unmatched += [e for e in active_edits(log) if e.correction and e.correction.channel not in names]
    return SessionCorrections(
        revision=last_revision(log),
        log=tuple(log),
        unmatched=tuple(sorted(unmatched, key=lambda e: e.revision)),
        undo=next_undo(log, author),
        redo=next_redo(log, author),
    )


def with_people(channels: Sequence[ChannelAnalysis], log: Sequence[LogEntry]) -> tuple[ChannelAnalysis, ...]:
    """Return the channels whose marks name the person, as far as the log may."""
    names = {entry.revision: entry.author_name for entry in log}
    if not any(names.values()):
        return tuple(channels)
    named = []
    for channel in channels:
        if channel.corrections is not None:
            marks = tuple(m and replace(m, by=names.get(m.revision)) for m in channel.corrections.marks)
            rejected = tuple(
                replace(r, mark=replace(r.mark, by=names.get(r.mark.revision))) for r in channel.rejected
            )
            channel = replace(
                channel, corrections=replace(channel.corrections, marks=marks, rejected=rejected)
            )
        named.append(channel)
    return tuple(named)


def _known(channel: ChannelAnalysis) -> tuple[Contraction, ...]:
    """Return every contraction of a channel that has been measured."""
    return (*channel.contractions, *(rejected.contraction for rejected in channel.rejected))


def _somebody_else(log: Sequence[LogEntry]) -> str:
    newest = max(log, key=lambda entry: entry.revision, default=None)
    who = (newest and newest.author_name) or "Somebody else"
    return (
        f"{who} corrected this session meanwhile. Nothing of theirs was overwritten, and your last change was not "
        "saved: look at the session as it is now, then repeat it."
    )
