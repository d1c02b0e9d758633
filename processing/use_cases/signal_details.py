"""What the signal of a session is made of: spectra, their trend and the spectrogram, from conditioned channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from processing.emg.fatigue import compute_fatigue, fi_nsm5
from processing.emg.parameters import AnalysisParameters
from processing.emg.results import ChannelAnalysis, Fatigue, IntervalS, Spectrum
from processing.emg.spectra import (
    SpectralSource,
    band_psd,
    contraction_spectra,
    mean_psd,
    usable_stretches,
)
from processing.emg.spectra_mains import MainsLine, mains_lines
from processing.emg.spectra_trend import TrendLine, fit_trend
from processing.emg.spectrum import PowerSpectrum, average_psd, compute_mdf, compute_mnf

Part: TypeAlias = Literal["contractions", "window", "whole"]

_N_REFERENCE = 3
# Long segments tell a mains line from its surroundings; contractions are too short for them.
_LONG_SEGMENT_S = 1.0


@dataclass(frozen=True, slots=True)
class ContractionFrequencies:
    """Frequencies of one contraction; None where it is too short. ``fi_nsm5`` is 1 in the first three's mean."""

    mnf_hz: float | None
    mdf_hz: float | None
    fi_nsm5: float | None


@dataclass(frozen=True, slots=True, eq=False)
class ChannelDetails:
    """The frequencies of one channel.

    ``selected`` is the spectrum of what was asked for and ``rest`` that of everything outside contractions and faint
    activity, both as recorded, in square microvolts per hertz from 0 to half of the sampling rate; None where there
    is nothing of it. ``frequencies`` are MNF and MDF of the selected part within ``band_hz``. ``mains`` is measured in
    the selected window, or else in the whole recording, and empty where that is shorter than a second.
    ``contractions`` has one entry for each contraction of the analysis; ``trend`` is None where ``fatigue`` says why:
    it needs ``least_contractions`` of them and ``least_snr_db``.
    """

    name: str
    part: Part
    band_hz: tuple[float, float]
    selected: PowerSpectrum | None
    rest: PowerSpectrum | None
    frequencies: Spectrum
    mains: tuple[MainsLine, ...]
    contractions: tuple[ContractionFrequencies, ...]
    fatigue: Fatigue
    trend: TrendLine | None
    least_contractions: int = 6
    least_snr_db: float = 10.0

    @property
    def mains_percent(self) -> float | None:
        """Share of the power that all mains lines hold together; None where nothing could be measured."""
        return sum(line.share_percent for line in self.mains) if self.mains else None


def channel_details(
    source: SpectralSource,
    analysis: ChannelAnalysis,
    *,
    part: Part,
    window_s: IntervalS | None = None,
    parameters: AnalysisParameters | None = None,
) -> ChannelDetails:
    """Return spectrum, mains, frequencies of each contraction and their trend.

    Parameters
    ----------
    source : SpectralSource
        The channel's samples.
    analysis : ChannelAnalysis
        What was found in it; its contractions are those that count.
    part : {"contractions", "window", "whole"}
        What the spectrum is of.
    window_s : (start, stop), optional
        In seconds, for ``window``; the whole recording where left out.
    parameters : AnalysisParameters, optional
        Settings; those of the analysis.

    Returns
    -------
    ChannelDetails
    """
    parameters = parameters or AnalysisParameters()
    around = [window_s or (0.0, source.length_s)] if part == "window" else [(0.0, source.length_s)]
    spans = [(c.onset_s, c.offset_s) for c in analysis.contractions]
    asked = spans if part == "contractions" else around
    stretches = usable_stretches(source, asked, min_duration_s=parameters.min_spectrum_s)
    each = contraction_spectra(source, spans, parameters=parameters)
    fatigue = _fatigue(analysis, each, parameters)
    segment_s = parameters.welch_segment_s if part == "contractions" else _LONG_SEGMENT_S
    rate_hz = source.sampling_rate_hz
    band = (parameters.bandpass_low_hz, min(parameters.bandpass_high_hz, rate_hz / 2))
    return ChannelDetails(
        name=source.name,
        part=part,
        band_hz=band,
        selected=mean_psd(source.recorded_uv, stretches, sampling_rate_hz=rate_hz, segment_s=segment_s),
        rest=_rest(source, analysis, around, segment_s, parameters),
        frequencies=_of_contractions(each, spans)
        if part == "contractions"
        else _of_stretches(source, stretches, parameters),
        mains=mains_lines(
            source.recorded_uv,
            usable_stretches(source, around, min_duration_s=1.0),
            sampling_rate_hz=rate_hz,
            mains_hz=source.mains_hz,
            up_to_hz=band[1],
        ),
        contractions=_frequencies(each),
        fatigue=fatigue,
        trend=_trend(each) if fatigue.mdf_slope_hz_per_contraction is not None else None,
        least_contractions=parameters.fatigue_min_contractions,
        least_snr_db=parameters.fatigue_min_snr_db,
    )


