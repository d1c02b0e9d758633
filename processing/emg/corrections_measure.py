"""From corrected edges to a corrected channel: everything is measured as the detector's contractions were."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from processing.emg.corrections import LogEntry
from processing.emg.corrections_apply import CorrectedIntervals, Piece, apply_corrections
from processing.emg.intervals import Interval
from processing.emg.measures import (
    ChannelSignals,
    MeasuredContraction,
    fatigue_of,
    measure_contraction,
    overall_amplitude,
    overall_spectrum,
    spectrum_of,
    temporal_of,
)
from processing.emg.results import (
    ChannelAnalysis,
    ChannelCorrections,
    Contraction,
    RejectedContraction,
)

# Stored moments are rounded to a tenth of a millisecond.
_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class CorrectedChannel:
    """A channel after corrections, and the edits that found nothing to change, or nothing to measure."""

    channel: ChannelAnalysis
    unmatched: tuple[LogEntry, ...]


def correct_channel(
    detected: ChannelAnalysis,
    edits: Sequence[LogEntry],
    *,
    length_s: float,
    signals: ChannelSignals | None = None,
    known: Iterable[Contraction] = (),
) -> CorrectedChannel:
    """Return a channel with its corrections applied and everything that follows from them measured anew.

    Parameters
    ----------
    detected : ChannelAnalysis
        What the detector found.
    edits : sequence of LogEntry
        The edits of this channel that hold, in order.
    length_s : float
        Length of the recording.
    signals : ChannelSignals, optional
        What is measured on. Without it, RMS, MAV, spectrum, fatigue and temporal statistics stay as detected.
    known : iterable of Contraction, optional
        Measures from earlier, which need no signal to be used again.

    Returns
    -------
    CorrectedChannel
        The detected channel itself where no edit applies. Targets are applied later
        (:func:`processing.emg.targets.reapply_targets`). What a person set or accepted is not doubtful any
        more; the reason stays.
    """
    intervals = [(c.onset_s, c.offset_s) for c in detected.contractions]
    state = apply_corrections(intervals, edits, length_s=length_s)
    if not edits or not _changed(state, len(intervals)):
        return CorrectedChannel(detected, state.unmatched)
    found = _Measurer(detected, signals, known)
    kept = [(piece, found.measure(piece)) for piece in state.kept]
    rejected = [(piece, found.measure(piece)) for piece in state.rejected]
    lost = {p.mark.revision for p, m in [*kept, *rejected] if m is None and p.mark is not None}
    measured = [m for _, m in kept if m is not None]
    corrections = ChannelCorrections(
        rejected=tuple(
            RejectedContraction(m.contraction, p.mark)
            for p, m in rejected
            if m is not None and p.mark is not None
        ),
        marks=tuple(p.mark for p, m in kept if m is not None),
        n_detected=len(detected.contractions),
        as_detected=signals is None,
    )
    channel = replace(
        detected, contractions=tuple(_settled(p, m) for p, m in kept if m), corrections=corrections
    )
    unmatched = (*state.unmatched, *(entry for entry in edits if entry.revision in lost))
    return CorrectedChannel(_with_aggregates(channel, measured, signals), unmatched)


def _changed(state: CorrectedIntervals, n_detected: int) -> bool:
    """Whether anything differs from what was detected."""
    return bool(state.rejected) or len(state.kept) != n_detected or any(p.mark for p in state.kept)


def _settled(piece: Piece, measured: MeasuredContraction) -> Contraction:
    """Return a contraction that counts; what a person decided about is not doubtful."""
    contraction = measured.contraction
    return contraction if piece.mark is None else replace(contraction, doubtful=False)


def _with_aggregates(
    channel: ChannelAnalysis, measured: Sequence[MeasuredContraction], signals: ChannelSignals | None
) -> ChannelAnalysis:
    """Return the channel with what describes all of its contractions together."""
    if signals is None:
        contractions = channel.contractions
        amplitude = replace(
            channel.amplitude,
            peak_uv=max((c.peak_uv for c in contractions), default=None),
            plateau_uv=float(np.median([c.plateau_uv for c in contractions])) if contractions else None,
            time_under_tension_s=sum(c.duration_s for c in contractions),
        )
        return replace(channel, amplitude=amplitude)
    return replace(
        channel,
        amplitude=overall_amplitude(measured, signals),
        spectrum=overall_spectrum(measured),
        fatigue=fatigue_of(measured, snr_db=channel.quality.snr_db, parameters=signals.parameters),
        temporal=temporal_of([m.interval for m in measured], signals),
    )


class _Measurer:
    """Measures pieces, each from what is known already or from the samples."""

    def __init__(
        self, detected: ChannelAnalysis, signals: ChannelSignals | None, known: Iterable[Contraction]
    ) -> None:
        self._detected = detected.contractions
        self._signals = signals
        self._known = {_key(c.onset_s, c.offset_s): c for c in known}

    def measure(self, piece: Piece) -> MeasuredContraction | None:
        """Return a piece's measures; None where there is nothing to measure."""
        signals = self._signals
        if signals is None:
            contraction = self._remembered(piece)
            return None if contraction is None else MeasuredContraction(contraction, (0, 0), None)
        interval = _samples(piece, signals)
        if piece.source is not None:
            contraction = self._detected[piece.source]
            return MeasuredContraction(contraction, interval, spectrum_of(interval, signals))
        if interval[1] <= interval[0] or signals.masked[slice(*interval)].all():
            return None
        return measure_contraction(interval, signals)

    def _remembered(self, piece: Piece) -> Contraction | None:
        if piece.source is not None:
            return self._detected[piece.source]
        return self._known.get(_key(*piece.interval_s))


def _samples(piece: Piece, signals: ChannelSignals) -> Interval:
    """Return a piece's edges in samples."""
    fs, n_samples = signals.sampling_rate_hz, signals.masked.size
    return min(round(piece.onset_s * fs), n_samples), min(round(piece.offset_s * fs), n_samples)


def _key(onset_s: float, offset_s: float) -> tuple[float, float]:
    return round(onset_s, _DECIMALS), round(offset_s, _DECIMALS)
