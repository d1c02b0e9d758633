"""Several people save the same thing at the same moment: one is kept, everybody else is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from processing.emg.corrections import Correction
from processing.errors import EditConflictError, InvalidParameterError, ProcessingError
from processing.services import LOCAL_CLINICIAN, Services, build_services, closing_services
from processing.settings import Settings
from processing.use_cases.mvc import MvcMeasurement
from processing.use_cases.patients import PatientIdentity
from processing.use_cases.prescriptions import Prescription
from processing.use_cases.read_models import SessionInputs
from tests.builders import make_c3d
from tests.integration.clinic import Clinic, make_clinic

N = 6
CODE = "P014S001"
FOUR = make_c3d(contractions_s=[(2.0, 4.5), (7.0, 9.5), (12.0, 14.5), (16.0, 18.5)])


@pytest.fixture
def clinic(database_url: str) -> Clinic:
    return make_clinic(database_url)


@pytest.fixture
def dashboard(settings: Settings, clinic: Clinic) -> Iterator[Services]:
    with closing_services(build_services(settings, clinic.url_of("app_dashboard"))) as built:
        yield built


def _all_at_once(save: Callable[[int], object]) -> list[ProcessingError | int]:
    """Return for each of N people their own number if it was saved, else what they were told."""
    start = threading.Barrier(N)

    def one(number: int) -> ProcessingError | int:
        start.wait()
        try:
            save(number)
        except ProcessingError as error:
            return error
        return number

    with ThreadPoolExecutor(N) as people:
        return list(people.map(one, range(N)))


def _winner(told: Sequence[ProcessingError | int]) -> int:
    """Return who was first, after making sure that all others were told so."""
    (winner,) = [answer for answer in told if isinstance(answer, int)]
    assert [type(answer) for answer in told if answer is not winner] == [EditConflictError] * (N - 1)
    return winner


def _people(dashboard: Services, clinic: Clinic) -> list[Services]:
    roles = ("therapist", "administrator")
    return [dashboard.for_viewer(clinic.identity(roles[number % 2])) for number in range(N)]


def test_one_note_is_changed_by_one(dashboard: Services, clinic: Clinic) -> None:
    mine = [dashboard.for_viewer(clinic.identity("therapist")) for _ in range(N)]
    mine[0].notes.add("P001S002", "First.")
    (seen,) = mine[0].notes.of_session("P001S002").notes
    winner = _winner(
        _all_at_once(
            lambda n: mine[n].notes.change(
                seen.note_id, f"Mine {n}.", at_s=None, expected_revision=seen.revision
            )
        )
    )
    (now,) = mine[0].notes.of_session("P001S002").notes
    assert (now.text, now.revision) == (f"Mine {winner}.", seen.revision + 1)


def test_entered_values_are_saved_by_one(dashboard: Services, clinic: Clinic) -> None:
    people = _people(dashboard, clinic)
    revision = people[0].inputs_revision("P001S002")
    winner = _winner(
        _all_at_once(
            lambda n: people[n].save_inputs(
                "P001S002",
                SessionInputs(mvc_left_uv=100.0 + n, bfr_percent_aop=40 + n),
                expected_revision=revision,
            )
        )
    )
    inputs = people[0].load_review("P001S002").inputs
    assert (inputs.mvc_left_uv, inputs.bfr_percent_aop) == (100.0 + winner, 40 + winner)


@pytest.mark.parametrize("known", [True, False])
def test_an_identity_is_saved_by_one(dashboard: Services, clinic: Clinic, known: bool) -> None:
    people = _people(dashboard, clinic)
    seen = people[0].patients.identity("P001")
    if not known:
        people[0].patients.save_identity("P001", PatientIdentity(), expected_revision=seen.revision)
        seen = people[0].patients.identity("P001")
    winner = _winner(
        _all_at_once(
            lambda n: people[n].patients.save_identity(
                "P001", PatientIdentity(f"Name {n}"), expected_revision=seen.revision
            )
        )
    )
    assert people[0].patients.identity("P001").identity.family_name == f"Name {winner}"


def test_a_patient_is_assigned_by_one(dashboard: Services, clinic: Clinic) -> None:
    admins = [dashboard.for_viewer(clinic.identity("administrator")).patients for _ in range(N)]
    seen = admins[0].load("P001")
    winner = _winner(
        _all_at_once(
            lambda n: admins[n].change(
                "P001", therapist_id=seen.therapist_id, site=f"Site {n}", expected_revision=seen.revision
            )
        )
    )
    assert admins[0].load("P001").site == f"Site {winner}"


def test_a_prescription_and_a_passport_are_continued_by_one(dashboard: Services, clinic: Clinic) -> None:
    people = _people(dashboard, clinic)
    seen = max((e.revision for e in people[0].prescriptions.prescriptions("P001")), default=0)
    winner = _winner(
        _all_at_once(
            lambda n: people[n].prescriptions.prescribe(
                "P001", Prescription(date(2025, 3, 5), 3 + n, 2, 50.0, 60.0, 1.0), expected_revision=seen
            )
        )
    )
    newest = max(people[0].prescriptions.prescriptions("P001"), key=lambda e: e.revision)
    assert newest.prescription.expected_left == 3 + winner
    measured = max((e.revision for e in people[0].prescriptions.passport("P001")), default=0)
    winner = _winner(
        _all_at_once(
            lambda n: people[n].prescriptions.measure(
                "P001", (MvcMeasurement("left", 100.0 + n, date(2025, 3, 5)),), expected_revision=measured
            )
        )
    )
    last = max(people[0].prescriptions.passport("P001"), key=lambda e: e.revision)
    assert last.measurement.value_uv == 100.0 + winner


@pytest.fixture
def local(services: Services) -> Services:
    """Services of one viewer with an analysed session."""
    mine = services.for_viewer(LOCAL_CLINICIAN)
    outcome = mine.save_upload("P014", "game.c3d", FOUR)
    assert outcome.session_id is not None
    assert services.analyse_session(outcome.session_id) == "completed"
    return mine


def test_the_legs_are_swapped_once(local: Services) -> None:
    seen = local.side_map.load(local.load_review(CODE))
    _winner(_all_at_once(lambda _: local.side_map.swap(CODE, seen)))
    result = local.load_review(CODE).result
    assert result is not None
    assert {c.name: c.side for c in result.channels} == {"CH1": "right", "CH2": "left"}


def test_a_contraction_is_corrected_once(local: Services) -> None:
    seen = local.load_review(CODE)
    assert seen.result is not None
    first = next(c for c in seen.result.channels if c.name == "CH1").contractions[0]
    change = Correction("CH1", "reject", first.onset_s, first.offset_s, reason="artefact")
    told = _all_at_once(lambda _: local.corrections.save(seen, change))
    assert sum(isinstance(answer, int) for answer in told) == 1
    # The same person twice is told that it is done; anybody else that somebody was faster.
    assert all(isinstance(answer, int | EditConflictError | InvalidParameterError) for answer in told)
    assert len(local.load_review(CODE).corrections.log) == 1
