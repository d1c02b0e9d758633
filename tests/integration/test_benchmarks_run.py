"""Every benchmark runs with its smallest sizes; what it measures then means nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHMARKS
from benchmarks.smoke import SMALLEST

ROOT = Path(__file__).resolve().parents[2]


def test_every_benchmark_has_its_smallest_sizes() -> None:
    assert set(SMALLEST) == set(BENCHMARKS)


# The database's is run by test_database_benchmark.py, which looks at what it prints, too.
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", sorted(set(BENCHMARKS) - {"database"}))
def test_a_benchmark_runs_with_its_smallest_sizes(name: str) -> None:
    command = [sys.executable, "-m", "benchmarks", "--smoke", name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert f"== {name} ran in" in done.stdout
