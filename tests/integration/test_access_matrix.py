"""Every role, every table, every kind of statement: what is written here is what the database allows, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.integration.clinic import Clinic, make_clinic
from tests.integration.conftest import fresh_database

# s: select, i: insert, u: update, d: delete; '.' is refused or finds no row.
# "own" and "foreign" are rows of a therapist's patient and of a colleague's; for the tables below the line, the
# therapist's own row and somebody else's, or any row.
MATRIX = """
table                   own   foreign  researcher  administrator  worker
patients                si..  ....     s...        siud           s...
patient_identities      siud  ....     ....        siud           ....
therapy_sessions        s.u.  ....     s...        s.ud           s.u.
session_settings        s.u.  ....     s...        s.u.           s...
bfr_monitoring          siud  ....     s...        siud           s...
processing_parameters   s...  ....     s...        s...           si..
emg_statistics          s.u.  ....     s...        s.u.           siu.
performance_scores      s.u.  ....     s...        s.u.           siu.
clinical_notes          siud  ....     ....        si.d           ....
prescriptions           si..  ....     s...        si..           s...
mvc_measurements        si..  ....     s...        si..           s...
user_profiles           s...  ....     ....        siud           ....
scoring_configuration   s...  s...     s...        si.d           s...
scoring_choice          s...  s...     s...        si..           s...
reprocessing_runs       ....  ....     s...        s...           s...
reprocessing_items      ....  ....     s...        s...           s.u.
storage_events          ....  ....     ....        s...           s...
session_side_map        siu.  ....     s...        siu.           s...
session_reviews         siud  ....     s...        siud           ....
inbox_dismissals        siud  ....     ....        siud           ....
alert_mutes             siud  ....     ....        siud           ....
audit_log               ....  ....     ....        s...           ....
older_results           ....  ....     ....        s...           ....
contraction_corrections si..  ....     s...        si..           s...
detected_statistics     s...  ....     s...        s...           s...
session_summaries       s...  ....     s...        s...           ....
patient_totals          s...  ....     s...        s...           ....
newest_results          s...  ....     s...        s...           ....
reconciliation_runs     ....  ....     ....        s...           si.d
trace_use               ....  ....     ....        s...           ....
trace_use_begun         ....  ....     ....        s...           ....
notifications           ....  ....     ....        s...           siud
erased_patients         ....  ....     ....        s...           ....
api_keys                s.u.  ....     ....        s.u.           ....
"""

# Whoever is not one of the above gets nothing at all, from any table.
NOBODY = {
    "stranger": ("app_dashboard", "stranger", {}),
    "dismissed": ("app_dashboard", "dismissed", {}),
    "expired": ("app_dashboard", "administrator", {"exp": 1_700_000_000}),
    "no expiry": ("app_dashboard", "administrator", {"exp": None}),
    "no subject": ("app_dashboard", "administrator", {"sub": None}),
    "service_role claim": ("app_dashboard", "administrator", {"role": "service_role"}),
    "no role claim": ("app_dashboard", "administrator", {"role": None}),
    "anon claim": ("app_dashboard", "administrator", {"role": "anon"}),
    "empty claims": ("app_dashboard", None, {}),
    "role not switched": ("app_dashboard", "no switch", {}),
    "listener": ("app_listener", "no switch", {}),
}

STATEMENTS = {
    "patients": (
        "id = %(patient)s",
        "insert into app.patients (code, therapist) values ('P900', %(therapist)s)",
        "site = 'A'",
    ),
    "patient_identities": (
        "patient_id = %(patient)s",
        "insert into app.patient_identities (patient_id, family_name) values (%(patient)s, 'X')",
        "family_name = 'Y'",
    ),
    "therapy_sessions": (
        "patient_id = %(patient)s",
        "insert into app.therapy_sessions (session_code, patient_id, bucket, object_name, announced_version)"
        " values ('P900S001', %(patient)s, 'b', 'x', 'v')",
        "updated_at = now()",
    ),
    "session_settings": (
        "session_id = %(session)s",
        "insert into app.session_settings (session_id) values (%(session)s)",
        "perceived_effort_cr10 = 5",
    ),
    "bfr_monitoring": (
        "session_id = %(session)s",
        "insert into app.bfr_monitoring (session_id, percent_aop) values (%(other_session)s, 50)",
        "percent_aop = 49",
    ),
    "processing_parameters": (
        "session_id = %(session)s",
        "insert into app.processing_parameters select %(other_session)s, 1, 'p', 'v', repeat('0', 64), 1, '{}', '{}',"
        " '{}', now()",
        "pipeline_version = 'forged'",
    ),
    "emg_statistics": (
        "session_id = %(session)s",
        "insert into app.emg_statistics (session_id, result_version, position, channel_name, verdict,"
        " n_contractions, n_faint, details) values (%(session)s, 1, 9, 'CH9', 'good', 0, 0, '{}')",
        "details = '{}'",
    ),
    "performance_scores": (
        "session_id = %(session)s",
        "insert into app.performance_scores (session_id, result_version, low, high, details)"
        " values (%(session)s, 2, 0, 1, '{}')",
        "total = 80",
    ),
    "clinical_notes": (
        "session_id = %(session)s",
        "insert into app.clinical_notes (session_id, text) values (%(session)s, 'New')",
        "text = 'Changed'",
    ),
    "prescriptions": (
        "patient_id = %(patient)s",
        "insert into app.prescriptions (patient_id, revision, valid_from, expected_left, expected_right,"
        " percent_mvc_left, percent_mvc_right, hold_s) values (%(patient)s, 2, date '2099-01-01', 12, 12, 75, 75, 2)",
        "withdrawn = true",
    ),
    "mvc_measurements": (
        "patient_id = %(patient)s",
        "insert into app.mvc_measurements (patient_id, revision, side, measured_on, value_uv)"
        " values (%(patient)s, 2, 'left', date '2099-01-01', 250)",
        "withdrawn = true",
    ),
    "user_profiles": (
        "user_id = %(therapist)s",
        "insert into app.user_profiles (user_id, role) values (%(newcomer)s, 'administrator')",
        "role = 'administrator'",
    ),
    "scoring_configuration": (
        "name = 'site'",
        "insert into app.scoring_configuration (name, version, configuration)"
        " select 'new', 1, configuration from app.scoring_configuration limit 1",
        "name = 'mine'",
    ),
    "scoring_choice": (
        "true",
        "insert into app.scoring_choice (revision, configuration_id, reason)"
        " select 2, id, 'Mine' from app.scoring_configuration limit 1",
        "reason = 'Another'",
    ),
    "reprocessing_runs": (
        "true",
        "insert into app.reprocessing_runs (title, selection, n_items, correlation_id) values ('x', '{}', 1, 'c')",
        "apply_reason = 'forged'",
    ),
    "reprocessing_items": (
        "session_id = %(session)s",
        "insert into app.reprocessing_items (run_id, number, session_id)"
        " select max(id), 9, %(other_session)s from app.reprocessing_runs",
        "message = 'forged'",
    ),
    "reconciliation_runs": (
        "true",
        "insert into app.reconciliation_runs (started_at, error_kind) values (now(), 'X')",
        "error_kind = 'Y'",
    ),
    "trace_use": (
        "session_id = %(session)s",
        "insert into app.trace_use (session_id, day) values (%(session)s, date '2099-01-02')",
        "looks = 9",
    ),
    "trace_use_begun": (
        "true",
        "insert into app.trace_use_begun default values",
        "since = now()",
    ),
    "erased_patients": (
        "true",
        "insert into app.erased_patients (code, reason, requested_by) values ('P998', 'Asked for it', 'X')",
        "reason = 'Another'",
    ),
    "api_keys": (
        "owner = %(therapist)s",
        "insert into app.api_keys (key_id, owner, name, scopes, secret_sha256, expires_at) values ('abcdefghijkm',"
        " %(therapist)s, 'Mine', 'read', repeat('a', 64), now() + interval '1 day')",
        "revoked_at = now()",
    ),
    "notifications": (
        "true",
        "insert into app.notifications (kind, dedupe_key, body) values ('alert', 'k', '{}')",
        "attempts = 1",
    ),
    "storage_events": (
        "true",
        "insert into app.storage_events (event_id, source, event_type, outcome, reason)"
        " values ('x', 'webhook', 'INSERT', 'ignored', 'x')",
        "reason = 'x'",
    ),
    "session_summaries": (
        "session_id = %(session)s",
        "insert into app.session_summaries (session_id, patient_id, session_at, status)"
        " values (%(session)s, %(patient)s, now(), 'completed')",
        "score = 100",
    ),
    "patient_totals": (
        "patient_id = %(patient)s",
        "insert into app.patient_totals values (%(patient)s, 1, 1, 100)",
        "score_sum = 0",
    ),
    "newest_results": (
        "patient_id = %(patient)s",
        "insert into app.newest_results values (%(patient)s, '')",
        "results = ''",
    ),
    "contraction_corrections": (
        "session_id = %(session)s",
        "insert into app.contraction_corrections (session_id, revision, action, channel_name, kind, onset_s, offset_s)"
        " values (%(session)s, 2, 'edit', 'CH1', 'reject', 1, 2)",
        "reason = 'forged'",
    ),
    "detected_statistics": (
        "session_id = %(session)s",
        "insert into app.detected_statistics (session_id, result_version, position, n_contractions, details)"
        " values (%(session)s, 1, 0, 3, '{}')",
        "n_contractions = 3",
    ),
    "older_results": (
        "session_id = %(session)s",
        "insert into app.older_results (older_id, session_id, statistics, had_signals)"
        " values ('x', %(session)s, '{}', false)",
        "statistics = '{}'",
    ),
    "session_side_map": (
        "session_id = %(session)s",
        """insert into app.session_side_map (session_id, channel_map) values (%(session)s, '{"CH1 Raw": "left"}')""",
        """channel_map = '{"CH1 Raw": "right"}'""",
    ),
    "session_reviews": (
        "session_id = %(session)s",
        "insert into app.session_reviews (session_id, result_version, judged_at) values (%(session)s, 1, now())",
        "result_version = 2",
    ),
    "inbox_dismissals": (
        "session_id = %(session)s",
        "insert into app.inbox_dismissals (session_id) values (%(session)s)",
        "dismissed_at = now()",
    ),
    "alert_mutes": (
        "patient_id = %(patient)s",
        "insert into app.alert_mutes (patient_id, rule, reason, until)"
        " values (%(patient)s, 'effort', 'Known to us.', now() + interval '7 days')",
        "reason = 'Known to us, too.'",
    ),
    "audit_log": (
        "true",
        "insert into app.audit_log (action, table_name, row_key) values ('read', 'patients', 'x')",
        "reason = 'nothing happened'",
    ),
}

_HEADER, *_LINES = [line.split() for line in MATRIX.strip().splitlines()]
EXPECTED = {line[0]: dict(zip(_HEADER[1:], line[1:], strict=True)) for line in _LINES}


@pytest.fixture(scope="module")
def clinic(server_url: str) -> Iterator[Clinic]:
    for url in fresh_database(server_url):
        yield make_clinic(url)


def _rights(connection: psycopg.Connection[Any], clinic: Clinic, table: str, patient_code: str) -> str:
    """Try every kind of statement on the rows of one patient and return what went through."""
    where, insert, change = STATEMENTS[table]
    statements = {
        "s": f"select 1 from app.{table} where {where}",
        "i": insert,
        "u": f"update app.{table} set {change} where {where}",
        "d": f"delete from app.{table} where {where}",
    }
    values = {
        "patient": clinic.patients[patient_code],
        "session": clinic.sessions[f"{patient_code}S001"],
        "other_session": clinic.sessions[f"{patient_code}S002"],
        "therapist": clinic.people["therapist" if patient_code == "P001" else "colleague"],
        "newcomer": clinic.people["stranger"],
    }
    return "".join(
        letter if _goes_through(connection, statement, values) else "."
        for letter, statement in statements.items()
    )


def _goes_through(connection: psycopg.Connection[Any], statement: str, values: dict[str, Any]) -> bool:
    try:
        with connection.transaction(force_rollback=True):
            return connection.execute(statement.encode(), values).rowcount > 0
    except (errors.UniqueViolation, errors.ForeignKeyViolation):
        return True  # access was given; the data stood in the way
    except errors.InsufficientPrivilege:
        return False


def test_the_matrix_covers_every_table(clinic: Clinic) -> None:
    with psycopg.connect(clinic.url) as connection:
        rows = connection.execute(
            "select relname from pg_class where relnamespace = 'app'::regnamespace and relkind in ('r', 'p')"
        )
        assert {name for (name,) in rows} == set(EXPECTED) == set(STATEMENTS)


@pytest.mark.parametrize("table", EXPECTED)
@pytest.mark.parametrize(
    ("column", "person", "patient_code"),
    [
        ("own", "therapist", "P001"),
        ("foreign", "therapist", "P002"),
        ("researcher", "researcher", "P001"),
        ("administrator", "administrator", "P001"),
    ],
)
def test_people_may_do_what_the_matrix_says(
    clinic: Clinic, table: str, column: str, person: str, patient_code: str
) -> None:
    with clinic.connected("app_dashboard", clinic.claims(person)) as connection:
        assert _rights(connection, clinic, table, patient_code) == EXPECTED[table][column]


@pytest.mark.parametrize("table", EXPECTED)
def test_the_worker_may_do_what_the_matrix_says(clinic: Clinic, table: str) -> None:
    with clinic.connected("app_worker") as connection:
        assert _rights(connection, clinic, table, "P001") == EXPECTED[table]["worker"]


@pytest.mark.parametrize("table", EXPECTED)
@pytest.mark.parametrize("who", NOBODY)
def test_everybody_else_gets_nothing(clinic: Clinic, table: str, who: str) -> None:
    login_role, person, changes = NOBODY[who]
    if person == "no switch":
        claims, role = clinic.claims("administrator"), None
    else:
        claims, role = {} if person is None else clinic.claims(person, **changes), "authenticated"
    with clinic.connected(login_role, claims, role=role) as connection:
        assert _rights(connection, clinic, table, "P001") == "...."


@pytest.mark.parametrize("login_role", ["app_dashboard", "app_listener", "app_worker"])
@pytest.mark.parametrize("role", ["postgres", "service_role", "supabase_admin"])
def test_no_program_can_become_somebody_greater(clinic: Clinic, login_role: str, role: str) -> None:
    with clinic.connected(login_role) as connection, pytest.raises(psycopg.Error, match="role"):
        connection.execute("select set_config('role', %s, true)", (role,))


def test_the_programs_own_nothing_and_bypass_nothing(clinic: Clinic) -> None:
    with psycopg.connect(clinic.url) as connection:
        rows = connection.execute(
            "select rolname from pg_roles where rolname like 'app\\_%'"
            " and not (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolinherit or rolreplication)"
            " and not exists (select from pg_class where relowner = pg_roles.oid)"
        ).fetchall()
    assert {name for (name,) in rows} == {"app_dashboard", "app_listener", "app_worker"}
