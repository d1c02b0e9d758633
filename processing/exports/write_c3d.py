"""A window of signals as a C3D file of its own, written by ezc3d; the recording's own file is never changed."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from processing.errors import InvalidParameterError
from processing.exports.columns import Value
from processing.exports.signals import SignalTable

# Frames of about this rate, as the game writes them: a file may not have more than 65535 frames.
_FRAMES_HZ: Final = 33.0
_WORDS: Final = {
    "raw_uv": "raw",
    "filtered_uv": "filtered",
    "envelope_uv": "RMS envelope",
    "activated_uv": "activated",
    "left_out": "left out",
}
_LONGEST: Final = 120


def samples_per_frame(rate_hz: float) -> int:
    """Return how many samples of a signal make one frame of the file."""
    return max(1, round(rate_hz / _FRAMES_HZ))


def signals_c3d(table: SignalTable) -> bytes:
    """Return a C3D file: analog channels in microvolts (unit ``uV``, scale 1), floats, no points.

    ``CHn left out`` is 1 where a sample was left out of the analysis; missing samples are NaN. A C3D file holds whole
    frames (30 samples at 990 Hz): what is beyond the last whole one is left out. The group ``EXPORT`` says what the
    file is made of; it holds no name and no date.

    Raises
    ------
    InvalidParameterError
        If the window is shorter than a frame.
    """
    import ezc3d

    per_frame = samples_per_frame(table.sampling_rate_hz)
    n_frames = table.time_s.size // per_frame
    if n_frames == 0:
        raise InvalidParameterError(
            f"The window has {table.time_s.size} samples; a C3D file needs a frame of {per_frame} at least."
        )
    n_samples = n_frames * per_frame
    file = ezc3d.c3d()
    parameters = file["parameters"]
    parameters["POINT"]["RATE"]["value"] = [table.sampling_rate_hz / per_frame]
    parameters["ANALOG"]["RATE"]["value"] = [table.sampling_rate_hz]
    parameters["ANALOG"]["LABELS"]["value"] = [f"{c.channel} {_WORDS[c.quantity]}" for c in table.columns]
    parameters["ANALOG"]["UNITS"]["value"] = ["uV" if column.unit else "" for column in table.columns]
    file["data"]["points"] = np.zeros((4, 0, n_frames))
    values = [np.asarray(column.values[:n_samples], dtype=np.float64) for column in table.columns]
    file["data"]["analogs"] = np.vstack(values)[np.newaxis]
    for name, value in _about(table.about).items():
        file.add_parameter("EXPORT", name, value)
    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        path = Path(folder) / "signals.c3d"
        file.write(str(path))
        return path.read_bytes()


def _about(about: Mapping[str, Value]) -> dict[str, Any]:
    """Return what fits into a C3D parameter: numbers and short ASCII; never a file's name or a date."""
    kept = {
        name.upper()[:_LONGEST]: value
        for name, value in about.items()
        if value is not None and name not in ("recorded_at", "file_name")
    }
    return {
        name: [float(value)]
        if isinstance(value, bool | int | float)
        else [value.encode("ascii", "replace").decode()[:_LONGEST]]
        for name, value in kept.items()
    }
