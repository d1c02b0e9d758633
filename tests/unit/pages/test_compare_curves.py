"""The overlay of two sessions as a table: the same medians and quartiles as the picture."""

from __future__ import annotations

import numpy as np

from pages._components.compare.curves import ROWS, curves_table
from pages._components.compare.overlay import at_onset_axes
from pages._components.compare.repetitions import LegPair, Repetitions
from processing.emg.aligned import QuartileBand


def _band(level: float) -> QuartileBand:
    time_s = np.linspace(-0.5, 2.0, 251)
    median = np.full(time_s.size, level)
    median[time_s > 1.9] = np.nan
    return QuartileBand(time_s, median, median - 10, median + 15, np.full(time_s.size, 5))


def test_each_leg_and_session_has_a_column_with_median_and_quartiles() -> None:
    pair = LegPair("left", Repetitions("P001S001", 5, _band(100.0)), Repetitions("P001S002", 4, _band(210.0)))
    table = curves_table([pair, LegPair("right", None, None)], at_onset_axes("µV"))
    assert list(table.columns) == ["Time from the onset (s)", "L ● A · P001S001", "L ● B · P001S002"]
    assert len(table) == ROWS + 1
    assert list(table.iloc[0]) == ["0", "100 (90–115)", "210 (200–225)"]


def test_what_was_left_out_is_no_number() -> None:
    pair = LegPair("left", Repetitions("P001S001", 5, _band(100.0)), None)
    assert curves_table([pair], at_onset_axes("µV")).iloc[-1, 1] == "—"


def test_without_a_curve_there_is_no_table() -> None:
    assert curves_table([LegPair("left", None, None)], at_onset_axes("µV")).empty
