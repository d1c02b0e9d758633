"""The review's picture: real extremes, bands at the contractions, one scale, honest labels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pages._components import palette
from pages._components.review_figure import (
    Look,
    Panel,
    mask_words,
    pair_panels,
    review_figure,
    robust_limit_uv,
    summary_sentence,
    unpacked,
)
from processing.emg.results import Mvc
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
    assert any("session peak: intensity not assessable" in a["text"] for a in spec["layout"]["annotations"])


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
