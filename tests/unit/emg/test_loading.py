"""Programs that never analyse do not wait for SciPy; those that do, have it before they are asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PARTS = ("scipy.ndimage", "scipy.signal", "scipy.stats")


def _loaded_by(program: str) -> list[str]:
    shown = f"{program}; import sys; print(*(part for part in {PARTS} if part in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", shown], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.split()


@pytest.mark.parametrize("module", ["processing.services", "processing.cli.start", "processing.emg.analysis"])
def test_what_only_asks_the_database_loads_nothing_of_it(module: str) -> None:
    assert _loaded_by(f"import {module}") == []


def test_what_will_analyse_loads_all_of_it_at_once() -> None:
    assert _loaded_by("from processing.emg.loading import load_scipy; load_scipy()") == list(PARTS)
