"""Clinical notes in several hands."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from processing.errors import AccessDeniedError, EditConflictError, InvalidParameterError, NotFoundError
from processing.services import Services, build_services, closing_services
from processing.settings import Settings
from tests.integration.clinic import Clinic, make_clinic


@pytest.fixture
def clinic(database_url: str) -> Clinic:
    clinic = make_clinic(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "update app.user_profiles set display_name = 'An Therapist' where user_id = %s",
            (clinic.people["therapist"],),
        )
    return clinic


@pytest.fixture
def dashboard(settings: Settings, clinic: Clinic) -> Iterator[Services]:
    with closing_services(build_services(settings, clinic.url_of("app_dashboard"))) as built:
        yield built


def test_a_note_carries_author_moment_and_time(dashboard: Services, clinic: Clinic) -> None:
    mine = dashboard.for_viewer(clinic.identity("therapist"))
    mine.notes.add("P001S002", "  Pain on the left.  ", at_s=12.5)
    (note,) = mine.notes.of_session("P001S002").notes
    assert (note.text, note.at_s, note.author, note.own) == ("Pain on the left.", 12.5, "An Therapist", True)
    assert note.edited_at is None


def test_the_second_editor_of_a_note_is_told_and_nothing_is_lost(dashboard: Services, clinic: Clinic) -> None:
    one, other = (dashboard.for_viewer(clinic.identity("therapist")) for _ in range(2))
    one.notes.add("P001S002", "First.")
    (seen,) = other.notes.of_session("P001S002").notes
    one.notes.change(seen.note_id, "Changed.", at_s=3.0, expected_revision=seen.revision)
    with pytest.raises(EditConflictError, match="changed meanwhile"):
        other.notes.change(seen.note_id, "Mine.", at_s=None, expected_revision=seen.revision)
    with pytest.raises(EditConflictError, match="changed meanwhile"):
        other.notes.delete(seen.note_id, expected_revision=seen.revision)
    (now,) = other.notes.of_session("P001S002").notes
    assert (now.text, now.at_s, now.edited_at is None) == ("Changed.", 3.0, False)
    other.notes.delete(now.note_id, expected_revision=now.revision)
    with pytest.raises(NotFoundError, match="deleted meanwhile"):
        one.notes.change(now.note_id, "Late.", at_s=None, expected_revision=now.revision)


@pytest.mark.parametrize("text", ["", "   \n", "x" * 10_001])
def test_a_note_that_says_nothing_or_too_much_is_refused(
    dashboard: Services, clinic: Clinic, text: str
) -> None:
    with pytest.raises(InvalidParameterError, match="The note"):
        dashboard.for_viewer(clinic.identity("therapist")).notes.add("P001S002", text)


def test_who_may_read_and_write_notes(dashboard: Services, clinic: Clinic) -> None:
    rights = {}
    for person in ("therapist", "researcher", "administrator"):
        found = dashboard.for_viewer(clinic.identity(person)).notes.of_session("P001S001")
        rights[person] = (found.may_read, found.may_write, len(found.notes))
    assert rights == {
        "therapist": (True, True, 1),
        "researcher": (False, False, 0),
        "administrator": (True, True, 1),
    }
    with pytest.raises(NotFoundError, match="no session"):
        dashboard.for_viewer(clinic.identity("colleague")).notes.of_session("P001S001")
    with pytest.raises(AccessDeniedError, match="under this sign-in"):
        dashboard.for_viewer(clinic.identity("researcher")).notes.add("P001S001", "Seen.")


def test_a_researcher_with_the_permission_reads_but_does_not_write(
    dashboard: Services, clinic: Clinic
) -> None:
    with psycopg.connect(clinic.url) as connection:
        connection.execute("update app.user_profiles set may_read_notes = true where role = 'researcher'")
    found = dashboard.for_viewer(clinic.identity("researcher")).notes.of_session("P001S001")
    assert (found.may_read, found.may_write, len(found.notes)) == (True, False, 1)


def test_only_its_author_edits_a_note_but_an_administrator_may_delete_it(
    dashboard: Services, clinic: Clinic
) -> None:
    admin = dashboard.for_viewer(clinic.identity("administrator"))
    (note,) = admin.notes.of_session("P001S001").notes
    assert not note.own
    with pytest.raises(AccessDeniedError, match="Only its author"):
        admin.notes.change(note.note_id, "Corrected.", at_s=None, expected_revision=note.revision)
    admin.notes.delete(note.note_id, expected_revision=note.revision)
    assert admin.notes.of_session("P001S001").notes == ()
