"""What a worker does to a session: claim it, store its result, or store why there is none.

Each run holds a token; only the run that claimed last may write, so that a late zombie cannot overwrite.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from processing.database.corrections import apply_stored_log
from processing.database.inputs import read_inputs
from processing.database.pool import Database
from processing.database.result_rows import Connection, insert_provenance, write_judgement
from processing.database.side_map import read_channel_map
from processing.emg.measures import ChannelSignals
from processing.errors import NotFoundError, SupersededError
from processing.use_cases.analyse import AnalysedRecording
from processing.use_cases.document import parameters_from_plain
from processing.use_cases.process_session import ClaimedSession, FreshAnalysis
from processing.use_cases.read_models import SessionInputs
from processing.use_cases.rescore import rescore

_CLAIM = """
update app.therapy_sessions
set run_token = %(run_token)s,
    processing_status = case when result_version > 0 then 'reprocessing' else 'processing' end,
    run_stage = 'reading', failure_kind = null, failure_message = null, updated_at = now()
where id = %(session_id)s
returning session_code, object_name, result_version
"""

_ANALYSED_VERSION = """
select object_version, changed_settings from app.processing_parameters
where session_id = %(session_id)s and result_version = %(result_version)s
"""

# When each version of the object was analysed first: it had arrived by then.
_FIRST_READ = """
select object_version, min(created_at) as at from app.processing_parameters
where session_id = %(session_id)s group by object_version
"""

_OWN = """
select result_version from app.therapy_sessions
where id = %(session_id)s and run_token = %(run_token)s
for update
"""

_FINISH = """
update app.therapy_sessions
set processing_status = 'completed', result_version = %(result_version)s, run_token = null,
    object_version = %(object_version)s, size_bytes = %(size_bytes)s, recorded_at = %(recorded_at)s,
    duration_s = %(duration_s)s, failure_kind = null, failure_message = null, updated_at = now()
where id = %(session_id)s
"""

_ANALYSING = """
update app.therapy_sessions set run_stage = 'analysing' where id = %(session_id)s and run_token = %(run_token)s
"""

_KEEP = """
update app.therapy_sessions
set processing_status = 'completed', run_token = null, object_version = %(object_version)s, updated_at = now()
where id = %(session_id)s and run_token = %(run_token)s and result_version > 0
"""

_FAIL = """
update app.therapy_sessions
set processing_status = 'failed', failure_kind = %(kind)s, failure_message = %(message)s, run_token = null,
    object_version = coalesce(%(object_version)s, object_version), updated_at = now()
where id = %(session_id)s and (%(run_token)s::uuid is null or run_token = %(run_token)s)
"""


class SessionRecords:
    """The worker's side of the database; implements ``process_session.SessionRecords``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, session_id: str, *, run_token: str) -> ClaimedSession:
        """Take a session over for this run.

        Raises
        ------
        NotFoundError
            If the session does not exist (any more).
        """
        with self._database.transaction() as connection:
            row = connection.execute(_CLAIM, {"session_id": session_id, "run_token": run_token}).fetchone()
            if row is None:
                raise NotFoundError(f"Session {session_id} does not exist.")
            analysed = connection.execute(
                _ANALYSED_VERSION, {"session_id": session_id, "result_version": row["result_version"]}
            ).fetchone()
            first_read = read_first_read(connection, session_id)
            inputs = read_inputs(connection, session_id)
            channel_map = read_channel_map(connection, session_id)
        return ClaimedSession(
            session_id=session_id,
            session_code=row["session_code"],
            object_name=row["object_name"],
            run_token=run_token,
            analysed_object_version=None if analysed is None else analysed["object_version"],
            inputs=inputs,
            channel_map=channel_map,
            parameters=parameters_from_plain((analysed and analysed["changed_settings"]) or {}),
            first_read=first_read,
        )

    def inputs_on(self, claimed: ClaimedSession, recorded_at: datetime | None) -> SessionInputs:
        """Return what the session is measured against if it was recorded then; None: as far as is known."""
        with self._database.transaction() as connection:
            return read_inputs(connection, claimed.session_id, recorded_at=recorded_at)

    def note_analysing(self, claimed: ClaimedSession) -> None:
        """Say that the recording is read and its analysis begins."""
        with self._database.transaction() as connection:
            connection.execute(_ANALYSING, {"session_id": claimed.session_id, "run_token": claimed.run_token})

    def store_result(
        self,
        claimed: ClaimedSession,
        analysed: AnalysedRecording,
        *,
        object_version: str,
        signals: Callable[[], Mapping[str, ChannelSignals]],
    ) -> int:
        """Store statistics and scores as the next version and complete the session, all or nothing.

        What a person entered while the run was under way counts. Corrections are applied to what was detected;
        ``signals`` gives what they are measured on and is asked only where there are any.

        Returns
        -------
        result_version : int

        Raises
        ------
        SupersededError
            If another run took the session over meanwhile.
        """
        with self._database.transaction() as connection:
            own = connection.execute(
                _OWN, {"session_id": claimed.session_id, "run_token": claimed.run_token}
            ).fetchone()
            if own is None:
                raise SupersededError(
                    f"Another run took over session {claimed.session_code}; this result is dropped."
                )
            inputs = read_inputs(connection, claimed.session_id, recorded_at=analysed.recorded_at)
            version = int(own["result_version"]) + 1
            write_result(
                connection,
                FreshAnalysis(claimed, analysed, signals),
                inputs,
                result_version=version,
                object_version=object_version,
            )
            return version

    def keep_result(self, claimed: ClaimedSession, *, object_version: str) -> None:
        """Complete a session whose newest result already describes this object version."""
        with self._database.transaction() as connection:
            connection.execute(
                _KEEP,
                {
                    "session_id": claimed.session_id,
                    "run_token": claimed.run_token,
                    "object_version": object_version,
                },
            )

    def store_failure(
        self,
        session_id: str,
        *,
        kind: str,
        message: str,
        object_version: str | None = None,
        run_token: str | None = None,
    ) -> None:
        """Mark a session as failed with the sentence that the clinician reads; earlier results stay.

        Without a ``run_token`` the failure is written whoever holds the session. ``object_version`` is the
        version that could not be analysed, None where it never came to reading one.
        """
        with self._database.transaction() as connection:
            connection.execute(
                _FAIL,
                {
                    "session_id": session_id,
                    "run_token": run_token,
                    "kind": kind,
                    "message": message,
                    "object_version": object_version,
                },
            )


def read_first_read(connection: Connection, session_id: str) -> dict[str, datetime]:
    """Return when each version of a session's object was analysed first."""
    rows = connection.execute(_FIRST_READ, {"session_id": session_id}).fetchall()
    return {row["object_version"]: row["at"] for row in rows}


def write_result(
    connection: Connection,
    fresh: FreshAnalysis,
    inputs: SessionInputs,
    *,
    result_version: int,
    object_version: str,
    reprocessing_run: int | None = None,
) -> None:
    """Write a result version with people's corrections applied, and complete the session, whose row must be locked.

    ``inputs`` is what the session is measured against now; it may have changed while the analysis ran.
    """
    analysed, session_id = fresh.analysed, fresh.claimed.session_id
    channels, score = analysed.channels, analysed.score
    if inputs != fresh.claimed.inputs:
        channels, score = rescore(channels, analysed.metadata, inputs)
    insert_provenance(
        connection,
        analysed,
        session_id=session_id,
        result_version=result_version,
        object_version=object_version,
        reprocessing_run=reprocessing_run,
    )
    write_judgement(
        connection,
        channels,
        score,
        session_id=session_id,
        result_version=result_version,
        scoring=inputs.scoring,
    )
    apply_stored_log(connection, session_id, result_version, inputs=inputs, signals=fresh.signals)
    connection.execute(
        _FINISH,
        {
            "session_id": session_id,
            "result_version": result_version,
            "object_version": object_version,
            "size_bytes": analysed.size_bytes,
            "recorded_at": analysed.recorded_at,
            "duration_s": analysed.metadata.duration_s,
        },
    )
