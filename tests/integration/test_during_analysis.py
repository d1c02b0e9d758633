"""What happens to a session while its recording is analysed counts, and one that is gone is left alone."""

from __future__ import annotations

from typing import Any

import pytest

from processing.c3d import read_recording
from processing.services import Services
from processing.use_cases.process_session import analyse_claimed
from processing.use_cases.read_models import SessionFilters, SessionInputs
from tests.builders import make_c3d


def test_what_is_entered_during_the_analysis_judges_its_result(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered = SessionInputs(mvc_left_uv=200.0, mvc_right_uv=2000.0, perceived_effort_cr10=5.0)

    def analysing(*values: Any, **how: Any) -> Any:
        fresh = analyse_claimed(*values, **how)
        services.save_inputs("P014S001", entered)
        return fresh

    monkeypatch.setattr("processing.services.facade.read_recording_isolated", read_recording)
    monkeypatch.setattr("processing.use_cases.process_session.analyse_claimed", analysing)
    outcome = services.save_upload("P014", "game.c3d", make_c3d())
    assert services.analyse_session(str(outcome.session_id)) == "completed"
    result = services.load_review("P014S001").result
    assert result is not None
    assert [channel.mvc and channel.mvc.value_uv for channel in result.channels] == [200.0, 2000.0]
    assert [c.meets_intensity for channel in result.channels for c in channel.contractions] == [True, False]
    effort = next(part for part in result.score.parts if part.name == "Effort")
    assert (result.score.left.r_int, result.score.right.r_int, effort.score) == (1.0, 0.0, 100.0)


def test_a_session_that_was_deleted_before_its_analysis_is_gone(services: Services) -> None:
    outcome = services.save_upload("P014", "game.c3d", make_c3d())
    services.database.execute("delete from app.therapy_sessions", {})
    assert services.analyse_session(str(outcome.session_id)) == "gone"
    assert services.list_sessions(SessionFilters()) == []