def _rest(
    source: SpectralSource,
    analysis: ChannelAnalysis,
    around_s: Sequence[IntervalS],
    segment_s: float,
    parameters: AnalysisParameters,
) -> PowerSpectrum | None:
    """Return the spectrum of everything that is neither contraction, nor rejected, nor faint activity."""
    counted = [*analysis.contractions, *(found.contraction for found in analysis.rejected)]
    active = [(c.onset_s, c.offset_s) for c in counted] + [(f.onset_s, f.offset_s) for f in analysis.faint]
    resting = usable_stretches(
        source,
        around_s,
        outside_s=active,
        min_duration_s=parameters.welch_segment_s,
    )
    rate_hz = source.sampling_rate_hz
    return mean_psd(source.recorded_uv, resting, sampling_rate_hz=rate_hz, segment_s=segment_s)


def _fatigue(
    analysis: ChannelAnalysis, spectra: Sequence[PowerSpectrum | None], parameters: AnalysisParameters
) -> Fatigue:
    """Return the trend over the contractions as they stand now, measured as the analysis does it."""
    contractions = [
        replace(c, mdf_hz=None if spectrum is None else compute_mdf(spectrum))
        for c, spectrum in zip(analysis.contractions, spectra, strict=True)
    ]
    return compute_fatigue(
        contractions,
        spectra,
        snr_db=analysis.quality.snr_db,
        min_contractions=parameters.fatigue_min_contractions,
        min_snr_db=parameters.fatigue_min_snr_db,
    )


def _frequencies(spectra: Sequence[PowerSpectrum | None]) -> tuple[ContractionFrequencies, ...]:
    """Return the frequencies of each contraction, Dimitrov's index relative to the first three."""
    indices = [None if s is None else fi_nsm5(s) for s in spectra]
    known = [index for index in indices if index is not None]
    reference = float(np.mean(known[:_N_REFERENCE])) if len(known) >= _N_REFERENCE else None
    return tuple(
        ContractionFrequencies(
            mnf_hz=None if spectrum is None else compute_mnf(spectrum),
            mdf_hz=None if spectrum is None else compute_mdf(spectrum),
            fi_nsm5=None if index is None or not reference else index / reference,
        )
        for spectrum, index in zip(spectra, indices, strict=True)
    )


def _trend(spectra: Sequence[PowerSpectrum | None]) -> TrendLine:
    """Return the line through MDF over the contraction's number, counted from 1."""
    known = [(i + 1, compute_mdf(s)) for i, s in enumerate(spectra) if s is not None]
    return fit_trend(np.array([i for i, _ in known], dtype=float), np.array([mdf for _, mdf in known]))


def _of_contractions(spectra: Sequence[PowerSpectrum | None], spans: Sequence[IntervalS]) -> Spectrum:
    """Return MNF and MDF of all contractions together, each weighing by its length."""
    known = [(s, stop - start) for s, (start, stop) in zip(spectra, spans, strict=True) if s is not None]
    return _both(average_psd([s for s, _ in known], [length for _, length in known]))


def _of_stretches(
    source: SpectralSource, stretches: Sequence[tuple[int, int]], parameters: AnalysisParameters
) -> Spectrum:
    """Return MNF and MDF of some stretches together, each weighing by its length."""
    spectra = [
        band_psd(source.filtered_uv[slice(*s)], source.sampling_rate_hz, parameters) for s in stretches
    ]
    known = [
        (s, float(stop - start)) for s, (start, stop) in zip(spectra, stretches, strict=True) if s is not None
    ]
    return _both(average_psd([s for s, _ in known], [length for _, length in known]))


def _both(spectrum: PowerSpectrum | None) -> Spectrum:
    """Return mean and median frequency of a spectrum."""
    if spectrum is None:
        return Spectrum(None, None)
    return Spectrum(compute_mnf(spectrum), compute_mdf(spectrum))
