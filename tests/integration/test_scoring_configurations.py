"""Scoring configurations: stored as versions, chosen for new analyses, kept by what was scored."""

from __future__ import annotations

import pytest

from processing.c3d import read_recording
from processing.errors import AccessDeniedError, EditConflictError, InvalidParameterError
from processing.scoring.configuration import ScoringConfiguration, Weights
from processing.services import LOCAL_CLINICIAN, LOCAL_RESEARCHER, LOCAL_THERAPIST, Services
from processing.use_cases.read_models import SessionFilters, SessionInputs
from tests.builders import make_c3d

COMPLIANCE_ONLY = ScoringConfiguration(weights=Weights(1.0, 0.0, 0.0, 0.0))


@pytest.fixture
def administrator(services: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    monkeypatch.setattr("processing.services.facade.read_recording_isolated", read_recording)
    return services.for_viewer(LOCAL_CLINICIAN)


def analyse(services: Services, number: int) -> str:
    """Bring and analyse a recording, and return its session's code."""
    services.store.write(
        f"P001/{number}.c3d", make_c3d(seed=number, duration_s=8.0, contractions_s=[(1.0, 3.5)])
    )
    services.reconcile()
    (session,) = [
        s for s in services.list_sessions(SessionFilters()) if s.object_name == f"P001/{number}.c3d"
    ]
    assert services.analyse_session(session.session_id) == "completed"
    services.save_inputs(session.session_code, SessionInputs(mvc_left_uv=200.0, mvc_right_uv=200.0))
    return session.session_code


def parts_of(services: Services, code: str) -> list[str]:
    result = services.load_review(code).result
    assert result is not None
    return [part.name for part in result.score.parts]


def test_at_first_there_is_the_trials_configuration_and_it_is_current(administrator: Services) -> None:
    rules = administrator.scoring.rules()
    assert [(c.label, c.protected) for c in rules.configurations] == [("trial v1", True)]
    assert rules.current.label == "trial v1"
    assert rules.current.configuration == ScoringConfiguration()
    assert rules.choice.revision == 0


def test_a_chosen_configuration_scores_what_comes_and_leaves_what_was_scored(
    administrator: Services, services: Services
) -> None:
    earlier = analyse(services, 1)
    number = administrator.scoring.add("site", COMPLIANCE_ONLY, expected_version=0)
    administrator.scoring.choose(number, reason="No effort is asked here", expected_revision=0)
    later = analyse(services, 2)
    assert parts_of(services, later) == ["Compliance"]
    assert parts_of(services, earlier) == ["Compliance", "Symmetry", "Effort"]
    review = services.load_review(earlier)
    services.save_inputs(earlier, SessionInputs(mvc_left_uv=180.0, mvc_right_uv=180.0))
    services.analyse_session(review.summary.session_id, force=True)
    assert parts_of(services, earlier) == ["Compliance", "Symmetry", "Effort"]
    assert services.load_review(earlier).inputs.scoring == ScoringConfiguration()
    counted = {c.label: c.n_sessions for c in administrator.scoring.rules().configurations}
    assert counted == {"site v1": 1, "trial v1": 1}


def test_of_two_who_choose_or_add_at_once_the_second_is_told(administrator: Services) -> None:
    number = administrator.scoring.add("site", COMPLIANCE_ONLY, expected_version=0)
    administrator.scoring.choose(number, reason="First", expected_revision=0)
    with pytest.raises(EditConflictError, match="Somebody else chose a configuration meanwhile"):
        administrator.scoring.choose(1, reason="Second", expected_revision=0)
    with pytest.raises(EditConflictError, match="Somebody else added a version of 'site' meanwhile"):
        administrator.scoring.add("site", ScoringConfiguration(effort_otherwise=0.0), expected_version=0)
    assert administrator.scoring.rules().choice.reason == "First"


@pytest.mark.parametrize(
    ("name", "configuration", "why"),
    [
        ("copy", ScoringConfiguration(), "These are the values of 'trial v1'"),
        ("trial", COMPLIANCE_ONLY, "the trial's own definition"),
        ("  ", COMPLIANCE_ONLY, "expected 1 to 100"),
    ],
)
def test_a_version_that_nobody_could_tell_apart_is_refused(
    administrator: Services, name: str, configuration: ScoringConfiguration, why: str
) -> None:
    with pytest.raises(InvalidParameterError, match=why):
        administrator.scoring.add(name, configuration, expected_version=0)


@pytest.mark.parametrize("identity", [LOCAL_THERAPIST, LOCAL_RESEARCHER])
def test_therapists_and_researchers_read_and_do_not_write(services: Services, identity: object) -> None:
    theirs = services.for_viewer(identity).scoring  # type: ignore[arg-type]
    assert theirs.rules().current.label == "trial v1"
    with pytest.raises(AccessDeniedError, match="under this sign-in"):
        theirs.add("mine", COMPLIANCE_ONLY, expected_version=0)
    with pytest.raises(AccessDeniedError, match="under this sign-in"):
        theirs.choose(1, reason="Mine", expected_revision=0)


def test_choosing_is_in_the_audit_log_with_its_reason(administrator: Services, services: Services) -> None:
    administrator.scoring.choose(1, reason="As the protocol says", expected_revision=0)
    row = services.database.fetch_one(
        "select actor::text, after ->> 'reason' as reason from app.audit_log where table_name = 'scoring_choice'"
    )
    assert row == {"actor": str(LOCAL_CLINICIAN.user_id), "reason": "As the protocol says"}
