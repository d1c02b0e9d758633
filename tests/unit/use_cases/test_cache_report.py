"""The plan's question about Redis is answered from figures, and not without them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from processing.cli.main import main
from processing.use_cases.cache_report import CacheFigures, answer

SLOW_AND_OPENED = CacheFigures(
    since=datetime(2026, 11, 1, tzinfo=UTC),
    days=30,
    n_sessions=20,
    n_opened=11,
    n_recent=20,
    n_recent_opened=11,
    n_before=5,
    looks=100,
    drawn=90,
    memory_hits=80,
    shared_hits=0,
    builds=20,
    slow_builds=11,
    build_s=30.0,
    longest_build_s=4.0,
    rebuilds=3,
)


@pytest.mark.parametrize(
    ("changes", "verdict", "why"),
    [
        ({}, "yes", "Both conditions hold."),
        ({"slow_builds": 10}, "no", "not so: building takes over 1 s."),
        ({"n_opened": 10}, "no", "not so: more than half of the sessions' plots are opened."),
        ({"slow_builds": 0, "n_opened": 0}, "no", "over 1 s and more than half"),
        ({"builds": 19, "slow_builds": 19}, "not enough data", "takes 1 more builds."),
        ({"n_sessions": 3, "n_opened": 3}, "not enough data", "takes 17 more sessions with a result."),
        ({"n_sessions": 0, "n_opened": 0, "slow_builds": 1}, "no", "building takes over 1 s"),
    ],
    ids=["both", "quick", "seldom opened", "neither", "few builds", "few sessions", "quick and unknown"],
)
def test_both_conditions_must_hold_and_one_that_fails_is_enough(
    changes: dict[str, int], verdict: str, why: str
) -> None:
    found = answer(replace(SLOW_AND_OPENED, **changes))  # type: ignore[arg-type]
    assert found.verdict == verdict
    assert why in found.why


def test_what_was_never_built_has_no_average() -> None:
    found = answer(replace(SLOW_AND_OPENED, builds=0, slow_builds=0, build_s=0.0, longest_build_s=None))
    assert found.figures.mean_build_s is None
    assert (found.slow.holds, found.slow.sentence) == (None, "no build is recorded")


@pytest.mark.parametrize("days", ["0", "3651", "-1"])
def test_the_command_refuses_days_that_mean_nothing(days: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["cache-report", f"--days={days}"])
    assert f"{days} days; expected 1 to 3650" in capsys.readouterr().err
