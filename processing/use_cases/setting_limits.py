"""How far a setting of the analysis may be tried: beyond it a slip of the finger would cost hours, or the worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from processing.emg.parameters import AnalysisParameters
from processing.errors import InvalidParameterError

Limits = tuple[float, float]

# By name, where the unit alone says too little: how much is computed grows with the one, shrinks with the other.
_OF_NAMES: dict[str, Limits] = {
    "bandpass_order": (1, 10),
    "bandpass_low_hz": (0.1, 10_000),
    "bandpass_high_hz": (1, 100_000),
    "mains_notch_q": (1, 1000),
    "fatigue_min_contractions": (2, 1000),
    "temporal_window_s": (0.1, 60),
    "temporal_overlap_percent": (0, 90),
    "welch_segment_s": (0.02, 60),
    "sustained_bin_s": (0.005, 60),
    "noise_floor_window_s": (0.1, 600),
    "onset_false_alarm": (1e-12, 0.5),
    "offset_false_alarm": (1e-12, 0.5),
    "spike_max_width_s": (0.001, 0.5),
    "edge_window_s": (0.005, 5),
}
# By the end of the name, that is the unit.
_OF_UNITS: tuple[tuple[str, Limits], ...] = (
    ("_percent", (0, 100)),
    ("_percentile", (1, 99)),
    ("_db", (0, 200)),
    ("_hz", (0, 100_000)),
    ("_uv", (0, 1_000_000)),
    ("_s", (0, 600)),
)
_OTHERS: Limits = (0, 1_000_000)


def check_limits(settings: Mapping[str, Any]) -> None:
    """Refuse a setting that lies beyond its limits; one that is switched off (None) has none.

    Raises
    ------
    InvalidParameterError
        Naming the setting, its value and the limits.
    """
    for name, value in settings.items():
        low, high = limits_of(name)
        if value is not None and not low <= value <= high:
            raise InvalidParameterError(f"{name} is {value:g}; expected {low:g} to {high:g}.")


def limits_of(name: str) -> Limits:
    """Return the lowest and the highest value of a setting that may be tried, both included."""
    if name in _OF_NAMES:
        return _OF_NAMES[name]
    return next((limits for unit, limits in _OF_UNITS if name.endswith(unit)), _OTHERS)


def own_values() -> dict[str, Any]:
    """Return every setting with the program's own value."""
    own = AnalysisParameters()
    return {name: getattr(own, name) for name in AnalysisParameters.__dataclass_fields__}
