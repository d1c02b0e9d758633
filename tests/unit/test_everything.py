"""`make test` runs every step whatever fails before it, and ends badly if one of them did."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests import everything
from tests.everything import Step


def _step(name: str, says: str, status: int = 0) -> Step:
    return Step(name, (sys.executable, "-c", f"print({says!r}); raise SystemExit({status})"))


def test_a_lane_goes_on_after_a_failure_and_remembers_it() -> None:
    failed: list[str] = []
    with open("/dev/null", "w") as nowhere:
        everything.run_lane((_step("types", "bad", 1), _step("tests", "good")), nowhere, failed)
    assert failed == ["types"]


def test_both_lanes_are_printed_and_a_failure_in_either_counts(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(everything, "FIRST", (_step("linter", "clean"),))
    monkeypatch.setattr(everything, "MEASURED", (_step("unit", "of the unit"),))
    monkeypatch.setattr(everything, "SEEN", (_step("browser", "of the browser", 1),))
    assert everything.main() == 1
    said = capfd.readouterr().out
    for words in ("clean", "of the unit", "of the browser", "FAILED: browser"):
        assert words in said


def test_what_takes_a_second_stops_what_takes_minutes(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(everything, "FIRST", (_step("linter", "dirty", 1),))
    monkeypatch.setattr(everything, "MEASURED", (_step("unit", "of the unit"),))
    assert everything.main() == 1
    assert "of the unit" not in capfd.readouterr().out


def test_what_tests_write_stays_in_memory_where_there_is_room(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(everything, "MEMORY", tmp_path)
    monkeypatch.setattr(everything, "ROOM_BYTES", 1)
    assert everything.in_memory() == tmp_path
    monkeypatch.setattr(everything, "ROOM_BYTES", 1 << 60)
    assert everything.in_memory() is None
    monkeypatch.setattr(everything, "MEMORY", tmp_path / "none")
    assert everything.in_memory() is None


def test_every_folder_of_tests_is_run() -> None:
    run = " ".join(word for step in (*everything.MEASURED, *everything.SEEN) for word in step.command)
    folders = {path.name for path in (everything.ROOT / "tests").iterdir() if any(path.glob("**/test_*.py"))}
    assert {name for name in folders if f"tests/{name}" not in run} == set()
    for elsewhere in ("tests/unit/pages", everything.BENCHMARKS):
        assert f"--ignore={elsewhere}" in run
        assert run.count(elsewhere) == 2  # left out of one step, run in another
