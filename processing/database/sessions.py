"""What the pages and the command line read, and the few values that they write."""

from __future__ import annotations

from typing import Any

from psycopg.rows import DictRow

from processing.database.pool import Database
from processing.database.results import inputs_from_row, write_score
from processing.emg.results import ChannelAnalysis
from processing.errors import NotFoundError
from processing.scoring.model import SessionScore
from processing.use_cases.document import channel_from_plain, metadata_from_plain, score_from_plain
from processing.use_cases.read_models import (
    ParkedFile,
    SessionFilters,
    SessionInputs,
    SessionResult,
    SessionReview,
    SessionSummary,
    SideSummary,
)

_SUMMARY = """
select s.id, s.session_code, p.code as patient_code, s.object_name, s.processing_status, s.received_at,
       s.recorded_at, s.duration_s, s.failure_message, s.result_version, s.object_version, s.announced_version,
       s.size_bytes, g.expected_contractions,
       c.total, c.low, c.high, c.details as score_details,
       (select jsonb_agg(jsonb_build_object(
                    'name', e.channel_name, 'side', e.side, 'verdict', e.verdict,
                    'reasons', e.details #> '{quality,reasons}', 'n_contractions', e.n_contractions)
                order by e.position)
        from app.emg_statistics e
        where e.session_id = s.id and e.result_version = s.result_version) as channels
from app.therapy_sessions s
join app.patients p on p.id = s.patient_id
join app.session_settings g on g.session_id = s.id
left join app.performance_scores c on c.session_id = s.id and c.result_version = s.result_version
"""

_LIST = (
    _SUMMARY
    + """
where (%(patient_code)s::text is null or p.code = %(patient_code)s)
  and (%(statuses)s::text[] is null or s.processing_status = any(%(statuses)s))
  and (%(recorded_from)s::date is null or coalesce(s.recorded_at, s.received_at)::date >= %(recorded_from)s)
  and (%(recorded_until)s::date is null or coalesce(s.recorded_at, s.received_at)::date <= %(recorded_until)s)
order by coalesce(s.recorded_at, s.received_at) desc, s.session_code desc
limit %(limit)s
"""
)

_ONE = _SUMMARY + "where s.session_code = %(session_code)s"

_RESULT = """
select * from app.processing_parameters
where session_id = %(session_id)s and result_version = %(result_version)s
"""

_CHANNELS = """
select details from app.emg_statistics
where session_id = %(session_id)s and result_version = %(result_version)s
order by position
"""

_INPUTS = """
select g.*, b.percent_aop
from app.session_settings g left join app.bfr_monitoring b using (session_id)
where g.session_id = %(session_id)s
"""

_SAVE_SETTINGS = """
update app.session_settings
set expected_contractions = %(expected_contractions)s, target_percent_mvc = %(target_percent_mvc)s,
    target_duration_s = %(target_duration_s)s, mvc_left_uv = %(mvc_left_uv)s, mvc_right_uv = %(mvc_right_uv)s,
    perceived_effort_cr10 = %(perceived_effort_cr10)s, game_max_points = %(game_max_points)s, updated_at = now()
where session_id = %(session_id)s
"""

_SAVE_PRESSURE = """
insert into app.bfr_monitoring (session_id, percent_aop) values (%(session_id)s, %(percent_aop)s)
on conflict (session_id) do update set percent_aop = excluded.percent_aop, recorded_at = now()
"""

_UPDATE_CHANNEL = """
update app.emg_statistics set details = %(details)s
where session_id = %(session_id)s and result_version = %(result_version)s and position = %(position)s
"""

_REQUEUE = """
update app.therapy_sessions
set processing_status = case when result_version > 0 then 'reprocessing' else 'pending' end,
    failure_kind = null, failure_message = null, run_token = null, updated_at = now()
where session_code = %(session_code)s
returning app.enqueue_analysis(id, %(correlation_id)s, %(force)s) as job_id
"""

_PARKED = """
select object_name, reason, received_at from app.storage_events
where outcome = 'parked' order by received_at desc limit 50
"""

_STATUS = """
select s.session_code, s.id::text as session_id, s.processing_status as status, s.failure_kind as failure,
       s.result_version, s.updated_at
from app.therapy_sessions s where s.session_code = %(session_code)s
"""


def list_sessions(database: Database, filters: SessionFilters) -> list[SessionSummary]:
    """Return the sessions that match, newest first."""
    rows = database.fetch_all(
        _LIST,
        {
            "patient_code": filters.patient_code,
            "statuses": list(filters.statuses) or None,
            "recorded_from": filters.recorded_from,
            "recorded_until": filters.recorded_until,
            "limit": filters.limit,
        },
    )
    return [_summary(row) for row in rows]


def list_patient_codes(database: Database) -> list[str]:
    """Return every patient code, in order."""
    return [row["code"] for row in database.fetch_all("select code from app.patients order by code")]


def list_parked_files(database: Database) -> list[ParkedFile]:
    """Return the newest files that arrived but belong to no patient."""
    return [
        ParkedFile(row["object_name"], row["reason"], row["received_at"])
        for row in database.fetch_all(_PARKED)
    ]


def session_status(database: Database, session_code: str) -> dict[str, Any] | None:
    """Return the state of one session as plain values, or None if there is no such session."""
    return database.fetch_one(_STATUS, {"session_code": session_code})


