"""One row of the older product, taken over: its session, the row as it was, and a result that the pages can show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from processing.database.older_source import place_of, sha256_of
from processing.emg.parameters import SessionTargets
from processing.errors import InvalidParameterError
from processing.use_cases.document import channel_to_plain, metadata_to_plain, score_to_plain
from processing.use_cases.older_results import (
    OlderResult,
    older_channels,
    older_counts,
    older_metadata,
    older_score,
)

Connection = psycopg.Connection[DictRow]

_PIPELINE = "older "

_OWN_RESULT = """
select exists (select from app.processing_parameters where session_id = %(session_id)s
               and pipeline_version not like 'older %%') as own,
       (select coalesce(max(result_version), 0) from app.processing_parameters
        where session_id = %(session_id)s) as newest,
       coalesce((select expected_contractions from app.session_settings where session_id = %(session_id)s),
                %(default_expected)s) as expected
"""

_FORGET = """
with gone as (delete from app.older_results where older_id = %(older_id)s returning session_id, result_version),
     result as (delete from app.processing_parameters p using gone g
                where (p.session_id, p.result_version) = (g.session_id, g.result_version))
select result_version from gone
"""

_KEEP = """
insert into app.older_results (older_id, session_id, result_version, statistics, had_signals)
values (%(older_id)s, %(session_id)s, %(result_version)s, %(statistics)s, %(had_signals)s)
"""

_PARAMETERS = """
insert into app.processing_parameters
    (session_id, result_version, pipeline_version, object_version, file_sha256, size_bytes, recording, parameters,
     timings_ms, created_at)
values (%(session_id)s, %(result_version)s, %(pipeline_version)s, %(object_version)s, %(file_sha256)s, %(size_bytes)s,
        %(recording)s, %(parameters)s, %(timings_ms)s, %(created_at)s)
"""

_CHANNEL = """
insert into app.emg_statistics
    (session_id, result_version, position, channel_name, side, verdict, n_contractions, n_faint, details)
values (%(session_id)s, %(result_version)s, %(position)s, %(name)s, %(side)s, 'not_judged', %(n)s, 0, %(details)s)
"""

_SCORE = """
insert into app.performance_scores (session_id, result_version, low, high, details)
values (%(session_id)s, %(result_version)s, 0, 100, %(details)s)
"""

_COMPLETE = """
update app.therapy_sessions
set processing_status = 'completed', failure_kind = null, failure_message = null,
    result_version = %(result_version)s, recorded_at = coalesce(recorded_at, %(recorded_at)s),
    duration_s = coalesce(duration_s, %(duration_s)s), updated_at = now()
where id = %(session_id)s
"""


def copy_row(connection: Connection, row: DictRow, *, bucket: str, unit: str) -> None:
    """Write everything that follows from one older row, in place of what an earlier copy wrote."""
    place, facts = place_of(row["facts"]), row["facts"]
    if place is None:
        raise InvalidParameterError(f"Row {row['older_id']} names no patient.")
    code, object_name = place
    version = f"older:{facts.get('file_hash') or row['older_id']}"
    adopted = connection.execute(
        "select app.adopt_older_session(%s, %s, %s, %s, %s) as id",
        (code, bucket, object_name, version, row["created_at"]),
    ).fetchone()
    assert adopted is not None
    session_id = adopted["id"]
    before = connection.execute(_FORGET, {"older_id": row["older_id"]}).fetchone()
    state = connection.execute(
        _OWN_RESULT,
        {"session_id": session_id, "default_expected": SessionTargets().expected_contractions},
    ).fetchone()
    assert state is not None
    older = _told(row, facts, expected=state["expected"], unit=unit)
    result_version = None
    sha256 = sha256_of(facts.get("file_hash"))
    if older.tells_enough and sha256 is not None and not state["own"]:
        result_version = (before or {}).get("result_version") or state["newest"] + 1
        _write_result(
            connection, older, facts, session_id, result_version, version, sha256, row["created_at"]
        )
    connection.execute(
        _KEEP,
        {
            "older_id": row["older_id"],
            "session_id": session_id,
            "result_version": result_version,
            "statistics": Jsonb(row["statistics"]),
            "had_signals": row["had_signals"],
        },
    )


def _write_result(
    connection: Connection,
    older: OlderResult,
    facts: Mapping[str, Any],
    session_id: Any,
    result_version: int,
    version: str,
    sha256: str,
    created_at: Any,
) -> None:
    key = {"session_id": session_id, "result_version": result_version}
    metadata = older_metadata(older)
    connection.execute(
        _PARAMETERS,
        {
            **key,
            "pipeline_version": _PIPELINE + str(facts.get("processing_version") or "unknown"),
            "object_version": version,
            "file_sha256": sha256,
            "size_bytes": facts.get("file_size") or facts.get("file_size_bytes"),
            "recording": Jsonb(metadata_to_plain(metadata)),
            "parameters": Jsonb(facts.get("processing_params") or {}),
            "timings_ms": Jsonb({k: v for k, v in facts.items() if k == "processing_time_ms"}),
            "created_at": created_at,
        },
    )
    for position, (channel, n) in enumerate(zip(older_channels(older), older_counts(older), strict=True)):
        connection.execute(
            _CHANNEL,
            {
                **key,
                "position": position,
                "name": channel.name,
                "side": channel.side,
                "n": n,
                "details": Jsonb(channel_to_plain(channel)),
            },
        )
    connection.execute(_SCORE, {**key, "details": Jsonb(score_to_plain(older_score(older)))})
    connection.execute(_COMPLETE, {**key, "recorded_at": older.recorded_at, "duration_s": older.duration_s})


def _told(row: DictRow, facts: Mapping[str, Any], *, expected: int, unit: str) -> OlderResult:
    when = facts.get("resolved_session_date") or facts.get("session_date")
    recorded_at = None if when is None else datetime.fromisoformat(str(when)).replace(tzinfo=None)
    rate, duration = facts.get("sampling_rate"), facts.get("duration_seconds")
    return OlderResult(
        analytics=row["analytics"] if isinstance(row["analytics"], Mapping) else {},
        sampling_rate_hz=float(rate) if isinstance(rate, int | float) and rate > 0 else None,
        duration_s=float(duration) if isinstance(duration, int | float) and duration > 0 else None,
        recorded_at=recorded_at,
        expected=expected,
        unit=unit,
    )
