"""What a session is measured against: what a person entered for it, and what held for its patient on its day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from psycopg.rows import DictRow

from processing.database.mvc import MEASUREMENT_COLUMNS, measurement_of
from processing.database.pool import Database
from processing.database.prescriptions import PRESCRIPTION_COLUMNS, prescription_of
from processing.database.result_rows import Connection, read_result, write_judgement
from processing.emg.parameters import SessionTargets
from processing.errors import EditConflictError, NotFoundError
from processing.use_cases.read_models import Entered, SessionInputs
from processing.use_cases.rescore import rescore
from processing.use_cases.scoring_configurations import scoring_from_plain

# Until its file was read, a session's day is that of its arrival.
_READ = """
select g.*, d.day, d.of_arrival, c.configuration as scoring,
       b.percent_aop, b.recorded_at as pressure_at, b.entered_by as pressure_by,
       (select x.id from app.prescriptions x
        where x.patient_id = s.patient_id and x.valid_from <= d.day and not x.withdrawn
          and not exists (select from app.prescriptions y where y.patient_id = x.patient_id
                          and y.valid_from = x.valid_from and y.revision > x.revision)
        order by x.valid_from desc limit 1) as prescription_id,
       (select jsonb_object_agg(side, id) from (
            select distinct on (x.side) x.side, x.id from app.mvc_measurements x
            where x.patient_id = s.patient_id and x.measured_on <= d.day and not x.withdrawn
              and not exists (select from app.mvc_measurements y where y.patient_id = x.patient_id
                              and y.side = x.side and y.measured_on = x.measured_on and y.revision > x.revision)
            order by x.side, x.measured_on desc) newest) as measurement_ids
from app.session_settings g
join app.therapy_sessions s on s.id = g.session_id
left join app.bfr_monitoring b on b.session_id = g.session_id
-- What a session was scored with stays; what was never scored takes what is chosen now. None: the trial's own.
left join app.performance_scores f
    on (f.session_id, f.result_version) = (s.id, s.result_version) and f.low is not null
left join app.scoring_configuration c on c.id = case when f.session_id is not null then f.scoring_configuration_id
    else (select h.configuration_id from app.scoring_choice h order by h.revision desc limit 1) end
cross join lateral (
    select coalesce(%(recorded_at)s::timestamp, s.recorded_at, s.received_at at time zone 'UTC')::date as day,
           coalesce(%(recorded_at)s::timestamp, s.recorded_at) is null as of_arrival) d
where g.session_id = any(%(session_ids)s::uuid[])
"""

_PRESCRIPTIONS = f"select id, {PRESCRIPTION_COLUMNS} from app.prescriptions where id = any(%(ids)s)"
_MEASUREMENTS = f"select id, {MEASUREMENT_COLUMNS} from app.mvc_measurements where id = any(%(ids)s)"

# The lock keeps a result from being stored, or other values from being entered, between reading and writing.
_LOCK = """
select id, result_version from app.therapy_sessions where session_code = %(session_code)s for update
"""

_SAVE_SETTINGS = """
update app.session_settings
set expected_contractions = %(expected_contractions)s, target_percent_mvc = %(target_percent_mvc)s,
    target_duration_s = %(target_duration_s)s, right_expected_contractions = %(right_expected_contractions)s,
    right_target_percent_mvc = %(right_target_percent_mvc)s,
    mvc_left_uv = %(mvc_left_uv)s, mvc_right_uv = %(mvc_right_uv)s,
    perceived_effort_cr10 = %(perceived_effort_cr10)s, game_max_points = %(game_max_points)s, updated_at = now()
where session_id = %(session_id)s
  and (%(expected_revision)s::integer is null or revision = %(expected_revision)s)
"""

_SAVE_PRESSURE = """
insert into app.bfr_monitoring as b (session_id, percent_aop) values (%(session_id)s, %(percent_aop)s)
on conflict (session_id) do update
set percent_aop = excluded.percent_aop, recorded_at = now(), entered_by = excluded.entered_by
where b.percent_aop is distinct from excluded.percent_aop
"""

_REVISION = """
select g.revision from app.session_settings g
join app.therapy_sessions s on s.id = g.session_id where s.session_code = %(session_code)s
"""

_FORGET_PRESSURE = "delete from app.bfr_monitoring where session_id = %(session_id)s"

_COLLEAGUES = "select user_id::text as id, display_name from app.colleagues()"

_TARGETS = "expected_contractions"  # the column that stands for all targets: they are changed together


def read_inputs(
    connection: Connection, session_id: Any, *, recorded_at: datetime | None = None
) -> SessionInputs:
    """Return what a session is measured against.

    ``recorded_at`` names its day where the session's row does not know it yet. The people in ``entered`` are their
    identifiers; :func:`with_names` names them.

    Raises
    ------
    NotFoundError
        If the session does not exist, or may not be seen.
    """
    found = read_inputs_of(connection, [session_id], recorded_at=recorded_at)
    if not found:
        raise NotFoundError(f"Session {session_id} has no settings.")
    return found[str(session_id)]


def read_inputs_of(
    connection: Connection, session_ids: Sequence[Any], *, recorded_at: datetime | None = None
) -> dict[str, SessionInputs]:
    """Return what each of several sessions is measured against, by the session's identifier."""
    values = {"session_ids": [str(i) for i in session_ids], "recorded_at": recorded_at}
    found = connection.execute(_READ, values).fetchall()
    prescriptions = _by_id(connection, _PRESCRIPTIONS, [row["prescription_id"] for row in found])
    measurements = _by_id(
        connection, _MEASUREMENTS, [i for row in found for i in (row["measurement_ids"] or {}).values()]
    )
    return {str(row["session_id"]): _inputs_of(row, prescriptions, measurements) for row in found}


