"""What the older product stored about a recording, in this product's words; what it did not say stays unsaid."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any

from processing.emg.results import Amplitude, ChannelAnalysis, ChannelQuality, Contraction, Fatigue, Spectrum
from processing.recording import (
    ChannelInfo,
    ClockCheck,
    GameInfo,
    RecordedMeasures,
    RecordingMetadata,
    Side,
)
from processing.scoring.model import MuscleScore, SessionScore

_NOT_JUDGED = "Taken over from the older product, which did not judge the quality of the signal."
_NOT_SCORED = "Taken over from the older product; scored when the recording is analysed here."
_UV = {"V": 1e6, "mV": 1e3, "uV": 1.0}
_LEFT, _RIGHT = re.compile(r"(?i)^ch1\b|left|(?-i:L)$"), re.compile(r"(?i)^ch2\b|right|(?-i:R)$")
AMPLITUDE_UNITS = tuple(_UV)


@dataclass(frozen=True, slots=True)
class OlderResult:
    """One row of the older product: ``analytics`` maps a channel to its figures, amplitudes in ``unit``."""

    analytics: Mapping[str, Any]
    sampling_rate_hz: float | None
    duration_s: float | None
    recorded_at: datetime | None
    expected: int
    unit: str = "V"

    @property
    def channels(self) -> dict[str, Mapping[str, Any]]:
        """The figures of each channel; what is no such table is left out."""
        return {name: figures for name, figures in self.analytics.items() if isinstance(figures, Mapping)}

    @property
    def tells_enough(self) -> bool:
        """Whether rate, length and channels are known, without which no result can be shown."""
        return bool(self.sampling_rate_hz and self.duration_s and self.channels)


def older_metadata(older: OlderResult) -> RecordingMetadata:
    """Return what the older product knew about the recording itself."""
    rate, duration = older.sampling_rate_hz or 0.0, older.duration_s or 0.0
    return RecordingMetadata(
        sampling_rate_hz=rate,
        n_samples=round(rate * duration),
        duration_s=duration,
        channels=tuple(
            ChannelInfo(
                name=name,
                label=name,
                index=index,
                side=_side(name),
                unit=older.unit,
                unit_assumed=True,
                volts_per_unit=_UV[older.unit] * 1e-6,
            )
            for index, name in enumerate(older.channels)
        ),
        analog_labels=tuple(older.channels),
        recorded_at=older.recorded_at,
        clock_check=ClockCheck(rate, None, duration, None, None, "The older product kept no clock check."),
        game=GameInfo(),
        measures=RecordedMeasures(),
        notices=(_NOT_JUDGED,),
    )


def older_channels(older: OlderResult) -> tuple[ChannelAnalysis, ...]:
    """Return each channel's figures; the verdict is always ``not_judged``."""
    return tuple(_channel(name, figures, _UV[older.unit]) for name, figures in older.channels.items())


def older_counts(older: OlderResult) -> list[int]:
    """Return how many contractions each channel had, also where the older product kept no list of them."""
    return [_count(figures) for figures in older.channels.values()]


def older_score(older: OlderResult) -> SessionScore:
    """Return the score as this product can give it: not at all, before the recording is analysed here."""
    by_side = {_side(name): figures for name, figures in reversed(older.channels.items())}
    left = _muscle(by_side.get("left"), older.expected)
    right = _muscle(by_side.get("right"), older.expected)
    return SessionScore(None, 0.0, 100.0, left, right, (), (_NOT_SCORED,))


def _channel(name: str, figures: Mapping[str, Any], uv: float) -> ChannelAnalysis:
    contractions = tuple(
        found
        for item in _listed(figures)
        if isinstance(item, Mapping) and (found := _contraction(item, uv)) is not None
    )
    return ChannelAnalysis(
        name=name,
        label=name,
        side=_side(name),
        quality=ChannelQuality("not_judged", (_NOT_JUDGED,), (), None, None, 0.0, ()),
        contractions=contractions,
        faint=(),
        amplitude=Amplitude(
            rms_uv=_scaled(figures.get("rms"), uv),
            mav_uv=_scaled(figures.get("mav"), uv),
            peak_uv=_scaled(figures.get("max_amplitude"), uv),
            plateau_uv=None,
            time_under_tension_s=sum(contraction.duration_s for contraction in contractions),
        ),
        spectrum=Spectrum(mnf_hz=_number(figures.get("mpf")), mdf_hz=_number(figures.get("mdf"))),
        fatigue=Fatigue(None, None, None, None, 0, None, "Not taken over from the older product."),
        mvc=None,
    )


def _contraction(item: Mapping[str, Any], uv: float) -> Contraction | None:
    start, end = _number(item.get("start_time_ms")), _number(item.get("end_time_ms"))
    peak, mean = _scaled(item.get("max_amplitude"), uv), _scaled(item.get("mean_amplitude"), uv)
    if start is None or end is None or end < start or peak is None or mean is None:
        return None
    intensity, duration = item.get("meets_mvc"), item.get("meets_duration")
    return Contraction(
        onset_s=start / 1000,
        offset_s=end / 1000,
        duration_s=(end - start) / 1000,
        peak_uv=peak,
        mean_uv=mean,
        plateau_uv=mean,
        mnf_hz=None,
        mdf_hz=None,
        percent_mvc=None,
        meets_intensity=intensity if isinstance(intensity, bool) else None,
        meets_duration=duration is True,
        doubtful=True,
        doubtful_reason=_NOT_JUDGED,
    )


def _muscle(figures: Mapping[str, Any] | None, expected: int) -> MuscleScore:
    if figures is None:
        return MuscleScore(0, None, expected, None, None, None, None, 0.0, 100.0, "not recorded")
    good = figures.get("good_contraction_count")
    n_good = good if isinstance(good, int) and not isinstance(good, bool) else None
    return MuscleScore(_count(figures), n_good, expected, None, None, None, None, 0.0, 100.0, _NOT_SCORED)


def _listed(figures: Mapping[str, Any]) -> list[Any]:
    found = figures.get("contractions")
    return found if isinstance(found, list) else []


def _count(figures: Mapping[str, Any]) -> int:
    found = figures.get("contraction_count")
    return found if isinstance(found, int) and found >= 0 else len(_listed(figures))


def _side(name: str) -> Side | None:
    if _LEFT.search(name):
        return "left"
    return "right" if _RIGHT.search(name) else None


def _scaled(value: object, factor: float) -> float | None:
    number = _number(value)
    return None if number is None else number * factor


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return float(value)
