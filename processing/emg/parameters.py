"""Every setting of the analysis, with its unit, default and source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SessionTargets:
    """What was prescribed: the yardstick for each contraction of one session."""

    expected_contractions: int = 12
    target_percent_mvc: float = 75.0
    target_duration_s: float = 2.0


@dataclass(frozen=True, slots=True)
class AnalysisParameters:
    """Settings of the signal analysis; a snapshot of it is stored with each result.

    The signal core adds its own fields below; each carries its unit in the name and its source in a comment.
    """

    # ISEK/SENIAM surface EMG band; 20 Hz corner: De Luca 2010.
    bandpass_low_hz: float = 20.0
    bandpass_high_hz: float = 450.0
    bandpass_order: int = 4
    # Merletti & Farina; CEDE amplitude matrix: 50-100 ms, centred.
    envelope_window_s: float = 0.100