def _by_id(connection: Connection, statement: str, ids: Sequence[int | None]) -> dict[int, DictRow]:
    known = sorted({i for i in ids if i is not None})
    if not known:
        return {}
    return {row["id"]: row for row in connection.execute(statement.encode(), {"ids": known}).fetchall()}


def _inputs_of(
    row: DictRow, prescriptions: dict[int, DictRow], measurements: dict[int, DictRow]
) -> SessionInputs:
    prescribed = prescriptions.get(row["prescription_id"])
    prescription = None if prescribed is None else prescription_of(prescribed)
    of_side = {side: measurement_of(measurements[i]) for side, i in (row["measurement_ids"] or {}).items()}
    inputs = SessionInputs(
        mvc_left_uv=row["mvc_left_uv"],
        mvc_right_uv=row["mvc_right_uv"],
        perceived_effort_cr10=row["perceived_effort_cr10"],
        bfr_percent_aop=row["percent_aop"],
        game_max_points=row["game_max_points"],
        prescription=prescription,
        patient_mvc_left=of_side.get("left"),
        patient_mvc_right=of_side.get("right"),
        entered=_entered(row),
        day=row["day"],
        day_of_arrival=row["of_arrival"],
    )
    if row["scoring"] is not None:
        inputs = replace(inputs, scoring=scoring_from_plain(row["scoring"]))
    return replace(inputs, targets=_own_targets(row) or inputs.standing_targets)


def _own_targets(row: DictRow) -> SessionTargets | None:
    """Return the targets that somebody changed for this session alone."""
    if row["expected_contractions"] is None:
        return None
    return SessionTargets(
        expected_contractions=row["expected_contractions"],
        target_percent_mvc=row["target_percent_mvc"],
        target_duration_s=row["target_duration_s"],
        right_expected_contractions=row["right_expected_contractions"],
        right_target_percent_mvc=row["right_target_percent_mvc"],
    )


def _entered(row: DictRow) -> dict[str, Entered]:
    noted = {
        "targets" if column == _TARGETS else column: Entered(datetime.fromisoformat(what["at"]), what["by"])
        for column, what in (row["entered"] or {}).items()
    }
    if row["percent_aop"] is not None:
        by = None if row["pressure_by"] is None else str(row["pressure_by"])
        noted["bfr_percent_aop"] = Entered(row["pressure_at"], by)
    return noted


def with_names(database: Database, connection: Connection, inputs: SessionInputs) -> SessionInputs:
    """Return the inputs with the names of the people who entered them, as far as the viewer may know them."""
    names: dict[str, str | None] = {}
    if inputs.entered and database.identity is not None:
        names = {row["id"]: row["display_name"] for row in connection.execute(_COLLEAGUES).fetchall()}
    return replace(
        inputs,
        entered={
            name: Entered(e.at, names.get(e.by) if e.by else None) for name, e in inputs.entered.items()
        },
    )


def read_revision(database: Database, session_code: str) -> int | None:
    """Return the revision of a session's entered values; it grows with every save. None: no such session."""
    row = database.fetch_one(_REVISION, {"session_code": session_code})
    return None if row is None else int(row["revision"])


def save_inputs(
    database: Database, session_code: str, inputs: SessionInputs, *, expected_revision: int | None = None
) -> None:
    """Store entered values with the judgement that follows from them, all or nothing.

    Targets that are what the inputs' prescription, else the trial's default, says are not stored: the session goes
    on following it. With the revision that the person saw, values that somebody else saved since then are not
    overwritten.

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
        rejudge(connection, row["id"], row["result_version"], read_inputs(connection, row["id"]))


def rejudge(connection: Connection, session_id: Any, result_version: int, inputs: SessionInputs) -> bool:
    """Judge a session's newest result again and return whether there is one; its row must be locked."""
    result = read_result(connection, session_id=session_id, result_version=result_version)
    if result is None:
        return False
    channels, score = rescore(result.channels, result.metadata, inputs)
    write_judgement(
        connection,
        channels,
        score,
        session_id=session_id,
        result_version=result_version,
        scoring=inputs.scoring,
        anew=False,
    )
    return True


def _write_inputs(
    connection: Connection, session_id: Any, inputs: SessionInputs, expected_revision: int | None
) -> None:
    own = inputs.targets if inputs.targets_source == "session" else None
    saved = connection.execute(
        _SAVE_SETTINGS,
        {
            "session_id": session_id,
            "expected_contractions": own and own.expected_contractions,
            "target_percent_mvc": own and own.target_percent_mvc,
            "target_duration_s": own and own.target_duration_s,
            "right_expected_contractions": own and own.right_expected_contractions,
            "right_target_percent_mvc": own and own.right_target_percent_mvc,
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
