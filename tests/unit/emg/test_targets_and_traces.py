"""Targets are applied to stored results; traces show what was measured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from processing.emg.analysis import analyse_recording
from processing.emg.parameters import SessionTargets
from processing.emg.results import Mvc
from processing.emg.targets import reapply_targets
from processing.emg.traces import compute_traces, select_extrema
from processing.errors import InvalidParameterError
from processing.recording import RecordedMeasures
from tests.builders import make_recording

PLAN = [(2.0, 4.5), (7.0, 7.8), (11.0, 13.5, 60.0)]


def test_without_mvc_the_session_peak_stands_in_and_judges_nothing() -> None:
    channel = analyse_recording(make_recording(contractions_s=PLAN)).channels[0]
    assert channel.mvc is not None
    assert channel.mvc.source == "session_peak"
    assert [c.meets_intensity for c in channel.contractions] == [None] * 3
    assert [c.percent_mvc for c in channel.contractions] == [None] * 3
    assert [c.meets_duration for c in channel.contractions] == [True, False, True]


def test_the_file_s_mvc_goes_before_the_patient_s() -> None:
    recording = make_recording(contractions_s=PLAN, measures=RecordedMeasures(mvc_v={"CH1": 250e-6}))
    left, right = analyse_recording(
        recording, mvc={"left": Mvc(100.0, "patient"), "right": Mvc(100.0, "patient")}
    ).channels
    assert left.mvc == Mvc(pytest.approx(250.0), "file")
    assert right.mvc == Mvc(100.0, "patient")
    assert [c.meets_intensity for c in left.contractions] == [True, True, False]


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan")])
def test_an_mvc_that_is_no_amplitude_counts_as_not_recorded(value: float) -> None:
    recording = make_recording(contractions_s=PLAN, measures=RecordedMeasures(mvc_v={"CH1": value}))
    channel = analyse_recording(recording).channels[0]
    assert channel.mvc is not None
    assert channel.mvc.source == "session_peak"


def test_reapplied_targets_equal_a_new_analysis() -> None:
    recording = make_recording(contractions_s=PLAN)
    targets = SessionTargets(target_percent_mvc=50.0, target_duration_s=0.7)
    mvc = Mvc(250.0, "patient")
    stored = analyse_recording(recording).channels[0]
    again = analyse_recording(recording, targets=targets, mvc={"CH1": mvc}).channels[0]
    assert reapply_targets(stored, targets=targets, mvc=mvc).contractions == again.contractions


def test_an_mvc_taken_back_leaves_intensity_unassessed() -> None:
    mvc = Mvc(250.0, "patient")
    stored = analyse_recording(make_recording(contractions_s=PLAN), mvc={"left": mvc}).channels[0]
    assert stored.contractions[0].meets_intensity is True
    again = reapply_targets(stored, targets=SessionTargets(), mvc=None)
    assert {c.meets_intensity for c in again.contractions} == {None}
    assert again.mvc is not None
    assert again.mvc.source == "session_peak"


@pytest.mark.parametrize("entered", [None, Mvc(100.0, "patient")])
def test_a_value_in_the_file_goes_first_here_too(entered: Mvc | None) -> None:
    recording = make_recording(contractions_s=PLAN, measures=RecordedMeasures(mvc_v={"CH1": 250e-6}))
    stored = analyse_recording(recording).channels[0]
    assert reapply_targets(stored, targets=SessionTargets(), mvc=entered) == stored


def test_traces_are_float32_microvolts_of_every_channel() -> None:
    recording = make_recording(activated=True, dropouts_s=[10.0])
    left, right = compute_traces(recording)
    assert (left.name, left.side, right.side) == ("CH1", "left", "right")
    assert left.activated_uv is not None
    for trace in (left.raw_uv, left.rms_envelope_uv, left.activated_uv):
        assert (trace.dtype, trace.shape) == (np.float32, (19_800,))
    np.testing.assert_allclose(left.raw_uv, 1e6 * recording.emg_v[0], rtol=1e-5)
    assert left.rms_envelope_uv.max() < 400
    assert left.masked_intervals_s[0] == pytest.approx((9.99, 10.283), abs=0.01)


def test_the_envelope_shown_is_the_one_that_was_measured() -> None:
    recording = make_recording(contractions_s=PLAN)
    trace = compute_traces(recording)[0].rms_envelope_uv
    peak = analyse_recording(recording).channels[0].contractions[0].peak_uv
    assert trace[round(2.0 * 990) : round(4.5 * 990)].max() == pytest.approx(peak, rel=1e-5)


def test_the_game_s_detector_is_compared_and_never_decides() -> None:
    recording = make_recording(contractions_s=PLAN, n_channels=1)
    activated = np.zeros(19_800, dtype=np.float32)
    activated[2000:4000] = 1e-4
    activated[16_000:17_000] = 1e-4
    with_game = analyse_recording(replace(recording, activated_v={"CH1": activated})).channels[0]
    assert with_game.game is not None
    assert (with_game.game.n_activations, with_game.game.n_shared) == (2, 1)
    assert with_game.contractions == analyse_recording(recording).channels[0].contractions


def test_a_short_window_is_drawn_whole() -> None:
    assert select_extrema(np.arange(100.0), 10, 20, 50).tolist() == list(range(10, 20))


def test_an_empty_window_selects_nothing() -> None:
    assert select_extrema(np.arange(100.0), 50, 50, 10).size == 0


def test_too_few_points_are_refused() -> None:
    with pytest.raises(InvalidParameterError, match="at least 4"):
        select_extrema(np.arange(100.0), 0, 100, 3)
