"""The printed picture of a leg: true to the signal, and readable on a grey printer."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from processing.emg.results import IntervalS
from processing.reports import ReportOptions, typeset_report
from processing.reports.panels import Look, Panel, leg_panel, ticks, top_of
from tests.unit.pages.fakes import LOOSE_FINDING, make_contraction, make_quality, make_traces
from tests.unit.reports.reading import grey_pages
from tests.unit.reports.sources import leg, rejected, review_of, source_of

MM = 150 / 25.4  # pixels at 150 dpi


def look(**changes: object) -> Look:
    return replace(Look(180.0, 50.0, 60.0, 300.0, False), **changes)


def test_a_spike_of_one_sample_is_on_paper() -> None:
    channel = leg("left", [make_contraction(5.0)])
    traces = make_traces(channel)
    traces.rms_envelope_uv[40_000] = 290.0
    drawn = leg_panel(traces, channel, look(), target_uv=None)
    heights = [float(y) for y in re.findall(r"[\d.]+,([\d.]+)", drawn.picture)]
    top = min(heights)
    assert top == pytest.approx(7.0 + (50 - 7.0 - 4.2) * (1 - 290 / 300), abs=0.02)


def test_no_line_is_drawn_across_what_was_left_out() -> None:
    quality = make_quality("doubtful", (), [(20.0, 25.0)])
    channel = leg("left", [make_contraction(5.0)], quality=quality)
    first, second = lines_of(leg_panel(make_traces(channel), channel, look(), target_uv=None))
    assert first[1] <= 20.0 + 0.01
    assert second[0] >= 25.0 - 0.01


@pytest.mark.parametrize(
    ("masked", "expected"),
    [
        ([(0.0, 5.0)], [(5.0, 60.0)]),
        ([(50.0, 60.0)], [(0.0, 50.0)]),
        ([(20.0, 30.0), (22.0, 25.0)], [(0.0, 20.0), (30.0, 60.0)]),
    ],
    ids=["from the start", "to the end", "one within another"],
)
def test_what_was_left_out_at_an_end_or_twice_is_blank_and_the_rest_is_drawn(
    masked: list[IntervalS], expected: list[IntervalS]
) -> None:
    channel = leg("left", [make_contraction(40.0)], quality=make_quality("doubtful", (), masked))
    drawn = lines_of(leg_panel(make_traces(channel), channel, look(), target_uv=None))
    assert drawn == [pytest.approx(place, abs=0.2) for place in expected]


def test_a_stretch_without_a_single_amplitude_has_no_line() -> None:
    channel = leg("left", [], quality=make_quality("doubtful", (), [(20.0, 25.0), (30.0, 35.0)]))
    traces = make_traces(channel)
    traces.rms_envelope_uv[round(24.0 * 990) : round(31.0 * 990)] = np.nan
    drawn = lines_of(leg_panel(traces, channel, look(), target_uv=None))
    assert drawn == [pytest.approx(place, abs=0.2) for place in [(0.0, 20.0), (35.0, 60.0)]]


def lines_of(panel: Panel) -> list[IntervalS]:
    """Return from when to when each line of a picture of 60 s goes, in seconds."""
    lines = re.findall(r'<polyline points="([^"]+)"', panel.picture)
    places = [[(float(point.split(",")[0]) - 10) * 60 / 168.5 for point in line.split()] for line in lines]
    return [(min(place), max(place)) for place in places]


def test_one_scale_holds_for_both_legs_and_ignores_what_is_not_judged() -> None:
    left, loose = leg("left"), leg("right", (), quality=make_quality("not_judged", [LOOSE_FINDING]), mvc=None)
    loud = make_traces(loose)
    loud.rms_envelope_uv[:] = 5000.0
    top = top_of([(make_traces(left), left), (loud, loose)], [187.5, None], raw=False)
    assert 200 < top < 400


def test_where_nothing_is_judged_the_scale_fits_what_was_recorded_but_for_single_spikes() -> None:
    loose = leg("left", (), quality=make_quality("not_judged", [LOOSE_FINDING]), mvc=None)
    loud, unknown = make_traces(loose), make_traces(loose)
    loud.rms_envelope_uv[:] = 40.0
    loud.rms_envelope_uv[7] = 5000.0
    unknown.rms_envelope_uv[:] = np.nan
    assert top_of([(loud, loose), (unknown, loose)], [None, None], raw=False) == pytest.approx(40.0)
    assert top_of([(unknown, loose)], [None], raw=False) == 1.0


def test_a_target_far_above_does_not_flatten_the_signal() -> None:
    left = leg("left")
    near = top_of([(make_traces(left), left)], [None], raw=False)
    far = top_of([(make_traces(left), left)], [5000.0], raw=False)
    assert far == pytest.approx(1.6 * near, rel=0.01)
    drawn = leg_panel(make_traces(left), left, look(top_uv=far), target_uv=5000.0)
    assert 'stroke-dasharray="1.8 1.1"' not in drawn.picture


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (0, 69.2, 10, [0, 10, 20, 30, 40, 50, 60]),
        (0, 315, 4, [0, 100, 200, 300]),
        (-440, 440, 6, [-400, -200, 0, 200, 400]),
    ],
)
def test_ticks_are_round(low: float, high: float, most: int, expected: list[float]) -> None:
    assert ticks(low, high, most) == pytest.approx(expected)


def test_in_grey_kept_and_rejected_and_the_legs_are_told_apart() -> None:
    kept, refused = make_contraction(10.0, 8.0, plateau_uv=100.0), rejected(30.0, 8.0)
    legs = [leg(side, [kept], rejected=[refused]) for side in ("left", "right")]
    review = review_of(legs)
    values = typeset_report(source_of(review), ReportOptions())
    page = grey_pages(values.pdf(), dpi=150)[0]
    left_axes = _axis_columns(page)
    solid, dashed = (page[rows, column] < 120 for rows, column in left_axes)
    assert solid.all()
    assert 0.3 < dashed.mean() < 0.85
    (rows, column), _other = left_axes
    upper = slice(rows.start + round(2 * MM), rows.start + round(8 * MM))
    kept_band, refused_band, empty = (
        page[upper, _columns(column, start, stop)] for start, stop in ((11, 17), (31, 37), (45, 50))
    )
    # But for the line of the target, which crosses all three.
    assert np.mean(empty > 250) > 0.85
    assert np.mean((kept_band > 215) & (kept_band < 240)) > 0.85  # an even tone, darker than paper
    assert 0.15 < np.mean(refused_band < 200) < 0.6  # hatched
    assert np.mean(kept_band < 150) < 0.08


def _columns(axis: int, start_s: float, stop_s: float) -> slice:
    first, last = (axis + round(MM * (0.3 + 168.5 * t / 60)) for t in (start_s, stop_s))
    return slice(first, last)


def _axis_columns(page: np.ndarray) -> list[tuple[slice, int]]:
    """Return the rows and the column of both vertical axes: they stand 10 mm right of the margin."""
    column = round(MM * (15 + 10 - 0.3))
    dark = np.flatnonzero((page[:, column] < 120) & (page[:, column + 2 * round(MM)] > 0))
    groups = np.split(dark, np.flatnonzero(np.diff(dark) > 3 * MM) + 1)
    tall = [group for group in groups if group[-1] - group[0] > 25 * MM][:2]
    assert len(tall) == 2
    return [(slice(int(g[0]) + 3, int(g[0]) + round(24 * MM)), column) for g in tall]
