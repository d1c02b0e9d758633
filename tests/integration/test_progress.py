"""A patient's timeline with its marks, and two sessions side by side, on the real database."""

from __future__ import annotations

from datetime import date

import psycopg
import pytest

from processing.errors import InvalidParameterError, NotFoundError
from processing.services import Services
from processing.use_cases.mvc import MvcMeasurement
from processing.use_cases.progress import SessionMarks
from processing.use_cases.read_models import AuditFilters
from tests.builders import make_c3d
from tests.integration.clinic import Clinic, make_clinic

TODAY = date(2026, 3, 20)


@pytest.fixture
def clinic(database_url: str) -> Clinic:
    return make_clinic(database_url)


def of_person(services: Services, clinic: Clinic, person: str) -> Services:
    return services.for_viewer(clinic.identity(person))


def test_notes_are_counted_for_those_who_may_read_them(services: Services, clinic: Clinic) -> None:
    for person, n_notes in (("therapist", 1), ("administrator", 1), ("researcher", 0)):
        found = of_person(services, clinic, person).progress.of_patient("P001", today=TODAY)
        assert found.may_read_notes is (n_notes > 0)
        assert sum(marks.n_notes for marks in found.marks.values()) == n_notes


def test_a_colleagues_patient_is_not_to_be_found(services: Services, clinic: Clinic) -> None:
    progress = of_person(services, clinic, "colleague").progress
    with pytest.raises(NotFoundError, match="no patient 'P001'"):
        progress.of_patient("P001", today=TODAY)
    with pytest.raises(NotFoundError, match="no session 'P001S001'"):
        progress.compare("P001S001", "P001S002")


def test_opening_a_timeline_is_found_again_in_the_audit_log_of_the_patient(
    services: Services, clinic: Clinic
) -> None:
    of_person(services, clinic, "therapist").progress.record_opened("P001")
    entries = of_person(services, clinic, "administrator").list_audit(
        AuditFilters(about="P001", action="read")
    )
    assert [(entry.table_name, entry.row_key) for entry in entries] == [("patients", "P001")]


def test_a_copy_and_a_target_of_its_own_are_marked(services: Services) -> None:
    data = make_c3d()
    for number in range(2):
        services.store.write(f"P001/{number}.c3d", data)
    services.reconcile()
    with psycopg.connect(services.database.url) as connection:
        ids = connection.execute(
            "select id::text from app.therapy_sessions order by received_at, id"
        ).fetchall()
        for (session_id,) in ids:
            services.analyse_session(session_id)
        connection.execute(
            "update app.session_settings set expected_contractions = 12, target_percent_mvc = 75,"
            " target_duration_s = 3 where session_id = %s",
            ids[0],
        )
    found = services.progress.of_patient("P001", today=TODAY)
    first, second = (s.session_code for s in sorted(found.timeline.sessions, key=lambda s: s.session_code))
    copies = {code: marks.copy_of for code, marks in found.marks.items()}
    assert set(copies.values()) - {None} <= {first, second}
    assert sum(copy is not None for copy in copies.values()) == 1
    assert sorted(found.hold_s_of(session) for session in found.timeline.sessions) == [2.0, 3.0]
    assert found.adherence is not None
    assert found.adherence.n_done == 1
    assert services.progress.compare(first, second).same_recording


def test_two_sessions_are_comparable_against_one_mvc_and_not_against_two(services: Services) -> None:
    for number in range(2):
        services.store.write(f"P001/{number}.c3d", make_c3d(seed=number))
    services.reconcile()
    with psycopg.connect(services.database.url) as connection:
        ids = connection.execute("select id::text from app.therapy_sessions").fetchall()
    for (session_id,) in ids:
        services.analyse_session(session_id)
    codes = ("P001S001", "P001S002")
    assert [g.obstacles[0].kind for g in services.progress.compare(*codes).guard] == ["no_mvc", "no_mvc"]
    measured = [MvcMeasurement(side, 250.0, date(2020, 1, 1)) for side in ("left", "right")]
    services.prescriptions.measure("P001", measured, expected_revision=0)
    assert all(guard.amplitude for guard in services.progress.compare(*codes).guard)
    assert services.progress.compare(*codes).in_percent_mvc


def test_marks_are_none_for_ordinary_sessions(services: Services, clinic: Clinic) -> None:
    found = of_person(services, clinic, "therapist").progress.of_patient("P001", today=TODAY)
    ordinary = [s for s in found.timeline.sessions if s.session_code not in found.marks]
    assert len(ordinary) == 1
    assert found.marks_of(ordinary[0]) == SessionMarks()


def test_a_session_is_not_compared_with_itself(services: Services, clinic: Clinic) -> None:
    with pytest.raises(InvalidParameterError, match="cannot be compared with itself"):
        of_person(services, clinic, "therapist").progress.compare("P001S001", "P001S001")
