"""The numbers behind the inspector's pictures; those of a channel that is not judged are withheld."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pages._components import words
from pages._components.inspector.aligned_panels import Muscle
from pages._components.inspector.duration_figure import BIN_S, histogram
from pages._components.inspector.overlay_figure import band_of
from pages._components.not_judged import withheld
from processing.language import gettext as _
from processing.language import mark as N_

STEP_S = 0.1
NOTHING = "—"
_QUARTILES = (
    N_("{muscle} lower quartile (µV)"),
    N_("{muscle} median (µV)"),
    N_("{muscle} upper quartile (µV)"),
)


def duration_table(muscles: Sequence[Muscle]) -> pd.DataFrame:
    """Return how many contractions of each muscle lasted how long."""
    counted = [histogram(muscle)[1] for muscle in muscles]
    n_bins = max((len(counts) for counts in counted), default=0)
    rows = []
    for i in range(n_bins):
        row: dict[str, str] = {
            _("From (s)"): words.fixed(i * BIN_S, 2),
            _("To (s)"): words.fixed((i + 1) * BIN_S, 2),
        }
        for muscle, counts in zip(muscles, counted, strict=True):
            row[muscle.label] = str(counts[i] if i < len(counts) else 0) if muscle.judged else withheld()
        rows.append(row)
    return pd.DataFrame(rows)


def overlay_table(muscles: Sequence[Muscle]) -> pd.DataFrame:
    """Return median and quartiles of each muscle's envelope at equal steps after the onset."""
    bands = [band_of(muscle) for muscle in muscles]
    if not muscles:
        return pd.DataFrame()
    times = muscles[0].aligned.time_s
    rows = []
    for moment in np.arange(0.0, float(times[-1]) + 1e-9, STEP_S):
        row: dict[str, str] = {_("After onset (s)"): words.fixed(float(moment), 1)}
        for muscle, band in zip(muscles, bands, strict=True):
            values = [np.nan] * 3
            if band is not None:
                at = int(np.argmin(np.abs(band.time_s - moment)))
                values = [float(band.lower[at]), float(band.median[at]), float(band.upper[at])]
            for name, value in zip(_QUARTILES, values, strict=True):
                text = words.number(value, missing=NOTHING)
                row[_(name).format(muscle=muscle.label)] = text if muscle.judged else withheld()
        rows.append(row)
    return pd.DataFrame(rows)
