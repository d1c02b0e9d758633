"""The review's picture: real extremes, bands at the contractions, one scale, honest labels."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pages._components import palette
from pages._components.review_figure import (
    Look,
    Panel,
    mask_words,
    pair_panels,
    review_extras,
    review_figure,
    robust_limit_uv,
    summary_sentence,
    unpacked,
)
from pages._components.review_figure.lines import DETAIL_POINTS, visible_indices
from pages._components.review_figure.ribbon import CHARACTER, reason_places, ribbon_runs, ribbon_states
from processing.emg.results import ChannelCorrections, CorrectionMark, Mvc, RejectedContraction
from tests.unit.pages.fakes import (
    DROPOUT,
    DROPOUT_FINDING,
    FOUR_KINDS,
    LENGTH_S,
    LOOSE_FINDING,
    RATE_HZ,
    build_traces,
    make_channel,
    make_quality,
    make_traces,
    without_mvc,
)

Spec = dict[str, Any]


@pytest.fixture
def panels() -> tuple[Panel, ...]:
    left = make_channel("left", quality=make_quality("doubtful", [DROPOUT_FINDING], [DROPOUT]))
    right = make_channel("right")
    return pair_panels((make_traces(right, seed=2), make_traces(left)), (right, left))


def of_kind(spec: Spec, kind: str, channel: str | None = None) -> list[Spec]:
    return [
        trace
        for trace in spec["data"]
        if trace["meta"]["kind"] == kind and channel in (None, trace["meta"].get("channel"))
    ]


def test_left_stands_above_right(panels: tuple[Panel, ...]) -> None:
    layout = review_figure(panels, Look())["layout"]
    assert [panel.analysis.side for panel in panels] == ["left", "right"]
    assert layout["yaxis"]["domain"][0] > layout["yaxis3"]["domain"][1]


@pytest.mark.parametrize("window", [None, (3.0, 9.0), (29.0, 31.0), (59.0, 60.0)])
@pytest.mark.parametrize("kind", ["raw", "RMS envelope"])
def test_points_drawn_keep_the_extremes_of_the_window(
    panels: tuple[Panel, ...], kind: str, window: tuple[float, float] | None
) -> None:
    trace = of_kind(review_figure(panels, Look(window_s=window)), kind, "CH2")[0]
    times, values = unpacked(trace["x"]), unpacked(trace["y"])
    low, high = window or (0.0, LENGTH_S)
    traces = panels[1].traces
    whole = traces.raw_uv if kind == "raw" else traces.rms_envelope_uv
    shown = whole[int(low * RATE_HZ) : int(high * RATE_HZ) + 1]
    inside = values[(times >= low - 1e-3) & (times <= high + 1e-3)]
    assert inside.max() == pytest.approx(shown.max())
    assert inside.min() == pytest.approx(shown.min())


def test_points_drawn_are_real_samples_in_order(panels: tuple[Panel, ...]) -> None:
    trace = of_kind(review_figure(panels, Look()), "raw", "CH2")[0]
    times, values = unpacked(trace["x"]).astype(float), unpacked(trace["y"])
    indices = np.rint(times * RATE_HZ).astype(int)
    assert np.all(np.diff(indices) > 0)
    np.testing.assert_array_equal(values, panels[1].traces.raw_uv[indices])


@pytest.mark.parametrize("window", [None, (10.0, 20.0), (10.0, 10.8)])
def test_no_trace_has_more_than_4000_points(
    panels: tuple[Panel, ...], window: tuple[float, float] | None
) -> None:
    spec = review_figure(panels, Look(window_s=window, game=True))
    packed = [trace for trace in spec["data"] if isinstance(trace["x"], dict)]
    assert packed
    assert max(unpacked(trace["x"]).size for trace in packed) <= 4000


def test_a_short_window_shows_every_sample(panels: tuple[Panel, ...]) -> None:
    trace = of_kind(review_figure(panels, Look(window_s=(10.0, 12.0))), "raw", "CH1")[0]
    times = unpacked(trace["x"])
    assert np.count_nonzero((times >= 10.0) & (times <= 12.0)) >= int(2 * RATE_HZ)


def test_bands_stand_where_the_contractions_are(panels: tuple[Panel, ...]) -> None:
    bands = of_kind(review_figure(panels, Look()), "band", "CH1")
    drawn = {trace["meta"]["class"]: (trace["x"][0], trace["x"][2]) for trace in bands}
    expected = [(c.onset_s, c.offset_s) for c in FOUR_KINDS]
    assert [drawn[key] for key in ("good", "intensity_only", "duration_only", "neither")] == expected


def test_each_class_has_its_own_symbol_and_pattern(panels: tuple[Panel, ...]) -> None:
    spec = review_figure(panels, Look())
    symbols = [trace["marker"]["symbol"] for trace in of_kind(spec, "symbol", "CH1")]
    patterns = [trace["fillpattern"]["shape"] for trace in of_kind(spec, "band", "CH1")]
    assert len(set(symbols)) == len(set(patterns)) == 4


def test_without_mvc_no_band_claims_an_intensity() -> None:
    channel = make_channel("left", without_mvc(FOUR_KINDS), mvc=None)
    spec = review_figure(pair_panels([make_traces(channel)], [channel]), Look())
    assert {trace["meta"]["class"] for trace in of_kind(spec, "band")} == {"held_unknown", "short_unknown"}
    assert of_kind(spec, "target") == []


def test_doubtful_contractions_carry_a_question_mark(panels: tuple[Panel, ...]) -> None:
    (numbers,) = of_kind(review_figure(panels, Look()), "number", "CH1")
    assert numbers["text"] == ["1", "2", "3", "4 ?"]


def test_both_panels_share_one_scale(panels: tuple[Panel, ...]) -> None:
    layout = review_figure(panels, Look())["layout"]
    assert layout["yaxis"]["range"] == layout["yaxis3"]["range"]


def test_the_scale_does_not_depend_on_the_window(panels: tuple[Panel, ...]) -> None:
    whole, near = (review_figure(panels, Look(window_s=w))["layout"] for w in (None, (10.0, 12.0)))
    assert whole["yaxis"]["range"] == near["yaxis"]["range"]


def test_a_dropout_does_not_squash_the_scale(panels: tuple[Panel, ...]) -> None:
    assert panels[0].traces.raw_uv.min() == -5500
    limit = robust_limit_uv(panels[0], raw=True, target_percent_mvc=75)
    assert limit is not None
    assert 300 < limit < 1500


def test_a_channel_that_is_not_judged_takes_the_other_side_s_scale() -> None:
    left = make_channel("left")
    loose = make_channel("right", (), quality=make_quality("not_judged", [LOOSE_FINDING]), mvc=None)
    noise = np.full(int(LENGTH_S * RATE_HZ), 5000.0, dtype=np.float32)
    panels = pair_panels([make_traces(left), build_traces(loose, noise, noise, None)], [left, loose])
    layout = review_figure(panels, Look())["layout"]
    assert layout["yaxis3"]["range"] == layout["yaxis"]["range"]
    assert layout["yaxis"]["range"][1] < 2000
    assert any("not judged: loose sensor" in a["text"] for a in layout["annotations"])


def test_own_scales_are_possible(panels: tuple[Panel, ...]) -> None:
    quiet = replace(panels[1].traces, raw_uv=panels[1].traces.raw_uv / 10)
    quiet = replace(quiet, rms_envelope_uv=quiet.rms_envelope_uv / 10)
    layout = review_figure((panels[0], Panel(quiet, panels[1].analysis)), Look(same_scale=False))["layout"]
    assert layout["yaxis3"]["range"][1] < layout["yaxis"]["range"][1]


def test_masked_places_are_hatched_and_named(panels: tuple[Panel, ...]) -> None:
    spec = review_figure(panels, Look())
    masked = of_kind(spec, "masked", "CH1")
    assert (masked[0]["x"][0], masked[0]["x"][2]) == DROPOUT
    assert masked[0]["fillpattern"]["shape"] == "/"
    assert of_kind(spec, "mask_reason", "CH1")[0]["text"] == [mask_words(panels[0], DROPOUT)]
    assert mask_words(panels[0], DROPOUT) == "Left out, 30.00–30.27\u202fs: drop-out"
    assert of_kind(spec, "masked", "CH2") == []


def test_the_target_line_is_named_by_the_mvc(panels: tuple[Panel, ...]) -> None:
    spec = review_figure(panels, Look())
    assert of_kind(spec, "target", "CH1")[0]["y"] == [187.5, 187.5]
    assert any("75\u202f% MVC = 188\u202fµV" in a["text"] for a in spec["layout"]["annotations"])


def test_a_session_peak_is_only_a_hint() -> None:
    channel = make_channel("left", without_mvc(FOUR_KINDS), mvc=Mvc(200.0, "session_peak"))
    spec = review_figure(pair_panels([make_traces(channel)], [channel]), Look())
    line = of_kind(spec, "target")[0]["line"]
    assert line["dash"] == "dot"
    assert line["width"] <= 1
    assert any("session peak: no MVC known" in a["text"] for a in spec["layout"]["annotations"])


def test_every_colour_token_is_in_both_palettes(panels: tuple[Panel, ...]) -> None:
    used = set(_tokens(review_figure(panels, Look(window_s=(10.0, 30.0), game=True, selected=("CH1", 1)))))
    assert used
    for theme in palette.PALETTES.values():
        assert used <= set(theme)


def test_the_text_alternative_counts_what_is_visible(panels: tuple[Panel, ...]) -> None:
    sentence = summary_sentence(panels, Look(window_s=(0.0, 10.0)))
    assert "Left: 1 contraction (1 good: strong and held); signal doubtful." in sentence


def _tokens(node: Any) -> list[str]:
    if isinstance(node, str):
        return [node] if node.startswith("@") else []
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [token for child in children for token in _tokens(child)]


@given(
    spikes=st.lists(st.integers(0, 19_999), min_size=1, max_size=6, unique=True),
    start=st.integers(0, 19_000),
    width=st.integers(2, 20_000),
    signs=st.lists(st.sampled_from([-1.0, 1.0]), min_size=6, max_size=6),
)
@example(spikes=[5000], start=5000, width=9000, signs=[1.0] * 6)
@example(spikes=[13_999], start=5000, width=9000, signs=[-1.0] * 6)
def test_a_spike_of_one_sample_never_vanishes(
    spikes: list[int], start: int, width: int, signs: list[float]
) -> None:
    y = np.random.default_rng(7).standard_normal(20_000).astype(np.float32)
    for spike, sign in zip(spikes, signs, strict=False):
        y[spike] = sign * 1000.0
    window = (start / RATE_HZ, min(start + width, y.size - 1) / RATE_HZ)
    drawn = set(visible_indices(y, RATE_HZ, window, DETAIL_POINTS).tolist())
    inside = [s for s in spikes if start <= s <= min(start + width, y.size - 1)]
    # Of spikes of one height that share a stretch of the selection one stands for all; its height is what is seen.
    for spike in inside:
        near = [i for i in drawn if abs(i - spike) <= 2 * y.size // DETAIL_POINTS + 2]
        assert any(y[i] == y[spike] for i in near)
    if len(inside) == 1:
        assert inside[0] in drawn


def test_a_rejected_contraction_is_cross_hatched_and_says_why() -> None:
    mark = CorrectionMark("reject", 3, "<b>movement</b>")
    corrections = ChannelCorrections((RejectedContraction(FOUR_KINDS[1], mark),), (None,) * 3, 4)
    kept = (FOUR_KINDS[0], *FOUR_KINDS[2:])
    channel = make_channel("left", kept, corrections=corrections)
    spec = review_figure(pair_panels([make_traces(channel)], [channel]), Look())
    (band,) = of_kind(spec, "rejected")
    assert (band["x"][0], band["x"][2]) == (FOUR_KINDS[1].onset_s, FOUR_KINDS[1].offset_s)
    assert band["fillpattern"]["shape"] == "x"
    (cross,) = of_kind(spec, "rejected_symbol")
    assert cross["text"] == ["✗"]
    assert "rejected, 15.00–15.60\u202fs<br>&lt;b&gt;movement" in cross["hovertext"][0]
    assert any(entry["label"] == "✗ rejected" for entry in spec["legend"])


def test_doubtful_bands_are_dotted(panels: tuple[Panel, ...]) -> None:
    bands = of_kind(review_figure(panels, Look(window_s=(38.0, 44.0))), "band", "CH1")
    assert {band["meta"]["doubtful"]: band["line"]["dash"] for band in bands} == {False: "solid", True: "dot"}


def test_in_percent_mvc_everything_is_scaled_and_named(panels: tuple[Panel, ...]) -> None:
    in_uv, in_mvc = (review_figure(panels, Look(unit=unit)) for unit in ("uv", "mvc"))
    drawn_uv, drawn_mvc = (
        np.nanmax(unpacked(of_kind(s, "RMS envelope", "CH1")[0]["y"])) for s in (in_uv, in_mvc)
    )
    assert drawn_mvc == pytest.approx(drawn_uv / 2.5, rel=1e-5)  # an MVC of 250 µV
    assert of_kind(in_mvc, "target", "CH1")[0]["y"] == [75.0, 75.0]
    assert in_mvc["layout"]["yaxis"]["title"]["text"] == "% MVC"
    assert any("target 75\u202f% MVC = 188\u202fµV" in a["text"] for a in in_mvc["layout"]["annotations"])


def test_without_mvc_a_panel_stays_in_microvolts_and_says_so() -> None:
    left, right = make_channel("left"), make_channel("right", without_mvc(FOUR_KINDS), mvc=None)
    spec = review_figure(
        pair_panels([make_traces(left), make_traces(right)], [left, right]), Look(unit="mvc")
    )
    assert spec["layout"]["yaxis"]["title"]["text"] == "% MVC"
    assert spec["layout"]["yaxis3"]["title"]["text"] == "µV"
    assert any("no MVC known, so in µV" in a["text"] for a in spec["layout"]["annotations"])


def test_the_ribbon_tells_the_quality_of_each_second() -> None:
    seconds = "g" * 30 + "d" + "g" * 29
    quality = replace(make_quality("doubtful", [DROPOUT_FINDING], [DROPOUT]), seconds=seconds)
    channel = make_channel("left", quality=quality)
    (panel,) = pair_panels([make_traces(channel)], [channel])
    runs = ribbon_runs(panel)
    assert [(run.start_s, run.state) for run in runs] == [(0.0, "good"), (30.0, "doubtful"), (31.0, "good")]
    assert runs[1].hover == "30–31\u202fs: signal doubtful: drop-out"
    spec = review_figure([panel], Look())
    assert of_kind(spec, "reason")[0]["text"] == ["drop-out"]


def test_a_result_without_seconds_still_has_a_ribbon(panels: tuple[Panel, ...]) -> None:
    assert panels[0].analysis.quality.seconds == ""
    assert ribbon_states(panels[0])[29:32] == ["good", "doubtful", "good"]


def test_a_channel_that_is_not_judged_has_its_reason_under_the_ribbon() -> None:
    loose = make_channel("right", (), quality=make_quality("not_judged", [LOOSE_FINDING]), mvc=None)
    spec = review_figure(pair_panels([make_traces(loose)], [loose]), Look())
    assert of_kind(spec, "reason")[0]["text"] == ["loose sensor"]


said_at = st.tuples(
    st.floats(0, 55), st.floats(0.5, 20), st.sampled_from(["drop-out", "mains hum, movement"])
)


@given(st.lists(said_at, max_size=30), st.floats(300, 1600))
def test_reasons_stay_in_the_picture_and_never_overlap(
    said: list[tuple[float, float, str]], width_px: float
) -> None:
    placed = reason_places([(a, a + d, text) for a, d, text in said], (0.0, 60.0), width_px)
    pixels = width_px / 60.0
    for (x, text), (other, following) in itertools.pairwise(placed):
        assert (other - x) * pixels >= CHARACTER * (len(text) + len(following)) / 2
    for x, text in placed:
        assert x * pixels >= CHARACTER * len(text) / 2 - 1e-6


def test_handles_stop_at_the_neighbours(panels: tuple[Panel, ...]) -> None:
    edges = review_extras(panels, Look(selected=("CH2", 1)), edges=True).edges
    assert edges is not None
    assert (edges.low, edges.onset, edges.offset, edges.high) == (7.5, 15.0, 15.6, 25.0)
    assert edges.axis == "y3"
    assert review_extras(panels, Look(selected=("CH2", 1))).edges is None


def test_every_axis_that_is_seen_names_its_unit(panels: tuple[Panel, ...]) -> None:
    layout = review_figure(panels, Look())["layout"]
    seen = {name: axis for name, axis in layout.items() if "axis" in name and axis.get("visible", True)}
    assert {axis["title"]["text"] for axis in seen.values()} == {"Time (s)", "µV"}


@pytest.mark.parametrize("window", [(0.0, 60.0), (29.5, 31.0)])
def test_the_envelope_breaks_where_the_signal_was_left_out(window: tuple[float, float]) -> None:
    left = make_channel("left", quality=make_quality("doubtful", [DROPOUT_FINDING], [DROPOUT]))
    spec = review_figure(pair_panels([make_traces(left)], [left]), Look(window_s=window))
    (line,) = of_kind(spec, "RMS envelope", "CH1")
    times, values = unpacked(line["x"]), unpacked(line["y"])
    inside = (times >= DROPOUT[0]) & (times < DROPOUT[1] - 1e-3)
    assert inside.any()
    assert np.isnan(values[inside]).all()
    assert np.isfinite(values[(times < DROPOUT[0]) | (times > DROPOUT[1])]).all()
