"""``make bench``: measure what the product claims, beside other ways, in one run.

``python -m benchmarks NAME...`` runs some of them. Ratios compare figures of one run only: machines differ and
are noisy. ``--smoke`` runs them with the smallest sizes (``benchmarks/smoke.py``): that shows that they run, and
no figure of it means anything.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time

# Imported when it is its turn: some need a browser, and one shall not keep another from running.
BENCHMARKS = {
    "main_job": "benchmarks.main_job",
    "acknowledge": "benchmarks.acknowledge",
    "database": "benchmarks.database",
    "viewer": "benchmarks.viewer",
    "exports": "benchmarks.exports",
    "api": "benchmarks.api",
    "cache": "benchmarks.cache",
    "research": "benchmarks.research",
    "speed": "benchmarks.speed",
    "scaling": "benchmarks.scaling",
    "scale": "benchmarks.scale.__main__",
    "damage": "benchmarks.damage",
    "accuracy": "benchmarks.accuracy.__main__",
}


def main(arguments: list[str]) -> int:
    """Run the named benchmarks, or all; 1 if one of them found what must not be. A smoke run judges nothing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--smoke", action="store_true", help="the smallest sizes: only whether they run")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(BENCHMARKS):
        parser.error(f"there is no benchmark {sorted(unknown)}; choose from {list(BENCHMARKS)}.")
    worst = 0
    for name in options.names or BENCHMARKS:
        worst = max(worst, _run(name, smoke=options.smoke))
    return 0 if options.smoke else worst


def _run(name: str, *, smoke: bool) -> int:
    """Run one benchmark under its first sentence, and return what it found."""
    module = importlib.import_module(BENCHMARKS[name])
    print(f"\n== {name}: {(module.__doc__ or '').splitlines()[0]}", flush=True)
    if not smoke:
        return int(module.main([]))
    from benchmarks.smoke import make_small

    began = time.monotonic()
    found = int(module.main(make_small(name)))
    print(f"== {name} ran in {time.monotonic() - began:.0f} s", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
