"""Costs of a score's steps in tenths of a point, rounded so that what is printed adds up to the printed score."""

from __future__ import annotations

import math
from collections.abc import Sequence

from processing.scoring.explanation import Step
from processing.scoring.model import SessionScore


def printed_tenths(steps: Sequence[Step], score: SessionScore) -> dict[int, int]:
    """Return, by position, what each step that counts cost in tenths of a point.

    Each cost is cut to tenths; the tenths that are missing go to the costs that lost most, so that 100 less all of
    them is exactly the score with one decimal. Where there is no total nothing has to add up, and each is rounded by
    itself. Steps whose cost is not known are left out.
    """
    exact = {i: 10 * step.lost for i, step in enumerate(steps) if step.lost is not None and step.counts}
    if score.total is None:
        return {i: round(value) for i, value in exact.items()}
    tenths = {i: math.floor(value + 1e-9) for i, value in exact.items()}
    missing = 1000 - round(10 * score.total) - sum(tenths.values())
    for i in sorted(exact, key=lambda i: tenths[i] - exact[i])[: max(0, missing)]:
        tenths[i] += 1
    return tenths
