"""The log of corrections, and the result that follows from it; both are written in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psycopg.rows import DictRow

from processing.database.inputs import read_inputs
from processing.database.pool import Database
from processing.database.result_rows import Connection, read_detected, read_result, write_judgement
from processing.emg.corrections import Correction, LogEntry, last_revision
from processing.errors import EditConflictError, NotFoundError, UnusableSignalError
from processing.scoring.configuration import ScoringConfiguration
from processing.use_cases.corrections import (
    Change,
    CorrectedResult,
    Signals,
    apply_log,
    check_entry,
    next_entry,
    view_of,
)
from processing.use_cases.read_models import SessionCorrections, SessionInputs, SessionResult

_READ = """
select revision, action, target, channel_name, kind, onset_s, offset_s, new_onset_s, new_offset_s, at_s, reason,
       author::text as author, {name} as author_name, made_at
from app.contraction_corrections
where session_id = %(session_id)s
order by revision
"""

_INSERT = """
insert into app.contraction_corrections
    (session_id, revision, action, target, channel_name, kind, onset_s, offset_s, new_onset_s, new_offset_s, at_s,
     reason)
values
    (%(session_id)s, %(revision)s, %(action)s, %(target)s, %(channel_name)s, %(kind)s, %(onset_s)s, %(offset_s)s,
     %(new_onset_s)s, %(new_offset_s)s, %(at_s)s, %(reason)s)
"""

# The same lock as a worker's and as that of entered values: nobody stores a result meanwhile.
_LOCK = """
select id, result_version from app.therapy_sessions where session_code = %(session_code)s for update
"""

_JUDGED_UP_TO = """
update app.performance_scores set corrections_revision = %(revision)s
where session_id = %(session_id)s and result_version = %(result_version)s
"""


def read_log(connection: Connection, session_id: Any, *, names: bool = False) -> tuple[LogEntry, ...]:
    """Return a session's log; with ``names`` also what the viewer may know of the people in it."""
    statement = _READ.format(name="app.person_name(author)" if names else "null::text")
    rows = connection.execute(statement.encode(), {"session_id": session_id}).fetchall()
    return tuple(_entry(row) for row in rows)


def read_corrections(
    database: Database, connection: Connection, session_id: Any, result: SessionResult | None
) -> SessionCorrections:
    """Return the log of a session as the person sees it whom these connections act for."""
    log = read_log(connection, session_id, names=database.identity is not None)
    if result is None or not log:
        return SessionCorrections(revision=last_revision(log), log=log)
    detected = read_detected(connection, session_id, result)
    return view_of(log, detected, author=_author(database, connection), length_s=result.metadata.duration_s)


def save_change(
    database: Database,
    session_code: str,
    change: Change,
    *,
    seen_revision: int,
    seen_version: int,
    signals: Signals | None,
) -> CorrectedResult:
    """Add a change to the log and store what counts and is scored after it, all or nothing.

    Parameters
    ----------
    seen_revision, seen_version : int
        The log and the result version that the person looked at.
    signals : mapping of str to ChannelSignals, or None
        Of that result's recording; None where it cannot be had.

    Raises
    ------
    NotFoundError
        If no session has this code, or it may not be edited under this sign-in.
    EditConflictError
        If somebody else corrected the session, or it was analysed anew, since the person looked.
    InvalidParameterError
        If the change has no place among the contractions, or there is nothing to undo or redo.
    UnusableSignalError
        If what would count cannot be measured.
    """
    with database.transaction() as connection:
        row = connection.execute(_LOCK, {"session_code": session_code}).fetchone()
        if row is None:
            raise NotFoundError(f"There is no session '{session_code}' that may be corrected.")
        session_id = row["id"]
        result = read_result(connection, session_id=session_id, result_version=row["result_version"])
        if result is None or result.version != seen_version:
            raise EditConflictError(
                "The recording was analysed anew meanwhile, so your last change was not saved: look at the new "
                "result, then repeat it."
            )
        log = read_log(connection, session_id, names=database.identity is not None)
        entry = next_entry(change, log, author=_author(database, connection), seen=seen_revision)
        detected = read_detected(connection, session_id, result)
        check_entry(entry, log, detected, length_s=result.metadata.duration_s)
        inputs = read_inputs(connection, session_id)
        corrected = apply_log(result, detected, [*log, entry], inputs=inputs, signals=signals)
        _check_measured(entry, corrected, signals)
        connection.execute(_INSERT, _values(session_id, entry))
        _write(
            connection,
            session_id,
            result.version,
            corrected,
            scoring=inputs.scoring,
            revision=entry.revision,
        )
    return corrected


