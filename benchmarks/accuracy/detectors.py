"""The detectors that are compared: ours, those of two public libraries, and the classic rule."""

from __future__ import annotations

import importlib
import itertools
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy import ndimage
from scipy import signal as dsp

from benchmarks.accuracy.efforts import Array, Flags
from benchmarks.accuracy.session import SAMPLING_RATE_HZ, Session
from processing.c3d import read_recording
from processing.emg.analysis import analyse_recording

# The trial's convention, which every competitor gets too: without it each dip splits a contraction for them.
_MERGE_S: Final = 0.200
_MIN_S: Final = 0.100
# Every session begins with this much rest; detectors that want a calibration get it.
_CALIBRATION_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Found:
    """A detection in seconds. ``doubtful`` is None where the detector does not say."""

    onset_s: float
    offset_s: float
    doubtful: str | None = None


@dataclass(frozen=True, slots=True)
class FoundInChannel:
    """What a detector says about a channel; ``faint`` activity is not counted, ``refused`` says why, if so."""

    contractions: tuple[Found, ...]
    faint: tuple[Found, ...] = ()
    refused: bool = False


Detector = Callable[[Session], list[FoundInChannel]]


def ours(session: Session) -> list[FoundInChannel]:
    """Read the file and analyse it as the product does; a channel that is not judged counts all the same."""
    analysis = analyse_recording(read_recording(session.c3d))
    return [
        FoundInChannel(
            contractions=tuple(
                Found(c.onset_s, c.offset_s, c.doubtful_reason if c.doubtful else None)
                for c in channel.contractions
            ),
            faint=tuple(Found(f.onset_s, f.offset_s) for f in channel.faint),
            refused=channel.quality.verdict == "not_judged",
        )
        for channel in analysis.channels
    ]


def ten_percent_of_maximum(session: Session) -> list[FoundInChannel]:
    """Call active what exceeds 10 % of the maximum of the linear envelope (rectified, 6 Hz low-pass)."""
    sos = dsp.butter(2, 6.0, "lowpass", fs=SAMPLING_RATE_HZ, output="sos")

    def detect(emg: Array) -> Flags:
        envelope = dsp.sosfiltfilt(sos, np.abs(emg))
        return np.asarray(envelope > 0.1 * envelope.max())

    return _each_channel(session, detect)


def neurokit(method: str) -> Detector:
    """Return NeuroKit2's chain: its cleaning, its amplitude, and one of its activation methods.

    It gets millivolts: its mixture model finds nothing at all in volts.
    """
    nk = importlib.import_module("neurokit2")
    inner = importlib.import_module("neurokit2.emg.emg_activation")
    activity_of = {
        "threshold": getattr(inner, "_emg_activation_threshold", None),
        "mixture": getattr(inner, "_emg_activation_mixture", None),
    }[method]
    sanitised = getattr(inner, "_emg_activation_activations", None)

    def marks(amplitude: Array, clean: Array) -> Any:
        # emg_activation() finds its marks with these two at once, then takes seconds to fill a table cell by
        # cell, which nobody needs here.
        if activity_of is not None and sanitised is not None:
            return sanitised(activity_of(amplitude), duration_min=int(0.05 * SAMPLING_RATE_HZ))
        return nk.emg_activation(
            emg_amplitude=amplitude, emg_cleaned=clean, sampling_rate=SAMPLING_RATE_HZ, method=method
        )[1]

    def detect(raw: Array) -> Flags:
        clean = nk.emg_clean(1e3 * raw, sampling_rate=SAMPLING_RATE_HZ)
        info = marks(nk.emg_amplitude(clean), clean)
        return _between(info["EMG_Onsets"], info["EMG_Offsets"], raw.size)

    return lambda session: _each_channel(session, detect, filtered=False)


def biosppy_default() -> Detector:
    """Return BioSPPy's own chain: 100 Hz high-pass, then ``find_onsets``."""
    emg = importlib.import_module("biosppy.signals.emg")

    def detect(raw: Array) -> Flags:
        _, filtered, marks = emg.emg(signal=raw, sampling_rate=SAMPLING_RATE_HZ, show=False)
        level = ndimage.uniform_filter1d(np.abs(filtered), round(0.05 * SAMPLING_RATE_HZ))
        return _between_marks(marks, level, 1.2 * float(level.mean()) + 2.0 * float(level.std()))

    return lambda session: _each_channel(session, detect, filtered=False)


