"""What a person enters for a session: targets, and the values that no file holds."""

from __future__ import annotations

from typing import Any

from processing.database.pool import Database
from processing.database.result_rows import Connection, read_result, write_judgement
from processing.emg.parameters import SessionTargets
from processing.errors import EditConflictError, NotFoundError
from processing.scoring.configuration import ScoringConfiguration
from processing.use_cases.read_models import SessionInputs
from processing.use_cases.rescore import rescore

_READ = """
select g.*, b.percent_aop
from app.session_settings g
left join app.bfr_monitoring b using (session_id)
where g.session_id = %(session_id)s
"""

# The lock keeps a result from being stored, or other values from being entered, between reading and writing.
_LOCK = """
select id, result_version from app.therapy_sessions where session_code = %(session_code)s for update
"""

_SAVE_SETTINGS = """
update app.session_settings
set expected_contractions = %(expected_contractions)s, target_percent_mvc = %(target_percent_mvc)s,
    target_duration_s = %(target_duration_s)s, mvc_left_uv = %(mvc_left_uv)s, mvc_right_uv = %(mvc_right_uv)s,
    perceived_effort_cr10 = %(perceived_effort_cr10)s, game_max_points = %(game_max_points)s, updated_at = now()
where session_id = %(session_id)s
  and (%(expected_revision)s::integer is null or revision = %(expected_revision)s)
"""

_SAVE_PRESSURE = """
insert into app.bfr_monitoring (session_id, percent_aop) values (%(session_id)s, %(percent_aop)s)
on conflict (session_id) do update set percent_aop = excluded.percent_aop, recorded_at = now()
"""

_REVISION = """
select g.revision from app.session_settings g
join app.therapy_sessions s on s.id = g.session_id where s.session_code = %(session_code)s
"""

_FORGET_PRESSURE = "delete from app.bfr_monitoring where session_id = %(session_id)s"


def read_inputs(connection: Connection, session_id: Any) -> SessionInputs:
    """Return the targets and entered values of a session."""
    row = connection.execute(_READ, {"session_id": session_id}).fetchone()
    if row is None:
        raise NotFoundError(f"Session {session_id} has no settings.")
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


def read_revision(database: Database, session_code: str) -> int | None:
    """Return the revision of a session's entered values; it grows with every save. None: no such session."""
    row = database.fetch_one(_REVISION, {"session_code": session_code})
    return None if row is None else int(row["revision"])


def save_inputs(
    database: Database, session_code: str, inputs: SessionInputs, *, expected_revision: int | None = None
) -> None:
    """Store entered values with the judgement that follows from them, all or nothing.

    With the revision that the person saw, values that somebody else saved since then are not overwritten.

    Raises
    ------
    NotFoundError
        If no session has this code, or it may not be edited under this sign-in.
    EditConflictError
        If the revision is no longer the one expected.
    """
    with database.transaction() as connection:
        row = connection.execute(_LOCK, {"session_code": session_code}).fetchone()
        if row is None:
            raise NotFoundError(f"There is no session '{session_code}'.")
        _write_inputs(connection, row["id"], inputs, expected_revision)
        result = read_result(connection, session_id=row["id"], result_version=row["result_version"])
        if result is not None:
            channels, score = rescore(result.channels, result.metadata, inputs)
            write_judgement(
                connection,
                channels,
                score,
                session_id=row["id"],
                result_version=row["result_version"],
                scoring=ScoringConfiguration(),  # what rescore() uses
                anew=False,
            )


def _write_inputs(
    connection: Connection, session_id: Any, inputs: SessionInputs, expected_revision: int | None
) -> None:
    saved = connection.execute(
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
            "expected_revision": expected_revision,
        },
    )
    if saved.rowcount == 0:
        raise EditConflictError(
            "Somebody else changed these values meanwhile. Nothing was saved; look at theirs, then save again."
        )
    connection.execute(
        _FORGET_PRESSURE if inputs.bfr_percent_aop is None else _SAVE_PRESSURE,
        {"session_id": session_id, "percent_aop": inputs.bfr_percent_aop},
    )
