"""Whose a patient is, the same bytes twice, and parked files that leave the list."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest

from processing.errors import AccessDeniedError, InvalidParameterError, NotFoundError
from processing.services import Services
from processing.use_cases.ingest_types import StorageEvent
from processing.use_cases.read_models import SessionFilters
from tests.builders import make_c3d
from tests.integration.clinic import Clinic, make_clinic

_ALL = SessionFilters()


@pytest.fixture
def clinic(database_url: str) -> Clinic:
    return make_clinic(database_url)


def _arrive(services: Services, name: str) -> None:
    event = StorageEvent("INSERT", services.store.bucket, name, "v1", 1000, "webhook", {})
    services.ingest(event, event_id=uuid4().hex, correlation_id="test")


def test_a_patient_who_arrived_by_itself_waits_for_a_therapist(services: Services, clinic: Clinic) -> None:
    _arrive(services, "P050/a.c3d")
    _arrive(services, "P050/b.c3d")
    filing = services.for_viewer(clinic.identity("administrator")).filing
    (waiting,) = filing.unassigned_patients()
    assert (waiting.code, waiting.n_sessions) == ("P050", 2)
    assert clinic.people["therapist"] in [therapist.user_id for therapist in filing.therapists()]
    assert clinic.people["dismissed"] not in [therapist.user_id for therapist in filing.therapists()]
    filing.assign_patient("P050", clinic.people["therapist"])
    assert filing.unassigned_patients() == []
    theirs = services.for_viewer(clinic.identity("therapist"))
    assert theirs.list_patient_codes() == ["P001", "P050"]
    with psycopg.connect(clinic.url) as connection:
        row = connection.execute(
            "select actor, after from app.audit_log where table_name = 'patients' and action = 'update'"
        ).fetchone()
    assert row is not None
    assert (row[0], row[1]["therapist"]) == (clinic.people["administrator"], str(clinic.people["therapist"]))


def test_a_patient_can_be_taken_from_everybody(services: Services, clinic: Clinic) -> None:
    services.for_viewer(clinic.identity("administrator")).filing.assign_patient("P001", None)
    assert services.for_viewer(clinic.identity("therapist")).list_patient_codes() == []


@pytest.mark.parametrize("person", ["therapist", "researcher", "stranger"])
def test_only_an_administrator_assigns(services: Services, clinic: Clinic, person: str) -> None:
    filing = services.for_viewer(clinic.identity(person)).filing
    with pytest.raises(AccessDeniedError, match="may not be done"):
        filing.assign_patient("P001", clinic.people["colleague"])


@pytest.mark.parametrize("person", ["researcher", "dismissed"])
def test_only_an_active_therapist_is_assigned(services: Services, clinic: Clinic, person: str) -> None:
    filing = services.for_viewer(clinic.identity("administrator")).filing
    with pytest.raises(InvalidParameterError, match="is not an active therapist"):
        filing.assign_patient("P001", clinic.people[person])


def test_an_unknown_patient_is_said_so(services: Services, clinic: Clinic) -> None:
    filing = services.for_viewer(clinic.identity("administrator")).filing
    with pytest.raises(NotFoundError, match="no patient 'P777'"):
        filing.assign_patient("P777", clinic.people["therapist"])


@pytest.fixture
def same_bytes(services: Services, clinic: Clinic) -> Services:
    """One recording under two names of P001 and one of P002."""
    data = make_c3d()
    for name in ("P001/first.c3d", "P001/again.c3d", "P002/misfiled.c3d"):
        services.store.write(name, data)
    services.store.write("P001/other.c3d", make_c3d(seed=7))
    services.reconcile()
    with psycopg.connect(clinic.url) as connection:
        rows = connection.execute(
            "select id::text from app.therapy_sessions where bucket = 'c3d-examples'"
        ).fetchall()
    for (session_id,) in rows:
        services.analyse_session(session_id)
    return services


def _code(services: Services, name: str) -> str:
    return next(s.session_code for s in services.list_sessions(_ALL) if s.object_name == name)


def test_the_same_bytes_are_found_and_a_strange_patient_stays_unnamed(
    same_bytes: Services, clinic: Clinic
) -> None:
    code = _code(same_bytes, "P001/first.c3d")
    found = same_bytes.for_viewer(clinic.identity("therapist")).filing.find_duplicates(code)
    assert [(one.object_name, one.patient_code) for one in found] == [
        ("P001/again.c3d", "P001"),
        (None, None),
    ]
    assert [one.of_another_patient for one in found] == [False, True]
    assert found[1].session_code is found[1].session_at is found[1].received_at is None


@pytest.mark.parametrize("person", ["researcher", "administrator", None])
def test_who_sees_everybody_is_told_both(same_bytes: Services, clinic: Clinic, person: str | None) -> None:
    code = _code(same_bytes, "P001/first.c3d")
    viewer = same_bytes if person is None else same_bytes.for_viewer(clinic.identity(person))
    found = viewer.filing.find_duplicates(code)
    assert {one.object_name for one in found} == {"P001/again.c3d", "P002/misfiled.c3d"}
    assert viewer.filing.find_duplicates(_code(same_bytes, "P001/other.c3d")) == []


def test_of_a_session_that_one_may_not_see_nothing_is_said(same_bytes: Services, clinic: Clinic) -> None:
    code = _code(same_bytes, "P001/first.c3d")
    with pytest.raises(NotFoundError, match="There is no session"):
        same_bytes.for_viewer(clinic.identity("colleague")).filing.find_duplicates(code)


def test_a_parked_file_leaves_the_list_when_it_leaves_the_bucket(services: Services) -> None:
    services.store.write("unknown/a.c3d", b"x")
    services.store.write("unknown/b.c3d", b"x")
    services.reconcile()
    assert {file.object_name for file in services.list_parked_files()} == {"unknown/a.c3d", "unknown/b.c3d"}
    (services.settings.bucket_dir / "unknown" / "a.c3d").unlink()
    services.reconcile()
    assert [file.object_name for file in services.list_parked_files()] == ["unknown/b.c3d"]


def test_a_file_that_comes_back_is_parked_again(services: Services) -> None:
    path = services.settings.bucket_dir / "unknown" / "a.c3d"
    services.store.write("unknown/a.c3d", b"x")
    services.reconcile()
    path.rename(path.with_suffix(".away"))
    services.reconcile()
    assert services.list_parked_files() == []
    path.with_suffix(".away").rename(path)
    services.reconcile()
    assert [file.object_name for file in services.list_parked_files()] == ["unknown/a.c3d"]


def test_a_parked_file_that_became_a_session_leaves_the_list(services: Services) -> None:
    _arrive(services, "unknown/a.c3d")
    with psycopg.connect(services.database.url) as connection:
        connection.execute("insert into app.patients (code) values ('P009')")
        connection.execute(
            "insert into app.therapy_sessions (session_code, patient_id, bucket, object_name, announced_version)"
            " select 'P009S001', id, %s, 'unknown/a.c3d', 'v1' from app.patients",
            (services.store.bucket,),
        )
    assert services.list_parked_files() == []
