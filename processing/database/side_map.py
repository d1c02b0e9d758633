"""The stored side map of a session: read, changed with everything that follows from it, and audited."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from psycopg.types.json import Jsonb

from processing.database.inputs import read_inputs, rejudge
from processing.database.pool import Database
from processing.database.result_rows import Connection, read_result
from processing.errors import EditConflictError, NotFoundError
from processing.recording import RecordingMetadata, Side
from processing.use_cases.side_map import ChannelMap, sides_by_name

# "moved": the stored result was judged again at once; "queued": the recording is analysed again.
Consequence: TypeAlias = Literal["moved", "queued"]

_READ = """
select m.channel_map, m.revision, m.updated_at, w.display_name as said_by
from app.session_side_map m
join app.therapy_sessions s on s.id = m.session_id
left join app.colleagues() w on w.user_id = m.updated_by
where s.session_code = %(session_code)s
"""

_READ_MAP = "select channel_map from app.session_side_map where session_id = %(session_id)s"

# The tablet's clock where the file has one; a file without sorts by its arrival.
_BEFORE = """
select before.session_code, before.id, before.result_version
from app.therapy_sessions s
join app.therapy_sessions before on before.patient_id = s.patient_id and before.result_version > 0
    and (coalesce(before.recorded_at, before.received_at at time zone 'utc'), before.id)
        < (coalesce(s.recorded_at, s.received_at at time zone 'utc'), s.id)
where s.session_code = %(session_code)s
order by coalesce(before.recorded_at, before.received_at at time zone 'utc') desc, before.id desc
limit 1
"""

_LEGS_BEFORE = f"""
with before as ({_BEFORE})
select before.session_code, e.channel_name, e.side
from before join app.emg_statistics e on e.session_id = before.id and e.result_version = before.result_version
"""

# The same lock as a worker's and as that of entered values: nobody stores a result meanwhile.
_LOCK = """
select id, result_version, processing_status from app.therapy_sessions
where session_code = %(session_code)s for update
"""

_REVISION = "select revision from app.session_side_map where session_id = %(session_id)s"

_SAVE = """
insert into app.session_side_map (session_id, channel_map) values (%(session_id)s, %(channel_map)s)
on conflict (session_id) do update set channel_map = excluded.channel_map
"""

_MOVE = """
update app.emg_statistics set side = %(side)s, details = details || jsonb_build_object('side', %(side)s::text)
where session_id = %(session_id)s and result_version = %(result_version)s and channel_name = %(name)s
"""

_QUEUE_AS_PERSON = "select app.requeue_session(%(session_code)s, 'side-map', true)"

_QUEUE = """
update app.therapy_sessions
set processing_status = case when result_version > 0 then 'reprocessing' else 'pending' end,
    failure_kind = null, failure_message = null, run_token = null, updated_at = now()
where session_code = %(session_code)s
returning app.enqueue_analysis(id, 'side-map', true)
"""


@dataclass(frozen=True, slots=True)
class StoredSideMap:
    """What a person said about a session's channels."""

    channel_map: dict[str, Side | None]
    revision: int
    said_by: str | None
    said_at: datetime


def read_side_map(database: Database, session_code: str) -> StoredSideMap | None:
    """Return what a person said about a session's channels, or None where nobody did."""
    row = database.fetch_one(_READ, {"session_code": session_code})
    if row is None:
        return None
    return StoredSideMap(dict(row["channel_map"]), row["revision"], row["said_by"], row["updated_at"])


def read_legs_before(database: Database, session_code: str) -> tuple[str, dict[str, Side | None]] | None:
    """Return the code of the patient's analysed session before this one and the leg of each of its channels."""
    rows = database.fetch_all(_LEGS_BEFORE, {"session_code": session_code})
    if not rows:
        return None
    return rows[0]["session_code"], {row["channel_name"]: row["side"] for row in rows}


def read_channel_map(connection: Connection, session_id: Any) -> dict[str, Side | None] | None:
    """Return the map that a session's recording is read with, or None for the labels' own."""
    row = connection.execute(_READ_MAP, {"session_id": session_id}).fetchone()
    return None if row is None else dict(row["channel_map"])


def save_side_map(
    database: Database,
    session_code: str,
    channel_map: ChannelMap,
    *,
    expected_revision: int,
    keys: Callable[[RecordingMetadata], Mapping[int, str]],
) -> Consequence:
    """Store a map with what follows from it, all or nothing.

    Where the newest result has the same channels they are moved to their legs and judged again: counts, the MVC of
    each side and the score. Where the map reads other channels, or a run is under way, the recording is analysed
    again under the new map.

    Parameters
    ----------
    expected_revision : int
        The revision that the person saw, 0 where nobody had said anything.
    keys : callable
        Returns, for a recording's metadata, the key of each analog channel by its position.

    Raises
    ------
    NotFoundError
        If no session has this code, or it may not be edited under this sign-in.
    EditConflictError
        If somebody else changed the map since.
    """
    with database.transaction() as connection:
        row = connection.execute(_LOCK, {"session_code": session_code}).fetchone()
        if row is None:
            raise NotFoundError(f"There is no session '{session_code}'.")
        session_id, version = row["id"], row["result_version"]
        stored = connection.execute(_REVISION, {"session_id": session_id}).fetchone()
        if (0 if stored is None else stored["revision"]) != expected_revision:
            raise EditConflictError(
                "Somebody else changed which channel is which leg meanwhile. Nothing was saved; look at their map "
                "first."
            )
        connection.execute(_SAVE, {"session_id": session_id, "channel_map": Jsonb({**channel_map})})
        if row["processing_status"] == "completed" and _move(
            connection, session_id, version, channel_map, keys
        ):
            return "moved"
        statement = _QUEUE if database.identity is None else _QUEUE_AS_PERSON
        connection.execute(statement.encode(), {"session_code": session_code})
        return "queued"


def _move(
    connection: Connection,
    session_id: Any,
    version: int,
    channel_map: ChannelMap,
    keys: Callable[[RecordingMetadata], Mapping[int, str]],
) -> bool:
    """Move the newest result's channels to their legs; False where the map reads other channels."""
    result = read_result(connection, session_id=session_id, result_version=version)
    if result is None:
        return False
    sides = sides_by_name(result.metadata, keys(result.metadata), channel_map)
    if sides is None:
        return False
    for name, side in sides.items():
        connection.execute(
            _MOVE, {"session_id": session_id, "result_version": version, "name": name, "side": side}
        )
    return rejudge(connection, session_id, version, read_inputs(connection, session_id))
