"""The benchmark of the database runs, small, and finds nothing wrong."""

from __future__ import annotations

import pytest

from benchmarks import database
from benchmarks.database_plans import tables_read_whole


def test_a_small_run_measures_everything_and_ends_well(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Timings and plans are no tests: so few rows are best read whole, and this machine may be busy.
    monkeypatch.setattr(database.Timed, "fine", property(lambda timed: timed.n_rows > 0))
    monkeypatch.setattr(database, "LIMIT_KB", 100.0)  # every index begins with whole pages
    assert database.main(["--small"]) == 0
    out = capsys.readouterr().out
    assert "kB over 40 sessions" in out
    assert "cohort overview" in out
    assert "copy resumed: 6 rows, verified" in out


def test_a_plan_that_reads_a_large_table_whole_is_noticed() -> None:
    plan = {
        "Node Type": "Limit",
        "Plans": [
            {"Node Type": "Seq Scan", "Relation Name": "therapy_sessions"},
            {"Node Type": "Seq Scan", "Relation Name": "patients"},
            {"Node Type": "Index Scan", "Relation Name": "emg_statistics", "Index Name": "x"},
        ],
    }
    large = ["therapy_sessions", "emg_statistics"]
    assert tables_read_whole([plan], large) == ["therapy_sessions"]
