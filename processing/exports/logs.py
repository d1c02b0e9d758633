"""The tables beside the numbers: what people corrected, what was left out of the signals, and clinical notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from processing.emg.corrections import LogEntry, active_edits
from processing.emg.results import IntervalS
from processing.exports.columns import (
    ANALYSIS,
    CORRECTION,
    ENTERED,
    NEVER,
    PRODUCT,
    Column,
    Design,
    Value,
    at,
    boolean,
    integer,
    number,
    text,
)
from processing.exports.model import ExportedSession, utc
from processing.language import mark as N_
from processing.use_cases.notes import Note


@dataclass(frozen=True, slots=True)
class LogRow:
    """One entry of a session's log of corrections."""

    session: ExportedSession
    entry: LogEntry
    holds: bool


@dataclass(frozen=True, slots=True)
class GapRow:
    """One stretch of a channel that was left out of the analysis."""

    session: ExportedSession
    channel: str
    interval_s: IntervalS


@dataclass(frozen=True, slots=True)
class NoteRow:
    """One clinical note, numbered from 1 within its session."""

    session: ExportedSession
    number: int
    note: Note


def log_rows(sessions: Sequence[ExportedSession]) -> Iterator[LogRow]:
    """Yield every correction, undo and redo."""
    for session in sessions:
        log = session.review.corrections.log
        holding = {edit.revision for edit in active_edits(log)}
        for entry in log:
            yield LogRow(session, entry, entry.revision in holding)


def gap_rows(sessions: Sequence[ExportedSession]) -> Iterator[GapRow]:
    """Yield what was left out of every channel."""
    for session in sessions:
        for channel in session.channels:
            for interval in channel.quality.masked_intervals_s:
                yield GapRow(session, channel.name, interval)


def note_rows(sessions: Sequence[ExportedSession]) -> Iterator[NoteRow]:
    """Yield the notes of the sessions for which they were asked."""
    for session in sessions:
        for index, note in enumerate(session.notes or ()):
            yield NoteRow(session, index + 1, note)


def _of_edit(name: str, unit: str, meaning: str, missing: str) -> Column[LogRow]:
    def read(row: LogRow) -> Value:
        value: Value = None if row.entry.correction is None else getattr(row.entry.correction, name)
        return value

    return number(name, unit, meaning, CORRECTION, read, missing=missing)


_NO_EDIT = N_("the entry is an undo or a redo")
_NOT_MOVED = N_("the entry moves nothing")

CORRECTIONS: Design[LogRow] = Design(
    "corrections",
    N_("One row per correction, undo and redo, in the order in which they were made"),
    (
        text("session_code", N_("The session"), PRODUCT, lambda r: r.session.code),
        integer("revision", N_("Number in the session's log"), PRODUCT, lambda r: r.entry.revision),
        text("action", N_("edit, undo or redo"), CORRECTION, lambda r: r.entry.action),
        integer(
            "target",
            N_("The entry that an undo or redo is about"),
            CORRECTION,
            lambda r: r.entry.target,
            missing=N_("the entry is an edit"),
        ),
        text(
            "channel",
            N_("The channel"),
            CORRECTION,
            at("entry.correction.channel"),
            missing=_NO_EDIT,
        ),
        text(
            "kind",
            N_("accept, reject, move, split, merge or add"),
            CORRECTION,
            at("entry.correction.kind"),
            missing=_NO_EDIT,
        ),
        _of_edit("onset_s", "s", N_("Start of the contraction that it is about"), _NO_EDIT),
        _of_edit("offset_s", "s", N_("End of the contraction that it is about"), _NO_EDIT),
        _of_edit("new_onset_s", "s", N_("Start that a person gave it"), _NOT_MOVED),
        _of_edit("new_offset_s", "s", N_("End that a person gave it"), _NOT_MOVED),
        _of_edit("at_s", "s", N_("Where a person cut it in two"), N_("the entry is no split")),
        boolean(
            "holds", N_("Whether it counts: an edit that nobody took back"), CORRECTION, lambda r: r.holds
        ),
        text(
            "reason",
            N_("The reason given, in the person's words"),
            CORRECTION,
            at("entry.correction.reason"),
            missing=N_("no reason was given"),
            identifying=True,
        ),
        text(
            "made_by",
            N_("Who made it"),
            CORRECTION,
            lambda r: r.entry.author_name,
            missing=N_("the name is not known"),
            identifying=True,
        ),
        text(
            "made_at",
            N_("When it was made; ISO 8601, UTC"),
            CORRECTION,
            lambda r: utc(r.entry.at),
            missing=N_("not known"),
            identifying=True,
        ),
    ),
)

LEFT_OUT: Design[GapRow] = Design(
    "left_out",
    N_("One row per stretch of a channel that was left out of the analysis"),
    (
        text("session_code", N_("The session"), PRODUCT, lambda r: r.session.code),
        text("channel", N_("The channel"), PRODUCT, lambda r: r.channel),
        number(
            "onset_s", "s", N_("Start, counted from the first sample"), ANALYSIS, lambda r: r.interval_s[0]
        ),
        number(
            "offset_s",
            "s",
            N_("End, counted from the first sample; itself excluded"),
            ANALYSIS,
            lambda r: r.interval_s[1],
        ),
    ),
)

# Notes are asked for by themselves: a pseudonymised export that has them keeps their words.
NOTES: Design[NoteRow] = Design(
    "notes",
    N_("One row per clinical note; only where notes were asked for and may be read"),
    (
        text("session_code", N_("The session"), PRODUCT, lambda r: r.session.code),
        integer("number", N_("Number within the session"), PRODUCT, lambda r: r.number),
        number(
            "at_s",
            "s",
            N_("The moment that it is about"),
            ENTERED,
            lambda r: r.note.at_s,
            missing=N_("it is about the whole session"),
        ),
        text("text", N_("What it says"), ENTERED, lambda r: r.note.text, missing=NEVER),
        text(
            "author",
            N_("Who wrote it"),
            ENTERED,
            lambda r: r.note.author,
            missing=N_("the name is not known"),
            identifying=True,
        ),
        text(
            "written_at",
            N_("When it was written; ISO 8601, UTC"),
            ENTERED,
            lambda r: utc(r.note.created_at),
            identifying=True,
        ),
        text(
            "edited_at",
            N_("When it was last changed; ISO 8601, UTC"),
            ENTERED,
            lambda r: utc(r.note.edited_at),
            missing=N_("it was never changed"),
            identifying=True,
        ),
    ),
)
