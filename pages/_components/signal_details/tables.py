"""The numbers behind the pictures as tables, units in the names; those of a channel that is not judged are withheld."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from pages._components import words
from pages._components.not_judged import withheld
from pages._components.signal_details.muscles import Muscle
from pages._components.signal_details.sentences import mains_words, share, slope_words
from processing.emg.results import IntervalS
from processing.emg.spectra_time import Spectrogram
from processing.emg.spectrum import PowerSpectrum
from processing.language import gettext as _

NOTHING = "—"
BANDS_HZ = ((0, 20), (20, 60), (60, 120), (120, 250), (250, 450))
MOST_ROWS = 40


def numbers_table(muscles: Sequence[Muscle]) -> pd.DataFrame:
    """Return the page's numbers, one column for each muscle."""
    rows = {
        _("Median frequency MDF (Hz)"): [
            words.fixed(m.details.frequencies.mdf_hz, 0, missing=NOTHING) for m in muscles
        ],
        _("Mean frequency MNF (Hz)"): [
            words.fixed(m.details.frequencies.mnf_hz, 0, missing=NOTHING) for m in muscles
        ],
        _("Mains and harmonics (share of power)"): [_mains(m) for m in muscles],
        _("Signal to noise (dB)"): [
            words.fixed(m.analysis.quality.snr_db, 1, missing=NOTHING) for m in muscles
        ],
        _("MDF slope, with 95 % interval"): [_slope(m) for m in muscles],
        _("MDF change (% per minute)"): [
            words.fixed(m.details.fatigue.mdf_slope_percent_per_min, 1, missing=NOTHING) for m in muscles
        ],
        _("Explained by the line (R²)"): [
            words.fixed(m.details.fatigue.r_squared, 2, missing=NOTHING) for m in muscles
        ],
        _("Dimitrov index, last 3 over first 3"): [
            words.fixed(m.details.fatigue.fi_nsm5, 2, missing=NOTHING) for m in muscles
        ],
    }
    table = {_("Measure"): list(rows)}
    for column, muscle in enumerate(muscles):
        table[muscle.label] = [values[column] if muscle.judged else withheld() for values in rows.values()]
    return pd.DataFrame(table)


def _mains(muscle: Muscle) -> str:
    found = muscle.details.mains_percent
    return NOTHING if found is None else share(found)


def _slope(muscle: Muscle) -> str:
    return NOTHING if muscle.details.trend is None else slope_words(muscle.details.trend)


def bands_table(muscles: Sequence[Muscle]) -> pd.DataFrame:
    """Return how the power as recorded is shared among bands and mains lines, in percent."""
    rows = [
        {
            _("Channel"): muscle.label,
            **{
                f"{low}–{high} Hz (%)": withheld()
                if not muscle.judged
                else words.number(_share(muscle.details.selected, low, high), missing=NOTHING)
                for low, high in BANDS_HZ
            },
            _("Strongest mains line"): _strongest(muscle),
        }
        for muscle in muscles
    ]
    return pd.DataFrame(rows)


def _share(spectrum: PowerSpectrum | None, low_hz: float, high_hz: float) -> float | None:
    if spectrum is None or not spectrum.psd_v2_per_hz[1:].any():
        return None
    f, psd = spectrum.frequency_hz[1:], spectrum.psd_v2_per_hz[1:]
    return 100 * float(psd[(f >= low_hz) & (f < high_hz)].sum() / psd.sum())


def _strongest(muscle: Muscle) -> str:
    if not muscle.judged:
        return withheld()
    line = max(muscle.details.mains, key=lambda found: found.share_percent, default=None)
    if line is None:
        return NOTHING
    return mains_words(line)


def moments_table(
    muscles: Sequence[Muscle], spectrograms: Mapping[str, Spectrogram], window_s: IntervalS
) -> pd.DataFrame:
    """Return level and strongest frequency of equal stretches of the window, one row for each."""
    edges = np.linspace(*window_s, 1 + min(MOST_ROWS, max(1, int(np.ceil(window_s[1] - window_s[0])))))
    rows = []
    for start, stop in pairwise(edges):
        row: dict[str, str] = {
            _("From (s)"): words.fixed(float(start), 1),
            _("To (s)"): words.fixed(float(stop), 1),
        }
        for muscle in muscles:
            level, frequency = _moment(
                muscle, spectrograms[muscle.analysis.name], (float(start), float(stop))
            )
            row[_("{muscle} level (dB)").format(muscle=muscle.label)] = level
            row[_("{muscle} strongest (Hz)").format(muscle=muscle.label)] = frequency
        rows.append(row)
    return pd.DataFrame(rows)


def _moment(muscle: Muscle, found: Spectrogram, window_s: IntervalS) -> tuple[str, str]:
    if not muscle.judged:
        return withheld(), withheld()
    low, high = muscle.details.band_hz
    rows = np.flatnonzero((found.frequency_hz >= low) & (found.frequency_hz <= high))
    columns = np.flatnonzero((found.time_s >= window_s[0]) & (found.time_s < window_s[1]))
    if not rows.size or not columns.size:
        return NOTHING, NOTHING
    part = found.level_db[np.ix_(rows, columns)]
    row, column = np.unravel_index(int(np.argmax(part)), part.shape)
    return words.fixed(float(part[row, column]), 0), words.fixed(float(found.frequency_hz[rows[row]]), 0)


def frequencies_table(muscles: Sequence[Muscle]) -> pd.DataFrame:
    """Return the frequencies of every contraction, one row each."""
    rows = [
        {
            _("Channel"): muscle.label,
            _("No."): index + 1,
            _("Start (s)"): words.fixed(c.onset_s, 2),
            _("Duration (s)"): words.fixed(c.duration_s, 2),
            _("Plateau (µV)"): words.number(c.plateau_uv) if muscle.judged else withheld(),
            _("MDF (Hz)"): _told(muscle, found.mdf_hz, 0),
            _("MNF (Hz)"): _told(muscle, found.mnf_hz, 0),
            _("Dimitrov index (first 3 = 1)"): _told(muscle, found.fi_nsm5, 2),
        }
        for muscle in muscles
        for index, (c, found) in enumerate(
            zip(muscle.analysis.contractions, muscle.details.contractions, strict=True)
        )
    ]
    return pd.DataFrame(rows)


def _told(muscle: Muscle, value: float | None, decimals: int) -> str:
    return words.fixed(value, decimals, missing=_("too short")) if muscle.judged else withheld()
