"""The parts of SciPy that analyses use are half of what a program takes to start, so they load when one is first used.

``scipy.signal.welch`` loads ``scipy.signal``; ``from scipy import signal`` would load it in every program, also in
those that never analyse. Programs that will, load all of it before they are asked to.
"""

from __future__ import annotations

from importlib import import_module

_PARTS = ("ndimage", "signal", "stats")


def load_scipy() -> None:
    """Load what the first analysis would otherwise wait for, half a second."""
    for part in _PARTS:
        import_module(f"scipy.{part}")
