"""Stored scoring configurations: read, added to, and chosen for new analyses; never changed."""

from __future__ import annotations

import psycopg
from psycopg.types.json import Jsonb

from processing.database.pool import Database
from processing.errors import EditConflictError, InvalidParameterError
from processing.scoring.configuration import ScoringConfiguration
from processing.use_cases.plain_text import check_characters
from processing.use_cases.scoring_configurations import (
    ConfigurationChoice,
    ScoringRules,
    StoredConfiguration,
    check_new_version,
    scoring_from_plain,
    scoring_to_plain,
)

_LIST = """
select c.id, c.name, c.version, c.configuration, c.protected, c.created_at,
       app.person_name(c.created_by) as created_by, coalesce(n.n, 0) as n_sessions
from app.scoring_configuration c
left join (
    select p.scoring_configuration_id as id, count(*)::integer as n from app.performance_scores p
    join app.therapy_sessions s on (s.id, s.result_version) = (p.session_id, p.result_version)
    group by 1) n on n.id = c.id
order by c.id desc
"""

_CHOICE = """
select h.revision, h.configuration_id, h.reason, app.person_name(h.chosen_by) as chosen_by, h.chosen_at
from app.scoring_choice h order by h.revision desc limit 1
"""

_ADD = """
insert into app.scoring_configuration (name, version, configuration)
values (%(name)s, %(version)s, %(configuration)s) returning id
"""

_CHOOSE = """
insert into app.scoring_choice (revision, configuration_id, reason)
select %(revision)s, %(configuration_id)s, %(reason)s
where %(revision)s = 1 + coalesce((select max(revision) from app.scoring_choice), 0)
returning revision
"""

_MEANWHILE = "Somebody else {done} meanwhile. Nothing was saved; look at theirs, then decide again."


def read_rules(database: Database) -> ScoringRules:
    """Return every stored configuration, newest first, and which of them new analyses take."""
    with database.transaction() as connection:
        rows = connection.execute(_LIST).fetchall()
        choice = connection.execute(_CHOICE).fetchone()
    return ScoringRules(
        configurations=tuple(
            StoredConfiguration(
                configuration_id=row["id"],
                name=row["name"],
                version=row["version"],
                configuration=scoring_from_plain(row["configuration"]),
                protected=row["protected"],
                created_by=row["created_by"],
                created_at=row["created_at"],
                n_sessions=row["n_sessions"],
            )
            for row in rows
        ),
        choice=ConfigurationChoice(0, None) if choice is None else ConfigurationChoice(**choice),
    )


def add_version(
    database: Database, name: str, configuration: ScoringConfiguration, *, expected_version: int
) -> int:
    """Store the next version of a name and return its number in the list.

    Parameters
    ----------
    expected_version : int
        The newest version that the person saw, 0 where the name is new.

    Raises
    ------
    EditConflictError
        If somebody else added a version since.
    InvalidParameterError
        If the name cannot be taken, or a stored configuration has the same values.
    AccessDeniedError
        If the viewer is no administrator.
    """
    name = name.strip()
    check_new_version(read_rules(database), name, configuration)
    values = {
        "name": name,
        "version": expected_version + 1,
        "configuration": Jsonb(scoring_to_plain(configuration)),
    }
    try:
        row = database.fetch_one(_ADD, values)
    except psycopg.errors.UniqueViolation as exc:
        raise EditConflictError(_MEANWHILE.format(done=f"added a version of '{name}'")) from exc
    assert row is not None
    return int(row["id"])


def choose_configuration(
    database: Database, configuration_id: int, *, reason: str, expected_revision: int
) -> None:
    """Let sessions without a score be scored with a configuration from now on.

    Raises
    ------
    EditConflictError
        If somebody else chose since ``expected_revision``.
    InvalidParameterError
        If no reason is given.
    AccessDeniedError
        If the viewer is no administrator.
    """
    if not check_characters(reason, "reason").strip():
        raise InvalidParameterError("No reason is given; one sentence is expected.")
    values = {
        "revision": expected_revision + 1,
        "configuration_id": configuration_id,
        "reason": reason.strip(),
    }
    try:
        row = database.fetch_one(_CHOOSE, values)
    except psycopg.errors.UniqueViolation:
        row = None
    if row is None:
        raise EditConflictError(_MEANWHILE.format(done="chose a configuration"))
