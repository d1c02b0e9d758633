"""Whether enough branches are taken: ``python -m tests.branches``, after the tests.

coverage.py's own limit is on statements and branches together, which a core of few branches passes easily.
"""

from __future__ import annotations

import json
import sys
import tempfile

from coverage import Coverage

LEAST_PERCENT = 95.0


def main() -> int:
    """Print how many branches were taken; 1 if they are too few."""
    measured = Coverage()
    measured.load()
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        measured.json_report(outfile=report.name)
        totals = json.load(report)["totals"]
    taken, there = totals["covered_branches"], totals["num_branches"]
    percent = 100 * taken / there
    print(
        f"{taken} of {there} branches were taken: {percent:.1f} %, at least {LEAST_PERCENT:g} % are expected."
    )
    return int(percent < LEAST_PERCENT)


if __name__ == "__main__":
    sys.exit(main())
