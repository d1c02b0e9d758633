"""Everything that an export of sessions holds: its tables, what they are about, and what every column means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from processing.exports.channels import CHANNELS
from processing.exports.columns import Column, Design, FilledTable, Value
from processing.exports.contractions import CONTRACTIONS
from processing.exports.logs import CORRECTIONS, LEFT_OUT, NOTES, gap_rows, log_rows, note_rows
from processing.exports.model import ExportedSession, Scope, channels_of, contractions_of, utc
from processing.exports.parameters import PARAMETERS, parameter_rows
from processing.exports.patients import PATIENTS, patient_rows
from processing.exports.sessions import SESSIONS
from processing.language import gettext as _
from processing.version import PIPELINE_VERSION, SOFTWARE_VERSION

SCHEMA = "ghostly-emg/export/1"
DESIGNS: tuple[Design[Any], ...] = (
    PATIENTS,
    SESSIONS,
    CHANNELS,
    CONTRACTIONS,
    CORRECTIONS,
    LEFT_OUT,
    NOTES,
    PARAMETERS,
)


@dataclass(frozen=True, slots=True)
class DictionaryEntry:
    """One column in words, in the language that was spoken when it was made."""

    table: str
    column: str
    kind: str
    unit: str
    meaning: str
    source: str
    empty_when: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """One export of tables. ``about`` holds what concerns all of it; every value in it is plain."""

    about: dict[str, Value]
    tables: tuple[FilledTable, ...]
    dictionary: tuple[DictionaryEntry, ...]

    def table(self, name: str) -> FilledTable:
        """Return the table of a name."""
        return next(table for table in self.tables if table.name == name)


def build_bundle(sessions: Sequence[ExportedSession], scope: Scope, *, now: datetime | None = None) -> Bundle:
    """Return the tables of some sessions, as much of them as may leave."""
    if scope.pseudonymised:
        sessions = [session.without_file_name() for session in sessions]
    channels = channels_of(sessions)
    filled: list[tuple[Design[Any], Iterable[Any]]] = [
        (PATIENTS, patient_rows(sessions)),
        (SESSIONS, sessions),
        (CHANNELS, channels),
        (CONTRACTIONS, contractions_of(channels)),
        (CORRECTIONS, log_rows(sessions)),
        (LEFT_OUT, gap_rows(sessions)),
        *([(NOTES, note_rows(sessions))] if scope.notes else []),
        (PARAMETERS, parameter_rows(sessions)),
    ]
    tables = tuple(design.fill(rows, pseudonymised=scope.pseudonymised) for design, rows in filled)
    return Bundle(_about(sessions, scope, now or datetime.now(UTC)), tables, dictionary_of(tables))


def dictionary_of(tables: Sequence[FilledTable]) -> tuple[DictionaryEntry, ...]:
    """Return what every column of some tables means, in the current language."""
    return tuple(describe(table.name, column) for table in tables for column in table.columns)


def describe(table: str, column: Column[Any]) -> DictionaryEntry:
    """Return what a column means, in the current language."""
    return DictionaryEntry(
        table=table,
        column=column.name,
        kind=column.kind,
        unit=column.unit,
        meaning=_(column.meaning),
        source=_(column.source),
        empty_when=_(column.missing),
    )


def general_facts(now: datetime) -> dict[str, Value]:
    """Return what every export says about itself, whatever it holds."""
    return {
        "software": "GHOSTLY+ EMG",
        "software_version": SOFTWARE_VERSION,
        "pipeline_version_now": PIPELINE_VERSION,
        "exported_at": utc(now),
        "time_zone": _("UTC, except times of the recording: the tablet's local time, which names no zone"),
        "missing_values": _("A cell is empty where nothing is known; it is never 0 or a default."),
    }


def _about(sessions: Sequence[ExportedSession], scope: Scope, now: datetime) -> dict[str, Value]:
    versions = sorted({s.result.pipeline_version for s in sessions if s.result is not None})
    codes = [session.code for session in sessions]
    return {
        "schema": SCHEMA,
        **general_facts(now),
        "pipeline_versions": ", ".join(versions) or None,
        "n_sessions": len(codes),
        "sessions": ", ".join(codes),
        "pseudonymised": scope.pseudonymised,
        "dates": _("days since the patient's first session (1 is that day), no dates")
        if scope.pseudonymised
        else _("dates and times as recorded"),
        "notes_included": scope.notes,
        "what_counts": _(
            "Contractions count as a person corrected them; where nobody did, as they were detected."
        ),
        "amplitude": _("Amplitudes are EMG amplitudes in microvolts; they are not forces."),
    }
