"""Who did what to whom: every change leaves before and after, and nothing is ever taken back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from psycopg import errors

from processing.database import Database
from processing.database.exports import record_exports
from processing.errors import AccessDeniedError, NotFoundError
from processing.services import Services, build_services, closing_services
from processing.settings import Settings
from processing.use_cases.read_models import AuditFilters, SessionInputs
from tests.integration.clinic import Clinic, make_clinic


@pytest.fixture
def clinic(database_url: str) -> Clinic:
    return make_clinic(database_url)


@pytest.fixture
def dashboard(settings: Settings, clinic: Clinic) -> Iterator[Services]:
    with closing_services(build_services(settings, clinic.url_of("app_dashboard"))) as built:
        yield built


def test_an_edit_is_kept_with_its_author_and_both_values(dashboard: Services, clinic: Clinic) -> None:
    dashboard.for_viewer(clinic.identity("therapist")).save_inputs(
        "P001S002", SessionInputs(perceived_effort_cr10=5, bfr_percent_aop=52)
    )
    admin = dashboard.for_viewer(clinic.identity("administrator"))
    pressure, effort = admin.list_audit(AuditFilters(actor=str(clinic.people["therapist"])))
    assert (effort.action, effort.table_name, effort.program) == (
        "update",
        "session_settings",
        "app_dashboard",
    )
    assert effort.row_key == str(clinic.sessions["P001S002"])
    assert (effort.before, effort.after) == ({"perceived_effort_cr10": None}, {"perceived_effort_cr10": 5})
    assert (pressure.action, pressure.table_name) == ("insert", "bfr_monitoring")
    assert pressure.after is not None
    assert pressure.after["percent_aop"] == 52


def test_saving_the_same_values_again_is_no_event(dashboard: Services, clinic: Clinic) -> None:
    viewer = dashboard.for_viewer(clinic.identity("therapist"))
    viewer.save_inputs("P001S002", SessionInputs())
    admin = dashboard.for_viewer(clinic.identity("administrator"))
    assert admin.list_audit(AuditFilters(actor=str(clinic.people["therapist"]))) == []


@pytest.mark.parametrize(
    ("table", "statement", "action"),
    [
        ("clinical_notes", "update app.clinical_notes set text = 'Better.'", "update"),
        ("clinical_notes", "delete from app.clinical_notes", "delete"),
        ("patients", "insert into app.patients (code, therapist) values ('P700', auth.uid())", "insert"),
        ("patient_identities", "update app.patient_identities set given_name = 'An'", "update"),
        ("bfr_monitoring", "delete from app.bfr_monitoring", "delete"),
    ],
)
def test_what_a_therapist_changes_leaves_a_trace(
    clinic: Clinic, table: str, statement: str, action: str
) -> None:
    database = Database(clinic.url_of("app_dashboard"), max_connections=1)
    with closing(database), database.acting_as(clinic.identity("therapist")).transaction() as connection:
        connection.execute("select set_config('app.reason', 'typo', true)")
        assert connection.execute(statement.encode()).rowcount == 1
    with psycopg.connect(clinic.url) as connection:
        row = connection.execute(
            "select actor, table_name, action, reason from app.audit_log order by id desc limit 1"
        ).fetchone()
    assert row == (clinic.people["therapist"], table, action, "typo")


@pytest.mark.parametrize("table", ["user_profiles", "scoring_configuration"])
def test_what_an_administrator_changes_leaves_a_trace(clinic: Clinic, table: str) -> None:
    statement = {
        "user_profiles": "update app.user_profiles set site = 'A' where role = 'researcher'",
        "scoring_configuration": "delete from app.scoring_configuration where not protected",
    }[table]
    with clinic.connected("app_dashboard", clinic.claims("administrator")) as connection:
        connection.execute(statement.encode())
        row = connection.execute(
            "select actor, table_name from app.audit_log order by id desc limit 1"
        ).fetchone()
    assert row == (clinic.people["administrator"], table)


def test_opening_and_exporting_are_kept_but_only_for_people(dashboard: Services, clinic: Clinic) -> None:
    researcher = dashboard.for_viewer(clinic.identity("researcher"))
    researcher.record_access("export", "P001S001", reason="trial report")
    assert researcher.list_audit(AuditFilters()) == []
    (entry,) = dashboard.for_viewer(clinic.identity("administrator")).list_audit(
        AuditFilters(row_key="P001S001")
    )
    assert (entry.action, entry.reason, entry.before, entry.after) == ("export", "trial report", None, None)
    with pytest.raises(AccessDeniedError, match="under this sign-in"):
        dashboard.for_viewer(clinic.identity("stranger")).record_access("read", "P001S001")
    with pytest.raises(AccessDeniedError, match="under this sign-in"):
        dashboard.record_access("read", "P001S001")


@pytest.mark.parametrize(
    ("person", "code"),
    [
        ("therapist", "P002S001"),
        ("therapist", "P003S001"),
        ("administrator", "P999S001"),
        ("researcher", "none"),
    ],
)
def test_what_is_not_there_or_a_colleague_s_cannot_be_opened_in_the_log(
    dashboard: Services, clinic: Clinic, person: str, code: str
) -> None:
    viewer = dashboard.for_viewer(clinic.identity(person))
    with pytest.raises(NotFoundError, match="could be opened"):
        viewer.record_access("read", code)
    with pytest.raises(NotFoundError, match="could be opened"):
        viewer.progress.record_opened(code[:4])
    with pytest.raises(NotFoundError, match="nothing was exported"):
        record_exports(viewer.database, [code], "trial")
    with psycopg.connect(clinic.url) as connection:
        row = connection.execute(
            "select count(*) from app.audit_log where action in ('read', 'export')"
        ).fetchone()
    assert row == (0,)


@pytest.mark.parametrize("login_role", ["postgres", "app_worker", "app_listener", "app_dashboard"])
@pytest.mark.parametrize(
    "statement",
    ["update app.audit_log set reason = 'x'", "delete from app.audit_log", "truncate app.audit_log"],
)
def test_nobody_takes_anything_back(clinic: Clinic, login_role: str, statement: str) -> None:
    with (
        psycopg.connect(clinic.url_of(login_role)) as connection,
        pytest.raises(errors.InsufficientPrivilege, match=r"append-only|permission denied"),
    ):
        connection.execute(statement.encode())


def test_an_administrator_takes_nothing_back_either(clinic: Clinic) -> None:
    for statement in ("update app.audit_log set reason = 'x'", "delete from app.audit_log"):
        with (
            clinic.connected("app_dashboard", clinic.claims("administrator")) as connection,
            pytest.raises(errors.InsufficientPrivilege, match="permission denied"),
        ):
            connection.execute(statement.encode())


def test_what_a_person_does_to_a_session_as_a_whole_is_kept_under_its_code(
    dashboard: Services, clinic: Clinic
) -> None:
    database = Database(clinic.url_of("app_dashboard"), max_connections=1)
    upload = "select * from app.ingest_upload('new', 'upload', 'INSERT', 'b', 'P001/new.c3d', 'v1', 1000, 'c', '{}')"
    with psycopg.connect(clinic.url) as connection:
        connection.execute(
            "update app.therapy_sessions set processing_status = 'failed', failure_kind = 'X', failure_message = 'Y'"
            " where session_code = 'P001S002'"
        )
    with closing(database):
        for person, statement in (
            ("therapist", upload),
            ("therapist", "select app.requeue_session('P001S002', 'retry', false)"),
            ("administrator", "delete from app.therapy_sessions where session_code = 'P001S002'"),
        ):
            database.acting_as(clinic.identity(person)).execute(statement)
    admin = dashboard.for_viewer(clinic.identity("administrator"))
    found = admin.list_audit(AuditFilters(table_name="therapy_sessions"))
    assert [(e.actor, e.action, e.row_key, e.subject) for e in found] == [
        (str(clinic.people["administrator"]), "delete", "P001S002", "P001S002"),
        (str(clinic.people["therapist"]), "update", "P001S002", "P001S002"),
        (str(clinic.people["therapist"]), "insert", "P001S003", "P001S003"),
    ]
    assert (found[1].before, found[1].after) == (
        {"processing_status": "failed"},
        {"processing_status": "pending"},
    )


def test_what_programs_do_to_a_session_is_no_ones_doing(dashboard: Services, clinic: Clinic) -> None:
    with psycopg.connect(clinic.url) as connection:
        connection.execute(
            "select app.ingest_storage_event('e', 'webhook', 'INSERT', 'b', 'P001/x.c3d', 'v1', 1000, 'c', '{}')"
        )
        connection.execute("update app.therapy_sessions set processing_status = 'processing'")
        connection.execute("update app.therapy_sessions set processing_status = 'pending'")
    admin = dashboard.for_viewer(clinic.identity("administrator"))
    assert admin.list_audit(AuditFilters(table_name="therapy_sessions")) == []
