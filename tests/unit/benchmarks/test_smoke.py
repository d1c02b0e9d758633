"""A benchmark is turned down only by what is there: a renamed size stops the run instead of measuring for minutes."""

from __future__ import annotations

import pytest

from benchmarks import recordings, smoke
from benchmarks.smoke import Smallest, make_small


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recordings, "SHORT", False)


def test_a_benchmark_without_smallest_sizes_is_refused() -> None:
    with pytest.raises(SystemExit, match="no smallest sizes for the benchmark 'new'"):
        make_small("new")


def test_a_size_that_was_renamed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(smoke.SMALLEST, "speed", Smallest({"speed.GONE": 1}))
    with pytest.raises(SystemExit, match=r"speed\.GONE, which is not there"):
        make_small("speed")


def test_the_recording_is_short_and_the_arguments_are_handed_on() -> None:
    long = recordings.largest_recording()
    assert make_small("damage") == ["--files", "30"]
    assert len(recordings.largest_recording().data) < len(long.data)
