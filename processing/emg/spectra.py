"""What a spectrum is made of: the conditioned channel, the stretches of it that count, and their mean spectrum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from processing.emg.conditioning import condition_channel
from processing.emg.interference import decide_mains_hz
from processing.emg.intervals import Interval, to_mask, true_runs
from processing.emg.parameters import AnalysisParameters
from processing.emg.results import IntervalS
from processing.emg.spectrum import PowerSpectrum, average_psd, compute_psd, unmasked
from processing.recording import BoolArray, FloatArray, Recording

_UV = 1e6
_MIN_BINS = 1024


@dataclass(frozen=True, slots=True, eq=False)
class SpectralSource:
    """One channel ready for spectra; arrays have shape (n_samples,).

    ``recorded_uv`` is as recorded, with straight lines over what is left out; ``filtered_uv`` its EMG band, on which
    MNF and MDF are measured; ``masked`` covers what is left out. ``mains_hz`` is the recording's
    mains frequency, the same for each channel.
    """

    name: str
    sampling_rate_hz: float
    mains_hz: float
    recorded_uv: NDArray[np.float32]
    filtered_uv: NDArray[np.float32]
    masked: BoolArray

    @property
    def n_bytes(self) -> int:
        """Memory that the arrays take."""
        return self.recorded_uv.nbytes + self.filtered_uv.nbytes + self.masked.nbytes

    @property
    def length_s(self) -> float:
        """Length of the recording."""
        return self.masked.size / self.sampling_rate_hz


def spectral_sources(
    recording: Recording, *, parameters: AnalysisParameters | None = None
) -> tuple[SpectralSource, ...]:
    """Return every channel conditioned as the analysis does it, in the recording's order.

    Parameters
    ----------
    recording : Recording
        Samples in volts.
    parameters : AnalysisParameters, optional
        Settings; those of the analysis, so that its frequencies come out again.

    Returns
    -------
    tuple of SpectralSource

    Raises
    ------
    InvalidParameterError
        If the sampling rate leaves no EMG band.
    """
    parameters = parameters or AnalysisParameters()
    rate_hz = recording.metadata.sampling_rate_hz
    mains_hz = decide_mains_hz(recording.emg_v, sampling_rate_hz=rate_hz)
    sources = []
    for info, raw_v in zip(recording.metadata.channels, recording.emg_v, strict=True):
        channel = condition_channel(raw_v, sampling_rate_hz=rate_hz, parameters=parameters, mains_hz=mains_hz)
        recorded = np.nan_to_num(_UV * channel.bridged_v).astype(np.float32)
        filtered = (_UV * channel.filtered_v).astype(np.float32)
        sources.append(
            SpectralSource(info.name, rate_hz, channel.mains_hz, recorded, filtered, channel.masked)
        )
    return tuple(sources)


def contraction_spectra(
    source: SpectralSource, contractions_s: Sequence[IntervalS], *, parameters: AnalysisParameters
) -> list[PowerSpectrum | None]:
    """Return the spectrum of each contraction as the analysis measures it.

    Parameters
    ----------
    source : SpectralSource
        The channel.
    contractions_s : sequence of (onset, offset)
        In seconds.
    parameters : AnalysisParameters
        Settings of Welch's method and the EMG band.

    Returns
    -------
    list of PowerSpectrum or None
        Square microvolts per hertz; None for a contraction that is too short.
    """
    parts = [slice(*_samples(interval, source.sampling_rate_hz)) for interval in contractions_s]
    return [
        band_psd(unmasked(source.filtered_uv[part], source.masked[part]), source.sampling_rate_hz, parameters)
        for part in parts
    ]


def band_psd(
    filtered_uv: FloatArray, sampling_rate_hz: float, parameters: AnalysisParameters
) -> PowerSpectrum | None:
    """Return the spectrum of one stretch within the EMG band, as the analysis measures it.

    Parameters
    ----------
    filtered_uv : ndarray of float, shape (n_samples,)
        Band-passed EMG in microvolts.
    sampling_rate_hz : float
        Samples per second.
    parameters : AnalysisParameters
        Settings.

    Returns
    -------
    PowerSpectrum or None
        None where the stretch is too short or without power.
    """
    return compute_psd(
        filtered_uv,
        sampling_rate_hz=sampling_rate_hz,
        segment_s=parameters.welch_segment_s,
        min_duration_s=parameters.min_spectrum_s,
        low_hz=parameters.bandpass_low_hz,
        high_hz=parameters.bandpass_high_hz,
    )


def usable_stretches(
    source: SpectralSource,
    inside_s: Sequence[IntervalS],
    *,
    outside_s: Sequence[IntervalS] = (),
    min_duration_s: float,
) -> list[Interval]:
    """Return what of some intervals is neither masked nor inside others, in samples.

    Parameters
    ----------
    source : SpectralSource
        The channel.
    inside_s : sequence of (start, stop)
        Where to look, in seconds.
    outside_s : sequence of (start, stop)
        What to leave out, in seconds.
    min_duration_s : float
        Stretches shorter than this are dropped.

    Returns
    -------
    list of (start, stop)
        Half-open, in order; a spectrum must not cross a gap between them.
    """
    rate_hz, n_samples = source.sampling_rate_hz, source.masked.size
    kept = to_mask([_samples(i, rate_hz) for i in inside_s], n_samples)
    kept &= ~to_mask([_samples(i, rate_hz) for i in outside_s], n_samples)
    kept &= ~source.masked
    return [run for run in true_runs(kept) if run[1] - run[0] >= max(min_duration_s * rate_hz, 8)]


def mean_psd(
    y: FloatArray, stretches: Sequence[Interval], *, sampling_rate_hz: float, segment_s: float
) -> PowerSpectrum | None:
    """Return the mean spectrum of some stretches of a signal from 0 Hz to half of the sampling rate.

    Parameters
    ----------
    y : ndarray of float, shape (n_samples,)
        The signal; each segment's mean is removed.
    stretches : sequence of (start, stop)
        In samples; each weighs by its length.
    sampling_rate_hz : float
        Samples per second.
    segment_s : float
        Length of the Hann windows of Welch's method, which overlap by half; a shorter stretch is one window.

    Returns
    -------
    PowerSpectrum or None
        Square units of ``y`` per hertz on a grid of about 1 Hz or finer; None for no stretch.
    """
    n_segment = max(round(segment_s * sampling_rate_hz), 8)
    n_fft = max(_MIN_BINS, 2 ** int(np.ceil(np.log2(max(n_segment, sampling_rate_hz)))))
    spectra = [_welch(y[slice(*stretch)], sampling_rate_hz, n_segment, n_fft) for stretch in stretches]
    return average_psd(spectra, [float(stop - start) for start, stop in stretches])


def _welch(x: FloatArray, sampling_rate_hz: float, n_segment: int, n_fft: int) -> PowerSpectrum:
    """Return the spectrum of one stretch on the common grid."""
    n_segment = min(n_segment, x.size)
    frequency_hz, psd = scipy.signal.welch(
        np.asarray(x, dtype=np.float64),
        sampling_rate_hz,
        window="hann",
        nperseg=n_segment,
        noverlap=n_segment // 2,
        nfft=n_fft,
        detrend="constant",
    )
    return PowerSpectrum(frequency_hz, psd)


def _samples(interval_s: IntervalS, sampling_rate_hz: float) -> Interval:
    """Return an interval in samples; what lies before the recording is cut off."""
    start, stop = (max(0, round(moment * sampling_rate_hz)) for moment in interval_s)
    return start, stop
