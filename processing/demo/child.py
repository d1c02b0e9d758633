"""Makes all demo recordings in a process of its own, so that ezc3d never enters the caller's."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from processing.demo.plans import SESSIONS
from processing.demo.synthesis import synthesise_session
from processing.demo.writer import SAMPLES_PER_FRAME, write_session


def main(folder: str, seed: int) -> None:
    """Write every session below a folder, under its object name."""
    streams = np.random.default_rng(seed).spawn(len(SESSIONS))
    for plan, rng in zip(SESSIONS, streams, strict=True):
        path = Path(folder) / plan.object_name
        path.parent.mkdir(parents=True, exist_ok=True)
        signals = synthesise_session(plan, rng, samples_per_frame=SAMPLES_PER_FRAME)
        write_session(path, plan, signals, rng)
