"""Windows of signals: which samples they hold, what their columns are called, what their files are called."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.emg.traces import ChannelTraces
from processing.emg.windows import window_samples
from processing.errors import InvalidParameterError
from processing.exports.formats import recording_name, signals_name, tables_name
from processing.exports.signals import SignalTable, signal_table
from processing.exports.write_c3d import signals_c3d
from tests.unit.pages.fakes import make_review

NOW = datetime(2025, 3, 10, tzinfo=UTC)


def traces(name: str, n_samples: int = 990) -> ChannelTraces:
    ramp = np.arange(n_samples, dtype=np.float32)
    return ChannelTraces(name, None, ramp, ramp, None, 990.0, ((0.5, 0.6),), ramp)


def table(*names: str, **changes: object) -> SignalTable:
    return signal_table(make_review(), [traces(name) for name in names], now=NOW, **changes)  # type: ignore[arg-type]


@given(st.floats(-5, 400), st.floats(0.01, 300), st.integers(1, 200_000))
def test_a_window_lies_inside_the_recording_and_holds_the_samples_between_its_ends(
    start_s: float, length_s: float, n_samples: int
) -> None:
    try:
        start, stop = window_samples((start_s, start_s + length_s), 990.0, n_samples)
    except InvalidParameterError:
        assert start_s + length_s < 0.001 or start_s > n_samples / 990 - 0.001 or length_s < 0.002
        return
    assert 0 <= start < stop <= n_samples
    assert start / 990 == pytest.approx(max(0, start_s), abs=0.001)
    assert stop - start <= length_s * 990 + 2


@given(st.lists(st.text("aA2_ é", max_size=4) | st.text(max_size=60), min_size=1, max_size=5, unique=True))
def test_columns_have_names_that_every_program_takes_and_no_two_are_the_same(names: list[str]) -> None:
    columns = [column.name for column in table(*names).columns]
    assert all(re.fullmatch("[A-Za-z][A-Za-z0-9_]{0,62}", name) for name in columns)
    assert len({name.lower() for name in columns}) == len(columns)


def test_a_game_envelope_that_the_file_lacks_is_no_column() -> None:
    names = [column.quantity for column in table("CH1").columns]
    assert names == ["raw_uv", "filtered_uv", "envelope_uv", "left_out"]


def test_what_was_left_out_stays_in_the_raw_signal_only() -> None:
    raw, filtered, envelope, left_out = (column.values for column in table("CH1").columns)
    assert left_out.sum() == 99
    assert np.isnan(filtered[left_out]).all()
    assert np.isnan(envelope[left_out]).all()
    assert not np.isnan(raw).any()


def test_a_c3d_window_shorter_than_a_frame_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match="10 samples; a C3D file needs a frame of 30"):
        signals_c3d(table("CH1", window_s=(0.0, 0.0101)))


def test_files_are_called_after_sessions_and_never_after_a_path() -> None:
    assert tables_name(["P001S001"], "xlsx") == "P001S001_results.xlsx"
    assert tables_name(["P001S001", "P001S002"], "csv") == "2_sessions_results_csv.zip"
    assert signals_name("P001S001", "csv", (1.0, 2.5)) == "P001S001_signals_1.00-2.50s_csv.zip"
    assert recording_name('P001/..\\a"b\r\nX: y.c3d') == "_a_b_X_ y.c3d"
    assert recording_name("P001/Ghostly_Emg_20250310_11-50-16-0578 (1).c3d").endswith("0578 (1).c3d")
    assert recording_name("P001/...") == "recording.c3d"


@pytest.mark.parametrize("window", [(float("nan"), 1.0), (0.0, float("inf"))])
def test_a_window_without_an_end_is_refused(window: tuple[float, float]) -> None:
    with pytest.raises(InvalidParameterError, match="has no ends"):
        window_samples(window, 990.0, 990)
