"""``make bench``: measure what the product claims, beside other ways, in one run.

``python -m benchmarks NAME...`` runs some of them. Ratios compare figures of one run only: machines differ and
are noisy.
"""

from __future__ import annotations

import sys

from benchmarks import acknowledge, damage, database, exports, main_job, research, scaling, speed, viewer
from benchmarks.accuracy import __main__ as accuracy

_BENCHMARKS = {
    "main_job": main_job.main,
    "acknowledge": acknowledge.main,
    "database": database.main,
    "viewer": viewer.main,
    "exports": exports.main,
    "research": research.main,
    "speed": speed.main,
    "scaling": scaling.main,
    "damage": damage.main,
    "accuracy": accuracy.main,
}


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; 1 if one of them found what must not be."""
    unknown = set(names) - set(_BENCHMARKS)
    if unknown:
        print(f"There is no benchmark {sorted(unknown)}; choose from {list(_BENCHMARKS)}.", file=sys.stderr)
        return 2
    worst = 0
    for name in names or _BENCHMARKS:
        print(
            f"\n== {name}: {(sys.modules[_BENCHMARKS[name].__module__].__doc__ or '').splitlines()[0]}",
            flush=True,
        )
        worst = max(worst, _BENCHMARKS[name]([]))
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
