"""The rows of one result: how it came about, its channels and its score; written and read in one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import psycopg
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from processing.emg.results import ChannelAnalysis
from processing.scoring.configuration import ScoringConfiguration
from processing.scoring.model import SessionScore
from processing.use_cases.analyse import AnalysedRecording
from processing.use_cases.document import (
    changed_settings,
    channel_from_plain,
    channel_to_plain,
    metadata_from_plain,
    metadata_to_plain,
    parameters_to_plain,
    score_from_plain,
    score_to_plain,
)
from processing.use_cases.read_models import SessionResult
from processing.use_cases.side_map import metadata_with_sides

Connection = psycopg.Connection[DictRow]

_INSERT_PARAMETERS = """
insert into app.processing_parameters
    (session_id, result_version, pipeline_version, object_version, file_sha256, size_bytes, recording,
     parameters, changed_settings, reprocessing_run, timings_ms)
values
    (%(session_id)s, %(result_version)s, %(pipeline_version)s, %(object_version)s, %(file_sha256)s,
     %(size_bytes)s, %(recording)s, %(parameters)s, %(changed_settings)s, %(reprocessing_run)s, %(timings_ms)s)
"""

_UPSERT_CHANNEL = """
insert into app.emg_statistics
    (session_id, result_version, position, channel_name, side, verdict, snr_db, n_contractions, n_faint, details)
values
    (%(session_id)s, %(result_version)s, %(position)s, %(channel_name)s, %(side)s, %(verdict)s, %(snr_db)s,
     %(n_contractions)s, %(n_faint)s, %(details)s)
on conflict (session_id, result_version, position) do update
set details = excluded.details, n_contractions = excluded.n_contractions
"""

_UPSERT_SCORE = """
insert into app.performance_scores
    (session_id, result_version, total, low, high, details, scoring_configuration_id)
values (%(session_id)s, %(result_version)s, %(total)s, %(low)s, %(high)s, %(details)s,
        (select c.id from app.scoring_configuration c where c.configuration = %(scoring)s order by c.id limit 1))
on conflict (session_id, result_version) do update
set total = excluded.total, low = excluded.low, high = excluded.high, details = excluded.details,
    scoring_configuration_id = excluded.scoring_configuration_id, computed_at = now()
"""

# A person may judge a result again, not make one: hence no insert.
_UPDATE_CHANNEL = """
update app.emg_statistics set details = %(details)s, n_contractions = %(n_contractions)s
where session_id = %(session_id)s and result_version = %(result_version)s and position = %(position)s
"""

_UPDATE_SCORE = """
update app.performance_scores
set total = %(total)s, low = %(low)s, high = %(high)s, details = %(details)s, computed_at = now(),
    scoring_configuration_id =
        (select c.id from app.scoring_configuration c where c.configuration = %(scoring)s order by c.id limit 1)
where session_id = %(session_id)s and result_version = %(result_version)s
"""

_READ = """
select p.*, s.details as score, c.name || ' v' || c.version as scoring from app.processing_parameters p
join app.performance_scores s using (session_id, result_version)
left join app.scoring_configuration c on c.id = s.scoring_configuration_id
where p.session_id = %(session_id)s and p.result_version = %(result_version)s
"""

_READ_CHANNELS = """
select details from app.emg_statistics
where session_id = %(session_id)s and result_version = %(result_version)s
order by position
"""

# What a channel was before its first correction; a trigger keeps it.
_READ_DETECTED = """
select coalesce(d.details, e.details) || jsonb_build_object('side', e.side) as details
from app.emg_statistics e
left join app.detected_statistics d using (session_id, result_version, position)
where e.session_id = %(session_id)s and e.result_version = %(result_version)s
order by e.position
"""


def insert_provenance(
    connection: Connection,
    analysed: AnalysedRecording,
    *,
    session_id: str,
    result_version: int,
    object_version: str,
    reprocessing_run: int | None = None,
) -> None:
    """Write how a result came about: the file it describes, settings, version, timings, and whose decision it was."""
    changed = changed_settings(analysed.parameters)
    connection.execute(
        _INSERT_PARAMETERS,
        {
            "session_id": session_id,
            "result_version": result_version,
            "pipeline_version": analysed.pipeline_version,
            "object_version": object_version,
            "file_sha256": analysed.sha256,
            "size_bytes": analysed.size_bytes,
            "recording": Jsonb(_without_names(metadata_to_plain(analysed.metadata))),
            "parameters": Jsonb(parameters_to_plain(analysed.parameters)),
            "changed_settings": Jsonb(changed) if changed else None,
            "reprocessing_run": reprocessing_run,
            "timings_ms": Jsonb(dict(analysed.timings_ms)),
        },
    )


def write_judgement(
    connection: Connection,
    channels: Sequence[ChannelAnalysis],
    score: SessionScore,
    *,
    session_id: str,
    result_version: int,
    scoring: ScoringConfiguration,
    anew: bool = True,
) -> None:
    """Write the channels and the score of a result version, in place of earlier ones.

    With ``anew`` false the rows must be there already, and only the judgement changes.
    """
    key: dict[str, Any] = {"session_id": session_id, "result_version": result_version}
    for position, channel in enumerate(channels):
        connection.execute(
            _UPSERT_CHANNEL if anew else _UPDATE_CHANNEL,
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
    connection.execute(
        _UPSERT_SCORE if anew else _UPDATE_SCORE,
        {
            **key,
            "total": score.total,
            "low": score.low,
            "high": score.high,
            "details": Jsonb(score_to_plain(score)),
            "scoring": Jsonb(asdict(scoring)),
        },
    )


def _without_names(recording: dict[str, Any]) -> dict[str, Any]:
    """Leave out what a player called themselves: results are pseudonymous."""
    game = recording["game"]
    if str(game.get("player_name") or "").casefold() == "default":
        return recording
    return {**recording, "game": {**game, "player_name": None}}


def read_result(connection: Connection, *, session_id: Any, result_version: int) -> SessionResult | None:
    """Return one result version of a session, or None if there is none."""
    key = {"session_id": session_id, "result_version": result_version}
    row = connection.execute(_READ, key).fetchone()
    if row is None:
        return None
    rows = connection.execute(_READ_CHANNELS, key).fetchall()
    channels = tuple(channel_from_plain(channel["details"]) for channel in rows)
    return SessionResult(
        version=row["result_version"],
        metadata=metadata_with_sides(metadata_from_plain(row["recording"]), channels),
        channels=channels,
        score=score_from_plain(row["score"]),
        parameters=row["parameters"],
        pipeline_version=row["pipeline_version"],
        file_sha256=row["file_sha256"],
        analysed_at=row["created_at"],
        scoring=row["scoring"],
        changed_settings=row["changed_settings"] or {},
        reprocessing_run=row["reprocessing_run"],
    )


def read_detected(
    connection: Connection, session_id: Any, result: SessionResult
) -> tuple[ChannelAnalysis, ...]:
    """Return a result's channels as the detector found them, whatever was corrected since."""
    if all(channel.corrections is None for channel in result.channels):
        return result.channels
    key = {"session_id": session_id, "result_version": result.version}
    rows = connection.execute(_READ_DETECTED, key).fetchall()
    return tuple(channel_from_plain(row["details"]) for row in rows)
