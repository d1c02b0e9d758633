"""The pages look as they did when somebody last looked: ``RENEW_GOLDEN=1 pytest tests/unit/reports/test_golden.py``.

Look at the new pictures in ``tests/golden`` before keeping them.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from processing.reports import ReportOptions, ReportSource, typeset_report
from tests.unit.reports.reading import grey_pages
from tests.unit.reports.sources import one_leg_not_judged, ordinary, reviewed, without_any_mvc

GOLDEN = Path(__file__).parents[2] / "golden"
LARGEST_BYTES = 150_000
# Share of pixels that may differ by more than an eighth of the range: edges of letters do, a moved line does more.
MOST_DIFFERENT = 0.002

SHEETS = {
    "clinical": (ordinary, ReportOptions()),
    "clinical-no-mvc": (without_any_mvc, ReportOptions(include_raw=True)),
    "clinical-not-judged": (one_leg_not_judged, ReportOptions()),
    "patient": (reviewed, ReportOptions(sheet="patient")),
}


def pictures(source: ReportSource, options: ReportOptions) -> list[NDArray[np.float64]]:
    return grey_pages(typeset_report(source, options).pdf(), dpi=80)


def different(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the share of pixels that clearly differ; all of them where the sizes do."""
    return 1.0 if one.shape != other.shape else float(np.mean(np.abs(one - other) > 32))


@pytest.mark.parametrize("name", SHEETS)
def test_pages_look_as_they_did(name: str) -> None:
    source, options = SHEETS[name]
    for number, page in enumerate(pictures(source(), options), start=1):
        path = GOLDEN / f"{name}-{number}.png"
        if os.environ.get("RENEW_GOLDEN"):
            GOLDEN.mkdir(exist_ok=True)
            coarse = 17 * np.round(page / 17)  # sixteen tones compress well
            Image.fromarray(coarse.astype(np.uint8)).save(path, optimize=True)
        assert path.stat().st_size <= LARGEST_BYTES
        share = different(page, np.asarray(Image.open(path).convert("L"), dtype=np.float64))
        assert share <= MOST_DIFFERENT, f"{path.name}: {share:.2%} of the pixels differ; renew and look"


def test_a_changed_page_does_not_pass_for_the_old_one() -> None:
    page = pictures(ordinary(), ReportOptions())[0]
    changed = pictures(one_leg_not_judged(), ReportOptions())[0]
    assert different(page, changed) > 5 * MOST_DIFFERENT
    moved = np.roll(page, 2, axis=0)
    assert different(page, moved) > 5 * MOST_DIFFERENT
