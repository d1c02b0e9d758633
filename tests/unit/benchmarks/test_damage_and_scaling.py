"""The yardsticks for damage and growth, by known answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.damage import _compare, _mutations, _small_file, run
from benchmarks.scaling import slope
from processing.c3d import read_recording
from tests.builders import make_recording


def test_the_slope_of_a_power_law_is_its_exponent():
    assert slope([1, 2, 4, 8], [3, 12, 48, 192]) == pytest.approx(2.0)


def test_another_sample_count_is_a_structural_difference():
    long, short = make_recording(duration_s=20.0), make_recording(duration_s=19.0)
    assert _compare(short, long)[0] == "structure differs"


def test_another_unit_is_a_structural_difference():
    one = make_recording()
    channels = tuple(replace(c, volts_per_unit=1e-3) for c in one.metadata.channels)
    other = replace(one, metadata=replace(one.metadata, channels=channels))
    assert _compare(other, one)[0] == "structure differs"


def test_one_other_sample_is_told_from_another_structure():
    one, other = make_recording(), make_recording()
    other.emg_v[0, 100] += 1.0
    assert _compare(other, one) == ("samples differ", f"1 of {one.emg_v.size} samples")


def test_the_same_recording_is_identical():
    data = _small_file()
    assert _compare(read_recording(data), read_recording(data)) == ("identical", "")


def test_each_kind_of_damage_is_dealt_and_the_same_seed_deals_it_again():
    n_files = len(_mutations())
    once, again = ([(r.kind, r.outcome) for r in run(n_files=n_files, seed=3)] for _ in range(2))
    assert [kind for kind, _ in once] == list(_mutations())
    assert once == again
