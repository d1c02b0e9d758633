"""What a worker does to a session: claim it, store its result, or store why there is none.

Each run holds a token; only the run that claimed last may write, so that a late zombie cannot overwrite.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from processing.database.pool import Database
from processing.emg.parameters import SessionTargets
from processing.errors import NotFoundError, SupersededError
from processing.scoring.model import SessionScore
from processing.use_cases.analyse import AnalysedRecording
from processing.use_cases.document import (
    channel_to_plain,
    metadata_to_plain,
    parameters_to_plain,
    score_to_plain,
)
from processing.use_cases.process_session import ClaimedSession
from processing.use_cases.read_models import SessionInputs

_CLAIM = """
update app.therapy_sessions
set run_token = %(run_token)s,
    processing_status = case when result_version > 0 then 'reprocessing' else 'processing' end,
    failure_kind = null, failure_message = null, updated_at = now()
where id = %(session_id)s
returning id, session_code, bucket, object_name, result_version
"""

_RESULT_OBJECT_VERSION = """
select object_version, pipeline_version from app.processing_parameters
where session_id = %(session_id)s and result_version = %(result_version)s
"""

_INPUTS = """
select g.*, b.percent_aop
from app.session_settings g
left join app.bfr_monitoring b using (session_id)
where g.session_id = %(session_id)s
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

_INSERT_PARAMETERS = """
insert into app.processing_parameters
    (session_id, result_version, pipeline_version, object_version, file_sha256, size_bytes, recording,
     parameters, timings_ms)
values
    (%(session_id)s, %(result_version)s, %(pipeline_version)s, %(object_version)s, %(file_sha256)s,
     %(size_bytes)s, %(recording)s, %(parameters)s, %(timings_ms)s)
"""

_INSERT_STATISTICS = """
insert into app.emg_statistics
    (session_id, result_version, position, channel_name, side, verdict, snr_db, n_contractions, n_faint, details)
values
    (%(session_id)s, %(result_version)s, %(position)s, %(channel_name)s, %(side)s, %(verdict)s, %(snr_db)s,
     %(n_contractions)s, %(n_faint)s, %(details)s)
"""

_UPSERT_SCORE = """
insert into app.performance_scores (session_id, result_version, total, low, high, details)
values (%(session_id)s, %(result_version)s, %(total)s, %(low)s, %(high)s, %(details)s)
on conflict (session_id, result_version) do update
set total = excluded.total, low = excluded.low, high = excluded.high, details = excluded.details,
    computed_at = now()
"""

_UNCHANGED = """
update app.therapy_sessions
set processing_status = 'completed', run_token = null, object_version = %(object_version)s, updated_at = now()
where id = %(session_id)s and run_token = %(run_token)s and result_version > 0
"""

_FAIL = """
update app.therapy_sessions
set processing_status = 'failed', failure_kind = %(kind)s, failure_message = %(message)s, run_token = null,
    updated_at = now()
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
            known = connection.execute(
                _RESULT_OBJECT_VERSION, {"session_id": session_id, "result_version": row["result_version"]}
            ).fetchone()
            inputs = read_inputs(connection, session_id)
        return ClaimedSession(
            session_id=session_id,
            session_code=row["session_code"],
            object_name=row["object_name"],
            run_token=run_token,
            analysed_object_version=None if known is None else known["object_version"],
            inputs=inputs,
        )

    def store_result(
        self, claimed: ClaimedSession, analysed: AnalysedRecording, *, object_version: str
    ) -> int:
        """Store statistics and scores as the next version and complete the session, all or nothing.

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
            key = {"session_id": claimed.session_id, "result_version": own["result_version"] + 1}
            metadata = analysed.metadata
            connection.execute(
                _INSERT_PARAMETERS,
                {
                    **key,
                    "pipeline_version": analysed.pipeline_version,
                    "object_version": object_version,
                    "file_sha256": analysed.sha256,
                    "size_bytes": analysed.size_bytes,
                    "recording": Jsonb(metadata_to_plain(metadata)),
                    "parameters": Jsonb(parameters_to_plain(analysed.parameters)),
                    "timings_ms": Jsonb(dict(analysed.timings_ms)),
                },
            )
            for position, channel in enumerate(analysed.channels):
                connection.execute(
                    _INSERT_STATISTICS,
                    {
                        **key,
                        "position": position,
                        "channel_name": channel.name,
                        "side": channel.side,
                        "verdict": channel.quality.verdict,
                        "snr_db": channel.quality.snr_db,
                        "n_contractions": len(channel.contractions),
                        "n_faint": len(channel.faint),
                        "details": Jsonb(channel_to_plain(channel)),
                    },
                )
            write_score(connection, analysed.score, **key)
            connection.execute(
                _FINISH,
                {
                    **key,
                    "object_version": object_version,
                    "size_bytes": analysed.size_bytes,
                    "recorded_at": metadata.recorded_at,
                    "duration_s": metadata.duration_s,
                },
            )
            return int(key["result_version"])

    def keep_result(self, claimed: ClaimedSession, *, object_version: str) -> None:
        """Complete a session whose newest result already describes this object version."""
        with self._database.transaction() as connection:
            connection.execute(
                _UNCHANGED,
                {
                    "session_id": claimed.session_id,
                    "run_token": claimed.run_token,
                    "object_version": object_version,
                },
            )

    def store_failure(
        self, session_id: str, *, kind: str, message: str, run_token: str | None = None
    ) -> None:
        """Mark a session as failed with the sentence that the clinician reads; earlier results stay.

        Without a ``run_token`` the failure is written whoever holds the session.
        """
        with self._database.transaction() as connection:
            connection.execute(
                _FAIL, {"session_id": session_id, "run_token": run_token, "kind": kind, "message": message}
            )


def write_score(
    connection: psycopg.Connection[DictRow], score: SessionScore, *, session_id: str, result_version: int
) -> None:
    """Write the score of a result version in place of an earlier one."""
    connection.execute(
        _UPSERT_SCORE,
        {
            "session_id": session_id,
            "result_version": result_version,
            "total": score.total,
            "low": score.low,
            "high": score.high,
            "details": Jsonb(score_to_plain(score)),
        },
    )


def read_inputs(connection: psycopg.Connection[DictRow], session_id: str) -> SessionInputs:
    """Return the targets and entered values of a session."""
    row: dict[str, Any] = connection.execute(_INPUTS, {"session_id": session_id}).fetchone() or {}
    return inputs_from_row(row)


def inputs_from_row(row: dict[str, Any]) -> SessionInputs:
    """Turn a row of ``session_settings`` joined with ``bfr_monitoring`` into typed inputs."""
    return SessionInputs(
        targets=SessionTargets(
            expected_contractions=row["expected_contractions"],
            target_percent_mvc=row["target_percent_mvc"],
            target_duration_s=row["target_duration_s"],
        ),
        mvc_left_uv=row["mvc_left_uv"],
        mvc_right_uv=row["mvc_right_uv"],
        perceived_effort_cr10=row["perceived_effort_cr10"],
        bfr_percent_aop=row["percent_aop"],
        game_max_points=row["game_max_points"],
    )
