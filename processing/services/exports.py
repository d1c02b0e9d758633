"""Exports for pages, commands and servers: bytes, a media type and a file name, audited before they leave."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from processing.database import Database, notes, sessions
from processing.database.exports import SessionPlace, read_codes, read_places, record_exports
from processing.database.profiles import read_own_profile
from processing.database.reprocessing import matching_sessions
from processing.emg.results import IntervalS
from processing.emg.traces import ChannelTraces
from processing.errors import (
    AccessDeniedError,
    InvalidParameterError,
    NotFoundError,
    ReplacedRecordingError,
)
from processing.exports.bundle import build_bundle
from processing.exports.formats import (
    MEDIA_TYPES,
    SIGNAL_FORMATS,
    SIGNAL_MEDIA_TYPES,
    TABLE_FORMATS,
    ExportFile,
    Format,
    recording_name,
    signals_name,
    tables_name,
)
from processing.exports.model import ExportedSession, Scope, ScoringUsed, SessionContext
from processing.exports.signals import signal_table
from processing.exports.writing import write_signals, write_tables
from processing.ports import ObjectStore
from processing.services.stored_recording import read_recording_of, told_by_session
from processing.services.traces import Traces
from processing.use_cases.notes import Note
from processing.use_cases.read_models import SessionFilters, SessionReview
from processing.use_cases.reprocessing import Selection

# What a page waits for; the operator's command has more time.
MOST_SESSIONS, MOST_OF_OPERATOR = 1000, 10_000


@dataclass(frozen=True, slots=True)
class ExportService:
    """What one person, or the operator, takes along; whoever may not see a session cannot export it.

    ``via`` says in the audit log how it was asked for, where that was not the dashboard.
    """

    database: Database
    store: ObjectStore
    traces: Traces
    via: str | None = None

    @property
    def always_pseudonymised(self) -> bool:
        """Whether the viewer works with pseudonyms only, so that nothing else leaves: a researcher."""
        profile = None if self.database.identity is None else read_own_profile(self.database)
        return profile is not None and profile.role == "researcher"

    def tables(
        self,
        session_codes: Sequence[str],
        format: Format,
        scope: Scope | None = None,
        *,
        most: int = MOST_SESSIONS,
    ) -> ExportFile:
        """Return the tables of some sessions.

        Parameters
        ----------
        session_codes : sequence of str
            In the order in which they are to stand in the tables; one or more, ``most`` at most.
        format : {"csv", "xlsx", "mat", "json", "parquet"}
            CSV and Parquet come as one zip archive.
        scope : Scope, optional
            What may leave. A researcher's is pseudonymised whatever it says; notes leave only to those who may read
            them.

        Raises
        ------
        InvalidParameterError
            If there is nothing to export, too much, or no such format.
        NotFoundError
            If the viewer may not see one of the sessions, or there is none of that code.
        AccessDeniedError
            If it cannot be kept in the audit log.
        """
        _check(format, TABLE_FORMATS)
        codes = list(dict.fromkeys(session_codes))
        if not 1 <= len(codes) <= most:
            raise InvalidParameterError(f"The selection holds {len(codes)} sessions; expected 1 to {most}.")
        scope = self._allowed(scope or Scope())
        found = self._sessions(codes, scope)
        if all(session.notes is None for session in found):
            scope = replace(scope, notes=False)  # not even an empty table of what may not be read
        self._record(codes, f"tables as {format}, {_said(scope)}; {_many(len(codes))}")
        data = write_tables(build_bundle(found, scope), format)
        return ExportFile(tables_name(codes, format), MEDIA_TYPES[format], data)

    def selection(
        self, filters: SessionFilters | Selection, format: Format, scope: Scope | None = None
    ) -> ExportFile:
        """Return the tables of all sessions that match; errors as in :meth:`tables`."""
        return self.tables(self.matching(filters), format, scope)

    def matching(self, filters: SessionFilters | Selection) -> list[str]:
        """Return the codes of the sessions that match: newest first, or a research selection by patient and time.

        Of a selection that matches more than may be exported, more than that many.
        """
        if isinstance(filters, Selection):
            return read_codes(self.database, matching_sessions(self.database, filters))
        return [session.session_code for session in sessions.list_sessions(self.database, filters)]

    def signals(self, session_code: str, format: Format, *, window_s: IntervalS | None = None) -> ExportFile:
        """Return the signals of a session at the full rate, or of a window in seconds, through the cache of traces.

        Raises
        ------
        InvalidParameterError
            If the window holds no sample, or there is no such format.
        NotFoundError, ReplacedRecordingError, StorageUnavailableError
            If the recording cannot be had, or is another one than was analysed.
        AccessDeniedError
            If it cannot be kept in the audit log.
        """
        _check(format, SIGNAL_FORMATS)
        review = sessions.load_review(self.database, session_code)
        traces = self._load_traces(review)
        table = signal_table(
            review,
            traces,
            window_s=window_s,
            pseudonymised=self.always_pseudonymised,
            now=datetime.now(UTC),
        )
        window_s = window_s and _cut(window_s, traces[0])
        where = "whole session" if window_s is None else f"{window_s[0]:.2f} to {window_s[1]:.2f} s"
        self._record([session_code], f"signals as {format}; {where}")
        name = signals_name(session_code, format, window_s)
        return ExportFile(name, SIGNAL_MEDIA_TYPES[format], write_signals(table, format))

    def check_recording(self, review: SessionReview) -> None:
        """Return if a session's file is in the bucket, before its signals or itself are offered.

        Raises
        ------
        NotFoundError, ReplacedRecordingError, StorageUnavailableError
            If it is not, is no recording, or the bucket does not answer.
        """
        self.database.check_actor()
        with told_by_session(review.summary.session_code):
            self.store.stat(review.summary.object_name)

    def recording(self, session_code: str) -> ExportFile:
        """Return the original C3D file, byte for byte as it was analysed.

        Raises
        ------
        AccessDeniedError
            For a researcher: a file and its name may hold a person's name and the date.
        NotFoundError, StorageUnavailableError
            If the file cannot be had.
        ReplacedRecordingError
            If the bucket holds other bytes under this name than those that were analysed.
        """
        if self.always_pseudonymised:
            raise AccessDeniedError(
                "The original file may hold a name and a date, so it is not exported for research. Its signals are."
            )
        review = sessions.load_review(self.database, session_code)
        data = read_recording_of(self.store, session_code, review.summary.object_name)
        sha256 = hashlib.sha256(data).hexdigest()
        if review.result is not None and review.result.file_sha256 != sha256:
            raise ReplacedRecordingError(
                "The file was replaced after this analysis, so it is not the one that these numbers are from. The new "
                "file is analysed by itself; ask again in a moment."
            )
        self._record([session_code], f"original c3d; SHA-256 {sha256}")
        return ExportFile(recording_name(review.summary.object_name), MEDIA_TYPES["c3d"], data)

    def _sessions(self, codes: Sequence[str], scope: Scope) -> list[ExportedSession]:
        places = read_places(self.database, codes)
        return [self._session(code, places.get(code), scope) for code in codes]

    def _session(self, code: str, place: SessionPlace | None, scope: Scope) -> ExportedSession:
        if place is None:
            raise NotFoundError(f"There is no session '{code}'.")
        scoring = None
        if place.scoring_name is not None and place.scoring_version is not None:
            scoring = ScoringUsed(place.scoring_name, place.scoring_version, place.scoring or {})
        return ExportedSession(
            review=sessions.load_review(self.database, code),
            context=SessionContext(place.number, place.study_day, scoring),
            notes=self._notes(code) if scope.notes else None,
        )

    def _notes(self, code: str) -> tuple[Note, ...] | None:
        """Return a session's notes, None for a viewer who may not read them; the operator's commands may."""
        found = notes.list_notes(self.database, code)
        return found.notes if found.may_read or self.database.identity is None else None

    def _allowed(self, scope: Scope) -> Scope:
        return Scope(pseudonymised=scope.pseudonymised or self.always_pseudonymised, notes=scope.notes)

    def _load_traces(self, review: SessionReview) -> tuple[ChannelTraces, ...]:
        self.database.check_actor()  # before the cache, which is everybody's
        return self.traces.load(review)

    def _record(self, codes: Sequence[str], reason: str) -> None:
        record_exports(self.database, codes, reason if self.via is None else f"{reason}; {self.via}")


def _cut(window_s: IntervalS, trace: ChannelTraces) -> IntervalS:
    """Return the part of a window that lies within the recording, which is what was exported."""
    length_s = trace.raw_uv.size / trace.sampling_rate_hz
    return max(0.0, window_s[0]), min(length_s, window_s[1])


def _check(format: Format, known: Sequence[Format]) -> None:
    if format not in known:
        raise InvalidParameterError(f"The format is '{format}'; expected one of {', '.join(known)}.")


def _said(scope: Scope) -> str:
    """Return what the audit log says about the scope."""
    pseudonymised = "pseudonymised" if scope.pseudonymised else "with dates"
    return pseudonymised + (", with notes" if scope.notes else "")


def _many(count: int) -> str:
    return "this session" if count == 1 else f"one of {count} sessions"