def apply_stored_log(
    connection: Connection,
    session_id: Any,
    result_version: int,
    *,
    inputs: SessionInputs,
    signals: Callable[[], Signals],
) -> None:
    """Apply a session's log to a result that was just stored as it was detected; the session must be locked."""
    log = read_log(connection, session_id)
    result = read_result(connection, session_id=session_id, result_version=result_version) if log else None
    if result is not None:
        corrected = apply_log(result, result.channels, log, inputs=inputs, signals=signals())
        _write(
            connection,
            session_id,
            result_version,
            corrected,
            scoring=inputs.scoring,
            revision=last_revision(log),
        )


def _write(
    connection: Connection,
    session_id: Any,
    version: int,
    corrected: CorrectedResult,
    *,
    scoring: ScoringConfiguration,
    revision: int,
) -> None:
    write_judgement(
        connection,
        corrected.channels,
        corrected.score,
        session_id=session_id,
        result_version=version,
        scoring=scoring,
        anew=False,
    )
    connection.execute(
        _JUDGED_UP_TO, {"session_id": session_id, "result_version": version, "revision": revision}
    )


def _check_measured(entry: LogEntry, corrected: CorrectedResult, signals: Signals | None) -> None:
    """Refuse a change after which something that should count could not be measured."""
    lost = {e.revision for e in corrected.unmatched}
    if not lost & {entry.revision, entry.target}:
        return
    change = entry.correction
    where = "" if change is None else f" between {change.becomes_s[0]:.2f} and {change.becomes_s[1]:.2f} s"
    if signals is None:
        raise UnusableSignalError(
            f"The recording cannot be had at the moment, so nothing can be measured{where}. Accepting and rejecting "
            "is possible without it."
        )
    raise UnusableSignalError(
        f"Nothing can be measured{where}: the signal there is left out of the analysis."
    )


def _values(session_id: Any, entry: LogEntry) -> dict[str, Any]:
    change = entry.correction
    names = ("kind", "onset_s", "offset_s", "new_onset_s", "new_offset_s", "at_s", "reason")
    return {
        "session_id": session_id,
        "revision": entry.revision,
        "action": entry.action,
        "target": entry.target,
        "channel_name": None if change is None else change.channel,
        **{name: None if change is None else getattr(change, name) for name in names},
    }


def _entry(row: DictRow) -> LogEntry:
    correction = None
    if row["action"] == "edit":
        correction = Correction(
            channel=row["channel_name"],
            kind=row["kind"],
            onset_s=row["onset_s"],
            offset_s=row["offset_s"],
            new_onset_s=row["new_onset_s"],
            new_offset_s=row["new_offset_s"],
            at_s=row["at_s"],
            reason=row["reason"],
        )
    return LogEntry(
        revision=row["revision"],
        action=row["action"],
        correction=correction,
        target=row["target"],
        author=row["author"],
        author_name=row["author_name"],
        at=row["made_at"],
    )


def _author(database: Database, connection: Connection) -> str | None:
    """Return whom these connections act for, as the log will name them."""
    if database.identity is None:
        return None
    row = connection.execute("select auth.uid()::text as author").fetchone()
    return None if row is None else row["author"]
