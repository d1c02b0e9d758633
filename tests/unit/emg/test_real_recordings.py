"""The published GHOSTLY recordings, where they are at hand: floors and ceilings that a change may not cross."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import orjson
import pytest

from processing.c3d import read_recording
from processing.emg.analysis import analyse_recording
from processing.emg.results import ChannelAnalysis
from processing.use_cases.document import channel_to_plain
from tests.real_recordings import real_recording


def analyse(name: str) -> tuple[ChannelAnalysis, ...]:
    path = real_recording(Path(name).stem)
    return analyse_recording(read_recording(path.read_bytes(), file_name=name)).channels


def test_two_clean_channels_are_good() -> None:
    left, right = analyse("Ghostly_Emg_20230321_17-23-09-0409.c3d")
    assert left.quality.verdict == right.quality.verdict == "good"
    assert 14 <= len(left.contractions) <= 18
    assert 12 <= len(right.contractions) <= 16
    strong = [c.duration_s for c in left.contractions + right.contractions if c.plateau_uv > 200]
    assert 0.3 < float(np.median(strong)) < 0.9
    assert left.faint


def test_dropouts_are_reported_and_no_contractions() -> None:
    left, right = analyse("Ghostly_Emg_20230321_17-50-17-0881.c3d")
    dropouts = next(f for f in left.quality.findings if f.kind == "dropout")
    assert [round(start * 990) for start, _ in dropouts.intervals_s] == [
        18000,
        20085,
        21810,
        23850,
        103500,
        105675,
    ]
    assert max(c.peak_uv for c in left.contractions) < 700
    assert 23 <= len(left.contractions) <= 29
    assert 11 <= len(right.contractions) <= 16
    for start, stop in dropouts.intervals_s:
        assert not any(c.onset_s < stop and start < c.offset_s for c in left.contractions if not c.doubtful)


def test_a_weak_channel_under_mains_is_judged_with_a_warning() -> None:
    left, right = analyse("Ghostly_Emg_20250310_11-50-16-0578.c3d")
    assert left.quality.verdict == "doubtful"
    certain = [c for c in left.contractions if not c.doubtful]
    assert 30 <= len(certain) <= 38
    assert len(left.contractions) <= 42
    assert 11 <= len(right.contractions) <= 17
    assert any("50 Hz mains" in reason for reason in left.quality.reasons)
    assert sum(f.kind == "dropout" and len(f.intervals_s) == 2 for f in right.quality.findings) == 1


def test_all_that_the_game_saw_is_found() -> None:
    for name in ("Ghostly_Emg_20230321_17-23-09-0409.c3d", "Ghostly_Emg_20230321_17-50-17-0881.c3d"):
        for channel in analyse(name):
            assert channel.game is not None
            assert channel.game.n_shared == channel.game.n_activations


@pytest.mark.parametrize(
    "name",
    [
        "Ghostly_Emg_20230321_17-23-09-0409.c3d",
        "Ghostly_Emg_20230321_17-50-17-0881.c3d",
        "Ghostly_Emg_20250310_11-50-16-0578.c3d",
    ],
)
def test_every_contraction_is_where_the_envelope_is_high(name: str) -> None:
    for channel in analyse(name):
        assert channel.temporal is not None
        assert len(channel.quality.seconds) in (67, 75, 175)
        for one, other in pairwise(channel.contractions):
            assert one.offset_s <= other.onset_s
        assert all(c.duration_s >= 0.1 for c in channel.contractions)
        assert all(c.plateau_uv > (channel.faint_gate_uv or 0) for c in channel.contractions)
        assert len(orjson.dumps(channel_to_plain(channel))) < 8000