def load_review(database: Database, session_code: str) -> SessionReview:
    """Return everything that is stored about one session.

    Raises
    ------
    NotFoundError
        If no session has this code.
    """
    with database.transaction() as connection:
        row = connection.execute(_ONE.encode(), {"session_code": session_code}).fetchone()
        if row is None:
            raise NotFoundError(f"There is no session '{session_code}'.")
        key = {"session_id": row["id"], "result_version": row["result_version"]}
        result = connection.execute(_RESULT, key).fetchone()
        channels = connection.execute(_CHANNELS, key).fetchall()
        inputs = inputs_from_row(connection.execute(_INPUTS, key).fetchone() or {})
    return SessionReview(
        summary=_summary(row),
        object_version=row["object_version"] or row["announced_version"],
        size_bytes=row["size_bytes"],
        inputs=inputs,
        result=None if result is None else _result(result, channels, row["score_details"]),
    )


def save_inputs(
    database: Database,
    review: SessionReview,
    inputs: SessionInputs,
    *,
    channels: tuple[ChannelAnalysis, ...],
    score: SessionScore | None,
) -> None:
    """Store entered values with the channels and the score that follow from them, all or nothing."""
    from psycopg.types.json import Jsonb

    from processing.use_cases.document import channel_to_plain

    session_id = review.summary.session_id
    with database.transaction() as connection:
        connection.execute(
            _SAVE_SETTINGS,
            {
                "session_id": session_id,
                "expected_contractions": inputs.targets.expected_contractions,
                "target_percent_mvc": inputs.targets.target_percent_mvc,
                "target_duration_s": inputs.targets.target_duration_s,
                "mvc_left_uv": inputs.mvc_left_uv,
                "mvc_right_uv": inputs.mvc_right_uv,
                "perceived_effort_cr10": inputs.perceived_effort_cr10,
                "game_max_points": inputs.game_max_points,
            },
        )
        if inputs.bfr_percent_aop is None:
            connection.execute("delete from app.bfr_monitoring where session_id = %s", (session_id,))
        else:
            connection.execute(
                _SAVE_PRESSURE, {"session_id": session_id, "percent_aop": inputs.bfr_percent_aop}
            )
        if review.result is None or score is None:
            return
        version = review.result.version
        for position, channel in enumerate(channels):
            connection.execute(
                _UPDATE_CHANNEL,
                {
                    "session_id": session_id,
                    "result_version": version,
                    "position": position,
                    "details": Jsonb(channel_to_plain(channel)),
                },
            )
        write_score(connection, score, session_id=session_id, result_version=version)


def requeue(database: Database, session_code: str, *, correlation_id: str, force: bool) -> int:
    """Put the analysis of a session on the queue again and return the job's number.

    Raises
    ------
    NotFoundError
        If no session has this code.
    """
    row = database.fetch_one(
        _REQUEUE, {"session_code": session_code, "correlation_id": correlation_id, "force": force}
    )
    if row is None:
        raise NotFoundError(f"There is no session '{session_code}'.")
    return int(row["job_id"])


def known_object_versions(database: Database, bucket: str) -> dict[str, set[str]]:
    """Return, for each object that was ever announced, the versions that need no further announcement."""
    known: dict[str, set[str]] = {}
    statement = """
        select object_name, announced_version, object_version from app.therapy_sessions where bucket = %(bucket)s
        union all
        select object_name, object_version, null from app.storage_events
        where bucket = %(bucket)s and outcome = 'parked'
    """
    for row in database.fetch_all(statement, {"bucket": bucket}):
        versions = {row["announced_version"], row["object_version"]} - {None}
        known.setdefault(row["object_name"], set()).update(versions)
    return known


def _summary(row: DictRow) -> SessionSummary:
    score = None if row["score_details"] is None else score_from_plain(row["score_details"])
    return SessionSummary(
        session_id=str(row["id"]),
        session_code=row["session_code"],
        patient_code=row["patient_code"],
        object_name=row["object_name"],
        status=row["processing_status"],
        received_at=row["received_at"],
        recorded_at=row["recorded_at"],
        duration_s=row["duration_s"],
        sides=tuple(_side(channel, score, row["expected_contractions"]) for channel in row["channels"] or ()),
        score=row["total"],
        score_low=row["low"],
        score_high=row["high"],
        failure=row["failure_message"],
    )


def _side(channel: dict[str, Any], score: SessionScore | None, expected: int) -> SideSummary:
    muscle = {"left": score.left, "right": score.right}.get(channel["side"]) if score is not None else None
    return SideSummary(
        side=channel["side"],
        channel=channel["name"],
        verdict=channel["verdict"],
        reasons=tuple(channel["reasons"] or ()),
        n_contractions=channel["n_contractions"],
        n_good=None if muscle is None else muscle.n_good,
        expected=expected,
    )


def _result(row: DictRow, channels: list[DictRow], score: dict[str, Any]) -> SessionResult:
    return SessionResult(
        version=row["result_version"],
        metadata=metadata_from_plain(row["recording"]),
        channels=tuple(channel_from_plain(channel["details"]) for channel in channels),
        score=score_from_plain(score),
        parameters=row["parameters"],
        pipeline_version=row["pipeline_version"],
        file_sha256=row["file_sha256"],
        analysed_at=row["created_at"],
    )
