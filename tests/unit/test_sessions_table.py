"""The list of sessions at the command line: what is not known is said, never a number that looks like data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from processing.cli.sessions import print_table
from processing.use_cases.read_models import SessionSummary, SideSummary

LEFT = SideSummary("left", "CH1 Raw", "good", (), 12, 9, 12)
RIGHT = SideSummary("right", "CH2 Raw", "not_judged", (), 4, None, 12)
NOBODYS = SideSummary(None, "CH3 Raw", "good", (), 3, None, 12)


def row(capsys: pytest.CaptureFixture[str], **parts: Any) -> str:
    """Return what is printed of one session, on one line."""
    known: dict[str, Any] = {
        "session_id": "1", "session_code": "P001S001", "patient_code": "P001", "object_name": "P001/a.c3d",
        "status": "completed", "received_at": datetime(2026, 3, 1, tzinfo=UTC), "duration_s": 60.0,
        "recorded_at": datetime(2026, 3, 1, 10, 15, tzinfo=UTC), "sides": (LEFT, RIGHT), "score": 71.25,
        "score_low": None, "score_high": None, "failure": None,
    }  # fmt: skip
    print_table([SessionSummary(**known | parts)])
    return " ".join(capsys.readouterr().out.split())


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def test_a_session_is_one_row_with_both_legs_and_its_score(capsys: pytest.CaptureFixture[str]) -> None:
    said = row(capsys)
    assert "P001S001 2026-03-01 10:15 completed" in said
    assert "12 found, 9/12 good, good" in said
    assert "4 found, ?/12 good, not judged" in said
    assert said.endswith("71.2")


def test_a_score_that_cannot_be_given_is_a_range(capsys: pytest.CaptureFixture[str]) -> None:
    assert row(capsys, score=None, score_low=40.2, score_high=90.4).endswith("40 to 90")


@pytest.mark.parametrize("parts", [{}, {"sides": (NOBODYS,), "score_low": 0.0, "score_high": 100.0}])
def test_without_a_result_or_a_leg_there_is_no_score(
    capsys: pytest.CaptureFixture[str], parts: dict[str, Any]
) -> None:
    assert row(capsys, score=None, **parts).endswith("—")


def test_what_was_never_recorded_and_what_failed_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    said = row(
        capsys, recorded_at=None, sides=(), score=None, status="failed", failure="The file is cut short."
    )
    assert "not recorded failed: The file is cut short. — — —" in said
