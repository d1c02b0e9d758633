"""What a person types and no database can hold is refused in words, whoever forgot to check it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from processing.errors import InvalidParameterError
from processing.scoring.configuration import ScoringConfiguration, Weights
from processing.services import Services, build_services, closing_services
from processing.settings import Settings
from processing.use_cases.mvc import MvcMeasurement
from processing.use_cases.patients import PatientIdentity
from processing.use_cases.read_models import AuditFilters, SessionFilters, SessionInputs
from processing.use_cases.reprocessing import Candidate, Selection
from tests.integration.clinic import make_clinic
from tests.integration.conftest import fresh_database

NUL, HALF = "a\0b", "a\ud800b"
HUGE = ScoringConfiguration(weights=Weights(compliance=1e308, symmetry=1e308))

TYPED: dict[str, Callable[[Services, str], object]] = {
    "note": lambda s, text: s.notes.add("P001S001", text),
    "reason of a mute": lambda s, text: s.attention.mute("P001", "effort", text),
    "family name": lambda s, text: s.patients.save_identity(
        "P001", PatientIdentity(family_name=text), expected_revision=0
    ),
    "posture": lambda s, text: s.prescriptions.measure(
        "P001", [MvcMeasurement("left", 250.0, date(2026, 1, 1), posture=text)], expected_revision=0
    ),
    "site": lambda s, text: s.patients.add("P777", site=text),
    "name of a configuration": lambda s, text: s.scoring.add(
        text, ScoringConfiguration(weights=Weights(0.4, 0.3, 0.3, 0.0)), expected_version=0
    ),
    "name of a dry run": lambda s, text: s.research.start(text, Candidate(), Selection()),
    "reason of an export": lambda s, text: s.record_access("export", "P001S001", reason=text),
    "search for a session": lambda s, text: s.list_sessions(SessionFilters(patient_code=text)),
    "search in the log": lambda s, text: s.list_audit(AuditFilters(about=text)),
    "address of a session": lambda s, text: s.load_review(text),
    "address of a patient": lambda s, text: s.progress.of_patient(text, today=date(2026, 1, 1)),
}


@pytest.fixture(scope="module")
def administrator(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    for url in fresh_database(server_url):
        clinic = make_clinic(url)
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            data_dir=tmp_path_factory.mktemp("typed"),
            database_url=url,
        )
        with closing_services(build_services(settings, url)) as services:
            yield services.for_viewer(clinic.identity("administrator"))


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.parametrize("text", [NUL, HALF], ids=["nul", "half"])
def test_a_text_that_cannot_be_stored_is_refused_in_words(
    administrator: Services, typed: str, text: str
) -> None:
    with pytest.raises(InvalidParameterError, match="cannot be stored"):
        TYPED[typed](administrator, text)


@pytest.mark.parametrize(
    "enter",
    [
        lambda s: s.scoring.add("mine", HUGE, expected_version=0),
        lambda s: s.research.start("Try", Candidate(scoring=HUGE), Selection()),
        lambda s: s.save_inputs("P001S002", SessionInputs(game_max_points=1e308)),
    ],
    ids=["configuration", "dry run", "points"],
)
def test_a_number_that_nobody_can_mean_is_refused_in_words(
    administrator: Services, enter: Callable[[Services], object]
) -> None:
    with pytest.raises(InvalidParameterError, match=r"is 1e\+308; expected"):
        enter(administrator)


def test_a_value_that_only_the_database_refuses_is_refused_in_words(administrator: Services) -> None:
    with pytest.raises(InvalidParameterError, match="outside what can be stored"):
        administrator.database.execute(
            "update app.session_settings set perceived_effort_cr10 = 11 where session_id ="
            " (select id from app.therapy_sessions where session_code = 'P001S002')"
        )
