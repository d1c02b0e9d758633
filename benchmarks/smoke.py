"""The smallest sizes of every benchmark: that they run is tested with each change, what they measure is not.

A benchmark needs nothing but an entry here: its module's constants that say how much is measured, and arguments for
its ``main``. A constant that was renamed stops the run, so that an entry never turns into a long measurement.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field

from benchmarks import recordings


@dataclass(frozen=True, slots=True)
class Smallest:
    """``constants`` are ``module.NAME`` below ``benchmarks``; ``arguments`` go to ``main``."""

    constants: dict[str, object] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()


SMALLEST = {
    "main_job": Smallest(
        {"main_job._N_ACKNOWLEDGED": 2, "main_job._N_BEFORE": 2, "main_job._N_COMPLETED": 2,
         "main_job._N_STORED": 3, "main_job._N_PLOTS": 2}
    ),
    "acknowledge": Smallest(
        {"acknowledge.RATES": ((20, 0.5),), "acknowledge.HIGHER_RATES": (), "acknowledge.N_HALVINGS": 0,
         "acknowledge.WARM_UP": (1, 1),
         "acknowledge.N_BURST": 2, "acknowledge.N_SPEED_UP": 2, "acknowledge.N_TURNS": 1,
         "acknowledge.N_KILLS": 1, "acknowledge.ONE_INSTALLATION": True}
    ),
    "database": Smallest(arguments=("--small",)),
    "viewer": Smallest(
        {"viewer.N_OPENED": 1, "viewer.N_ZOOMED": 2, "viewer.N_OTHERS": 0, "viewer_edits.N_CORRECTED": 1,
         "viewer_edits.N_TRIED": 1}
    ),
    "api": Smallest(
        {"api.N_COLD": 1, "api.N_WARM": 2, "api.N_ANALYSED": 1, "api.N_EXPORTED": 1, "api.SECONDS": 0.5}
    ),
    "exports": Smallest({"exports.N_TIMES": 2, "exports.N_SESSIONS": 2}),
    "cache": Smallest(
        {"cache.N_OPENED": 1, "cache.N_CODEC": 1, "cache.LONG_S": 20.0, "cache.BUCKETS": (False,)}
    ),
    "research": Smallest(arguments=("--sessions", "2")),
    "speed": Smallest({"speed._N_READS": 1, "speed._N_ANALYSES": 1}, ("--neurokit-repeats", "1")),
    "scaling": Smallest(
        {"scaling._MINUTES": (0.25, 0.5), "scaling._CHANNELS": (2, 4), "scaling._MINUTES_OF_CHANNELS": 0.25,
         "scaling._REPEATS": 1}
    ),
    "scale": Smallest(arguments=("--quick",)),
    "damage": Smallest(arguments=("--files", "30")),
    "accuracy": Smallest(arguments=("--quick", "--workers", "1", "--only", "clean")),
}  # fmt: skip


def make_small(name: str) -> list[str]:
    """Turn down a benchmark of this process, for good, and return the arguments for its ``main``."""
    if name not in SMALLEST:
        raise SystemExit(f"benchmarks/smoke.py has no smallest sizes for the benchmark {name!r}.")
    recordings.SHORT = True
    for path, value in SMALLEST[name].constants.items():
        module_name, constant = path.rsplit(".", 1)
        module = importlib.import_module(f"benchmarks.{module_name}")
        if not hasattr(module, constant):
            raise SystemExit(f"benchmarks/smoke.py turns down {path}, which is not there.")
        setattr(module, constant, value)
    return list(SMALLEST[name].arguments)
