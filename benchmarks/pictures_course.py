"""A patient whose course of training ends today, for the pictures of Today, the timeline and the Inbox."""

from __future__ import annotations

import tempfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np

from processing.demo.plans import MusclePlan, SessionPlan
from processing.demo.synthesis import synthesise_session
from processing.demo.writer import SAMPLES_PER_FRAME, write_session
from tests.running_stack import RunningStack

CROSSED = "P004"
# Days before today, with the effort after it (None: not recorded) and how much of the MVC the left leg reaches.
_DAYS = ((10, 5, 0.70), (9, 5, 0.71), (8, 4, 0.73), (7, None, 0.70), (3, 6, 0.72), (2, 5, 0.74), (1, 6, 0.76))


def announce_course(stack: RunningStack) -> None:
    """Store and announce the patient's recordings, one file that is cut off, and one without a patient."""
    rng = np.random.default_rng(7)
    codes: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        for number, (days, effort, reached) in enumerate(_DAYS, start=1):
            for round_ in range(2):
                plan = _plan(days, effort if round_ else None, reached, round_)
                path = Path(folder) / plan.object_name
                path.parent.mkdir(parents=True, exist_ok=True)
                signals = synthesise_session(plan, rng, samples_per_frame=SAMPLES_PER_FRAME)
                write_session(path, plan, signals, rng)
                data = path.read_bytes()
                stack.announce(stack.put(plan.object_name, data))
                codes.add(f"{CROSSED}S{2 * number - 1 + round_:03d}")
    stack.announce(stack.put("P003/Ghostly_Emg_20260319_09-30-11-0377.c3d", data[: len(data) // 2]))
    stack.announce(stack.put("tablet-2/Ghostly_Emg_20260320_11-02-45-0518.c3d", data[:-1] + b"\x01"))
    stack.wait_for(codes, timeout_s=180)


def _plan(days: int, effort: int | None, reached: float, round_: int) -> SessionPlan:
    when = datetime.combine(date.today() - timedelta(days=days), time(10 + round_, 5 + days))
    return SessionPlan(
        patient_code=CROSSED,
        recorded_at=when,
        file_fraction=100 + days,
        left=MusclePlan(mvc_uv=260.0, effort_range=(reached, 0.98), hold_range_s=(1.7 + reached / 4, 3.1)),
        right=MusclePlan(mvc_uv=290.0, effort_range=(0.74, 1.0), hold_range_s=(2.0, 3.2)),
        level=3,
        score=20.0,
        records_mvc=True,
        perceived_effort_cr10=effort,
        bfr_percent_aop=50.0 if days < 8 else None,
        max_points=24.0,
    )
