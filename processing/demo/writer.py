"""Writes a session as the game does: groups, parameters and shapes as in its real files. Needs ezc3d."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np

from processing.c3d.head import read_head
from processing.demo.plans import SessionPlan
from processing.demo.synthesis import SAMPLING_RATE_HZ, SessionSignals

POINT_RATE_HZ: Final = 33.0
SAMPLES_PER_FRAME: Final = 30
_LABELS: Final = ("CH1 Raw", "CH2 Raw", "CH1 activated", "CH2 activated")


def write_session(path: Path, plan: SessionPlan, signals: SessionSignals, rng: np.random.Generator) -> None:
    """Write one session to a file; ezc3d writes no other way."""
    import ezc3d

    file = ezc3d.c3d()
    n_frames = signals.emg_v.shape[1] // SAMPLES_PER_FRAME
    file["parameters"]["POINT"]["RATE"]["value"] = [POINT_RATE_HZ]
    file["parameters"]["POINT"]["LABELS"]["value"] = ["PlayerPosition"]
    file["parameters"]["ANALOG"]["RATE"]["value"] = [SAMPLING_RATE_HZ]
    file["parameters"]["ANALOG"]["LABELS"]["value"] = list(_LABELS)
    file["data"]["points"] = _player_position(n_frames, rng)
    file["data"]["analogs"] = np.vstack([signals.emg_v, signals.activated_v])[np.newaxis]
    for group, members in _parameters(plan, signals.emg_v.shape[1]).items():
        for name, value in members.items():
            file.add_parameter(group, name, value)
    file.write(str(path))
    data = path.read_bytes()
    # The game does not fill its last block; ezc3d does.
    path.write_bytes(data[: read_head(data).layout.end])


def _parameters(plan: SessionPlan, n_samples: int) -> dict[str, dict[str, Any]]:
    when = plan.recorded_at
    groups: dict[str, dict[str, Any]] = {
        "SUBJECTS": {
            "MARKER_SET": ["Using ETRO extended marker set"],
            "PLAYER_NAME": [plan.player_name],
            "GAME_SCORE": [plan.score],
        },
        "INFO": {
            "SYSTEM": ["OpenFeasyo"],
            "EVENT": ["gameplay"],
            "GAME_NAME": ["Ghostly"],
            "GAME_LEVEL_NAME": [" ---"],
            "GAME_LEVEL": [plan.level],
            "OPTIMIZED": [0],
            "VERSION": ["OpenFeasyo.Android"],
            "DURATION": [int(n_samples / plan.true_rate_hz)],
            "THERAPIST_ID": ["---"],
            "GROUP_ID": ["N/A"],
            "TIME": [str(part) for part in (when.year, when.month, when.day, when.hour, when.minute)],
        },
    }
    if clinical := _clinical(plan):
        groups["CLINICAL"] = clinical
    return groups


def _clinical(plan: SessionPlan) -> dict[str, Any]:
    """Return what only some files hold; real ones so far hold none of it."""
    values: dict[str, Any] = {}
    if plan.records_mvc:
        values |= {"MVC_CH1": [plan.left.mvc_uv * 1e-6], "MVC_CH2": [plan.right.mvc_uv * 1e-6]}
    if plan.perceived_effort_cr10 is not None:
        values["RPE"] = [float(plan.perceived_effort_cr10)]
    if plan.bfr_percent_aop is not None:
        values["BFR_AOP_PERCENT"] = [plan.bfr_percent_aop]
    if plan.max_points is not None:
        values["MAX_SCORE"] = [plan.max_points]
    return values


def _player_position(n_frames: int, rng: np.random.Generator) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return a wandering ghost on the game's screen, shape (4, 1, n_frames), whole pixels."""
    points = np.ones((4, 1, n_frames))
    points[0, 0] = np.round(320 + 40 * np.sin(np.cumsum(rng.normal(0, 0.08, n_frames))))
    points[1, 0] = np.round(360 + 80 * np.sin(np.cumsum(rng.normal(0, 0.08, n_frames))))
    points[2, 0] = -3.0
    return points
