"""Patients: who sees them, who they are, and two people who edit one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import psycopg
import pytest

from processing.errors import AccessDeniedError, EditConflictError, InvalidParameterError, NotFoundError
from processing.services import Services, build_services, closing_services
from processing.settings import Settings
from processing.use_cases.patients import PatientIdentity
from tests.integration.clinic import Clinic, make_clinic


@pytest.fixture
def clinic(database_url: str) -> Clinic:
    return make_clinic(database_url)


@pytest.fixture
def dashboard(settings: Settings, clinic: Clinic) -> Iterator[Services]:
    with closing_services(build_services(settings, clinic.url_of("app_dashboard"))) as built:
        yield built


def test_each_viewer_lists_their_patients_and_only_staff_whether_they_are_known(
    dashboard: Services, clinic: Clinic
) -> None:
    seen = {
        person: [
            (p.code, p.n_sessions, p.has_identity)
            for p in dashboard.for_viewer(clinic.identity(person)).patients.list()
        ]
        for person in ("therapist", "researcher", "administrator", "stranger")
    }
    assert seen == {
        "therapist": [("P001", 2, True)],
        "researcher": [(code, 2, None) for code in ("P001", "P002", "P003")],
        "administrator": [(code, 2, True) for code in ("P001", "P002", "P003")],
        "stranger": [],
    }


def test_a_researcher_gets_no_identity_and_a_colleague_none_of_others(
    dashboard: Services, clinic: Clinic
) -> None:
    for person in ("researcher", "colleague", "stranger"):
        with pytest.raises(AccessDeniedError, match="those who treat them"):
            dashboard.for_viewer(clinic.identity(person)).patients.identity("P001")
    known = dashboard.for_viewer(clinic.identity("therapist")).patients.identity("P001")
    assert known.identity == PatientIdentity(family_name="Peeters")


def test_the_second_editor_of_an_identity_is_told(dashboard: Services, clinic: Clinic) -> None:
    one, other = (dashboard.for_viewer(clinic.identity(who)) for who in ("therapist", "administrator"))
    seen = other.patients.identity("P001")
    one.patients.save_identity(
        "P001", PatientIdentity("Peeters", "Jan", date(1950, 2, 1)), expected_revision=seen.revision
    )
    with pytest.raises(EditConflictError, match="meanwhile"):
        other.patients.save_identity("P001", PatientIdentity("Janssens"), expected_revision=seen.revision)
    now = other.patients.identity("P001")
    assert now.identity.given_name == "Jan"
    other.patients.save_identity("P001", PatientIdentity(), expected_revision=now.revision)
    assert other.patients.identity("P001").identity.empty
    with pytest.raises(EditConflictError, match="meanwhile"):
        one.patients.save_identity("P001", PatientIdentity("Peeters"), expected_revision=now.revision)
    one.patients.save_identity("P001", PatientIdentity("Peeters"), expected_revision=0)
    with pytest.raises(EditConflictError, match="meanwhile"):
        other.patients.save_identity("P001", PatientIdentity("Maes"), expected_revision=0)


def test_an_empty_identity_stores_nothing_and_erases_nobody_elses(
    dashboard: Services, clinic: Clinic
) -> None:
    one, other = (
        dashboard.for_viewer(clinic.identity(who)).patients for who in ("therapist", "administrator")
    )
    one.add("P014")
    one.save_identity("P014", PatientIdentity(), expected_revision=0)
    assert (one.identity("P014").revision, one.load("P014").has_identity) == (0, False)
    other.save_identity("P014", PatientIdentity("Maes"), expected_revision=0)
    with pytest.raises(EditConflictError, match="meanwhile"):
        one.save_identity("P014", PatientIdentity(), expected_revision=0)
    assert one.identity("P014").identity == PatientIdentity("Maes")


def test_an_identity_of_a_patient_who_does_not_exist_is_refused(dashboard: Services, clinic: Clinic) -> None:
    admin = dashboard.for_viewer(clinic.identity("administrator")).patients
    with pytest.raises(NotFoundError, match="There is no patient 'P014'"):
        admin.save_identity("P014", PatientIdentity("Maes"), expected_revision=0)


def test_a_hospital_number_names_one_patient(dashboard: Services, clinic: Clinic) -> None:
    admin = dashboard.for_viewer(clinic.identity("administrator")).patients
    admin.save_identity("P001", PatientIdentity(hospital_number="H1"), expected_revision=1)
    with pytest.raises(InvalidParameterError, match="hospital number"):
        admin.save_identity("P002", PatientIdentity(hospital_number="H1"), expected_revision=1)


def test_a_therapists_new_patient_is_theirs_and_a_taken_code_is_named(
    dashboard: Services, clinic: Clinic
) -> None:
    mine = dashboard.for_viewer(clinic.identity("therapist")).patients
    assert mine.add(" p014 ", site="Ward A") == "P014"
    found = mine.load("P014")
    assert (found.site, found.therapist_id, found.n_sessions) == (
        "Ward A",
        str(clinic.people["therapist"]),
        0,
    )
    assert found.missing(today=date(2026, 1, 1), stale_after_days=30) == (
        "prescription",
        "MVC left",
        "MVC right",
    )
    with pytest.raises(EditConflictError, match="a patient P002 already"):
        mine.add("P002")
    with pytest.raises(InvalidParameterError, match="three digits"):
        mine.add("Jan")
    with pytest.raises(AccessDeniedError, match="under this sign-in"):
        dashboard.for_viewer(clinic.identity("researcher")).patients.add("P015")


def test_an_administrator_assigns_and_the_second_is_told(dashboard: Services, clinic: Clinic) -> None:
    admin = dashboard.for_viewer(clinic.identity("administrator")).patients
    colleague = str(clinic.people["colleague"])
    assert colleague in {each.user_id for each in admin.therapists()}
    seen = admin.load("P001")
    admin.change("P001", therapist_id=colleague, site="B", expected_revision=seen.revision)
    assert [p.code for p in dashboard.for_viewer(clinic.identity("colleague")).patients.list()] == [
        "P001",
        "P002",
    ]
    with pytest.raises(EditConflictError, match="meanwhile"):
        admin.change("P001", therapist_id=None, site="C", expected_revision=seen.revision)
    now = admin.load("P001")
    assert (now.therapist_id, now.site) == (colleague, "B")
    with pytest.raises(InvalidParameterError, match="active therapists"):
        admin.change(
            "P001", therapist_id=str(clinic.people["dismissed"]), site="B", expected_revision=now.revision
        )
    with pytest.raises(NotFoundError, match="may be changed under this sign-in"):
        dashboard.for_viewer(clinic.identity("therapist")).patients.change(
            "P002", therapist_id=None, site=None, expected_revision=1
        )


def test_an_arrival_is_no_edit_of_the_patient(services: Services, clinic: Clinic) -> None:
    with psycopg.connect(clinic.url) as connection:
        before = connection.execute("select revision from app.patients where code = 'P001'").fetchone()
        connection.execute(
            "select * from app.ingest_storage_event('e', 'webhook', 'INSERT', 'b', 'P001/9.c3d', 'v', 1, 'c', '{}')"
        )
        assert (
            connection.execute("select revision from app.patients where code = 'P001'").fetchone() == before
        )