def biosppy_hodges_bui(*, window_s: float, threshold: float) -> Detector:
    """Return BioSPPy's Hodges and Bui detector, on band-passed EMG, calibrated on the first 2 s."""
    emg = importlib.import_module("biosppy.signals.emg")
    size = round(window_s * SAMPLING_RATE_HZ)

    def detect(filtered: Array) -> Flags:
        rest = filtered[: round(_CALIBRATION_S * SAMPLING_RATE_HZ)]
        marks, level = emg.hodges_bui_onset_detector(
            signal=filtered, rest=rest, sampling_rate=SAMPLING_RATE_HZ, size=size, threshold=threshold
        )
        level = np.pad(level, (size // 2, size - 1 - size // 2), mode="edge")
        return _between_marks(marks, level, threshold)

    return lambda session: _each_channel(session, detect)


def biosppy_bonato(*, threshold: float) -> Detector:
    """Return BioSPPy's double-threshold detector, on band-passed EMG, calibrated on the first 2 s."""
    emg = importlib.import_module("biosppy.signals.emg")

    def detect(filtered: Array) -> Flags:
        marks, _ = emg.bonato_onset_detector(
            signal=filtered,
            rest=filtered[: round(_CALIBRATION_S * SAMPLING_RATE_HZ)],
            sampling_rate=SAMPLING_RATE_HZ,
            threshold=threshold,
            active_state_duration=25,
            samples_above_fail=2,
            fail_size=10,
        )
        return _between(marks[::2], marks[1::2], filtered.size)

    return lambda session: _each_channel(session, detect)


OURS: Final = "GHOSTLY"
# Thresholds of BioSPPy's detectors, which it leaves to the caller, are the best of a few tried on "clean".
_MAKERS: Final[dict[str, Callable[[], Detector]]] = {
    OURS: lambda: ours,
    "NeuroKit2 threshold": lambda: neurokit("threshold"),
    "NeuroKit2 mixture": lambda: neurokit("mixture"),
    "BioSPPy find_onsets": biosppy_default,
    "BioSPPy Hodges-Bui": lambda: biosppy_hodges_bui(window_s=0.10, threshold=1.3),
    "BioSPPy Bonato": lambda: biosppy_bonato(threshold=8.0),
    "10 % of maximum": lambda: ten_percent_of_maximum,
}


def available_detectors() -> tuple[dict[str, Detector], list[str]]:
    """Return the detectors that can run here, and why the others cannot."""
    detectors: dict[str, Detector] = {}
    missing: list[str] = []
    for name, make in _MAKERS.items():
        try:
            with _quiet():
                detectors[name] = make()
        except ImportError as exc:
            missing.append(f"{name} is left out: {exc}")
    return detectors, missing


def _each_channel(
    session: Session, detect: Callable[[Array], Flags], *, filtered: bool = True
) -> list[FoundInChannel]:
    """Run a detector on each channel and merge its output; one that fails on a channel finds nothing."""
    sos = dsp.butter(4, (20.0, 450.0), "bandpass", fs=SAMPLING_RATE_HZ, output="sos")
    found = []
    for channel in session.channels:
        signal_v = dsp.sosfiltfilt(sos, channel.raw_v) if filtered else channel.raw_v
        try:
            with _quiet():
                active = detect(np.asarray(signal_v))
        except Exception:
            found.append(FoundInChannel((), refused=True))
        else:
            found.append(FoundInChannel(_merged(active)))
    return found


def _merged(active: Flags) -> tuple[Found, ...]:
    """Return active stretches, gaps of up to 200 ms closed, those under 100 ms dropped."""
    steps = np.diff(np.concatenate([[0], active.astype(np.int8), [0]]))
    runs: list[list[int]] = []
    for start, stop in zip(np.flatnonzero(steps > 0), np.flatnonzero(steps < 0), strict=True):
        if runs and start - runs[-1][1] <= _MERGE_S * SAMPLING_RATE_HZ:
            runs[-1][1] = int(stop)
        else:
            runs.append([int(start), int(stop)])
    return tuple(
        Found(start / SAMPLING_RATE_HZ, stop / SAMPLING_RATE_HZ)
        for start, stop in runs
        if stop - start >= _MIN_S * SAMPLING_RATE_HZ
    )


def _between(onsets: Sequence[int], offsets: Sequence[int], n_samples: int) -> Flags:
    active = np.zeros(n_samples, dtype=np.bool_)
    for start, stop in zip(onsets, offsets, strict=False):
        active[int(start) : int(stop)] = True
    return active


def _between_marks(marks: Sequence[float], level: Array, threshold: float) -> Flags:
    """Return activity from marks of BioSPPy, which hold onsets and offsets without saying which is which.

    A mark that is offset and onset at once stands there only once, so counting every other one goes astray:
    what lies between two marks is active where the level there exceeds the threshold.
    """
    bounds = np.concatenate([[0], np.asarray(marks, dtype=np.int64), [level.size]])
    active = np.zeros(level.size, dtype=np.bool_)
    for start, stop in itertools.pairwise(bounds.tolist()):
        if stop > start:
            active[start:stop] = np.median(level[start:stop]) > threshold
    return active


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the warnings of other people's libraries out of the tables."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield
