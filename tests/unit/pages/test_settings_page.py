"""The page Settings: scoring rules with their versions, a new one with its effect, and the numbers of the analysis."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages._components.settings.configuration_words import changed_lines
from pages._components.settings.effect import part_tenths
from pages._components.settings.parameter_words import PARAMETERS, undescribed
from processing.errors import EditConflictError
from processing.scoring.configuration import EffortBand, RateWeights, ScoringConfiguration, Weights
from processing.scoring.model import MuscleCount, ScoreInputs
from processing.scoring.session import score_session
from processing.use_cases.scoring_configurations import ConfigurationChoice, StoredConfiguration
from tests.unit.pages.conftest import Launch, texts
from tests.unit.pages.fakes import FakeServices, every_state
from tests.unit.pages.fakes_research import AT, FakeScoring

NEW = "settings:scoring:new:1"


def services_with(scoring: FakeScoring) -> FakeServices:
    services = FakeServices(reviews=every_state())
    made: Any = services
    made.scoring = scoring
    return services


def press(at: AppTest, label: str) -> AppTest:
    (button,) = [each for each in at.button if each.label == label]
    return button.click().run()


def test_the_trials_rules_are_shown_with_their_values(launch: Launch) -> None:
    at = launch(services_with(FakeScoring()), "settings.py")
    assert not at.exception
    assert "**trial v1** scores new sessions; nobody chose another one yet." in texts(at)
    listed, values, *analysis = [table.value for table in at.table]
    assert list(listed["Configuration"]) == ["trial v1"]
    assert list(listed["Sessions scored with it"]) == [12]
    assert values["Value"][0] == "Compliance 50 % · Symmetry 25 % · Effort 25 % · Game points 0 %"
    assert sum(len(table) for table in analysis if "Setting" in table) == len(PARAMETERS)


def test_a_new_version_shows_its_effect_before_it_is_kept(launch: Launch) -> None:
    scoring = FakeScoring()
    at = launch(services_with(scoring), "settings.py")
    at.number_input(key=f"{NEW}:weights:symmetry").set_value(0.0).run()
    shown = {metric.label: metric.value for metric in at.metric}
    assert set(shown) == {"Score now", "Score with these rules"}
    assert "Symmetry 25 %" in texts(at)
    assert scoring.added == []
    at.text_input(key=f"{NEW}:name").set_value("site").run()
    assert "It becomes site v1." in texts(at)
    press(at, "Keep as a new version")
    assert scoring.added == [("site", ScoringConfiguration(weights=Weights(0.5, 0.0, 0.25, 0.0)), 0)]
    assert "**trial v1** scores new sessions" in texts(at)


def test_every_value_of_a_configuration_can_be_changed(launch: Launch) -> None:
    scoring = FakeScoring()
    at = launch(services_with(scoring), "settings.py")
    at.number_input(key=f"{NEW}:rates:duration").set_value(2.0)
    at.radio(key=f"{NEW}:denominator").set_value("expected")
    at.button(key=f"{NEW}:less").click().run()
    at.number_input(key=f"{NEW}:band:1:score").set_value(70.0)
    at.number_input(key=f"{NEW}:otherwise").set_value(10.0)
    at.number_input(key=f"{NEW}:low").set_value(40.0)
    at.text_input(key=f"{NEW}:name").set_value("site").run()
    press(at, "Keep as a new version")
    assert scoring.added[0][1] == ScoringConfiguration(
        rate_weights=RateWeights(1.0, 1.0, 2.0),
        effort_bands=(EffortBand(4.0, 6.0, 100.0), EffortBand(3.0, 7.0, 70.0)),
        effort_otherwise=10.0,
        bfr_low_percent_aop=40.0,
        rate_denominator="expected",
    )


def test_weights_that_are_all_zero_say_what_is_wrong(launch: Launch) -> None:
    at = launch(services_with(FakeScoring()), "settings.py")
    for name in ("compliance", "symmetry", "effort"):
        at.number_input(key=f"{NEW}:weights:{name}").set_value(0.0)
    at.run()
    assert "at least one must be positive" in at.error[0].value


def test_who_chooses_after_a_colleague_is_told_before_it_counts(launch: Launch) -> None:
    scoring = FakeScoring()
    scoring.stored.append(
        StoredConfiguration(2, "site", 1, ScoringConfiguration(effort_otherwise=0.0), False, "Ann", AT)
    )
    at = launch(services_with(scoring), "settings.py")
    at.selectbox(key="settings:scoring:look").set_value(scoring.stored[1]).run()
    at.text_input[0].set_value("The site's protocol")
    scoring.choice = ConfigurationChoice(1, 1, "Meanwhile", "Bea", AT)
    press(at, "Use from now on")
    assert "Not saved: Somebody else chose a configuration meanwhile." in at.error[0].value
    assert scoring.chosen == []
    press(at, "Use from now on")
    assert scoring.chosen == [(2, "The site's protocol", 1)]
    assert "**site v1** scores new sessions since" in texts(at)


def test_a_version_that_is_refused_says_why(launch: Launch) -> None:
    scoring = FakeScoring(refusal=EditConflictError("Somebody else added a version of 'site' meanwhile."))
    at = launch(services_with(scoring), "settings.py")
    at.number_input(key=f"{NEW}:otherwise").set_value(10.0)
    at.text_input(key=f"{NEW}:name").set_value("site").run()
    press(at, "Keep as a new version")
    assert "Not saved: Somebody else added a version" in at.error[0].value


def test_a_therapist_reads_and_finds_nothing_to_change(launch: Launch) -> None:
    at = launch(services_with(FakeScoring()), None)
    at.session_state["local_role"] = "therapist"
    at.switch_page("settings.py").run()
    assert "Administrators add versions" in texts(at)
    assert [
        button.label for button in at.button if button.label in ("Keep as a new version", "Use from now on")
    ] == []


@pytest.mark.parametrize("held", range(13))
def test_the_printed_parts_add_up_to_the_printed_score(held: int) -> None:
    left, right = MuscleCount(12, 9, held, min(held, 9), 12), MuscleCount(11, 7, 5, 4, 12)
    for effort in (None, 3.0, 5.0):
        score = score_session(ScoreInputs(left, right, perceived_effort_cr10=effort))
        assert score.total is not None
        assert sum(part_tenths(score).values()) == round(10 * score.total)


def test_every_setting_of_the_analysis_is_described() -> None:
    assert undescribed() == set()


def test_the_changed_lines_name_what_was_and_what_is() -> None:
    (line,) = changed_lines(ScoringConfiguration(), ScoringConfiguration(bfr_low_percent_aop=40.0))
    assert line == (
        "Cuff pressure: the whole score is 0 outside 45–55\u202f% AOP → the whole score is 0 outside 40–55\u202f% AOP"
    )
