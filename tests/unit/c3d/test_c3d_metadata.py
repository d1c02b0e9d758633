"""What a recording says about itself, read from its first bytes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pytest

from processing.c3d import IncompleteHeadError, read_metadata, read_recording
from processing.c3d.clock import check_clock
from processing.c3d.recorded_at import copy_notice, parse_file_name, parse_info_time, read_recorded_at
from processing.c3d.units import guess_unit, parse_unit
from processing.errors import MissingChannelError, TruncatedRecordingError, UnreadableRecordingError
from tests.unit.c3d.raw_c3d import encode_c3d

INFO: dict[str, Any] = {
    "GAME_NAME": ["Ghostly"],
    "GAME_LEVEL": 3,
    "VERSION": ["OpenFeasyo.Android"],
    "DURATION": 20,
    "TIME": ["2026", "3", "7", "9", "5"],
    "THERAPIST_ID": ["---"],
    "GROUP_ID": ["N/A"],
}
LONG: dict[str, Any] = {"NOTES": ["x" * 250, "y" * 250]}
SUBJECTS: dict[str, Any] = {"PLAYER_NAME": ["Default"], "GAME_SCORE": 12.5}


def ghostly(n_samples: int = 600, **extra: dict[str, Any]) -> bytes:
    return encode_c3d(
        np.zeros((4, n_samples)), labels=["CH1 Raw", "CH2 Raw", "CH1 activated", "CH2 activated"], extra=extra
    )


def test_the_first_2048_bytes_of_a_ghostly_file_tell_everything() -> None:
    data = ghostly(INFO=INFO, SUBJECTS=SUBJECTS)
    found = read_metadata(
        data[:2048], file_name="P001/Ghostly_Emg_20260307_09-05-41-0123.c3d", size_bytes=len(data)
    )
    assert (found.sampling_rate_hz, found.n_samples) == (990.0, 600)
    assert found.recorded_at == datetime(2026, 3, 7, 9, 5, 41)
    assert (found.game.name, found.game.level, found.game.score) == ("Ghostly", 3, 12.5)
    assert (found.game.therapist_id, found.game.group_id, found.game.player_name) == (None, None, "Default")
    assert [(c.name, c.side, c.unit, c.unit_assumed) for c in found.channels] == [
        ("CH1", "left", "V", True),
        ("CH2", "right", "V", True),
    ]
    assert any("volt is assumed" in notice for notice in found.notices)
    assert any("played as 'Default'" in notice for notice in found.notices)
    assert not found.measures.mvc_v


def test_a_head_that_ends_too_early_says_how_much_is_needed() -> None:
    data = ghostly(LAB=LONG)
    for n_bytes in (0, 700, 1100):
        with pytest.raises(IncompleteHeadError, match="are at hand") as caught:
            read_metadata(data[:n_bytes], size_bytes=len(data))
        assert caught.value.needed_bytes > n_bytes
    assert read_metadata(data[: caught.value.needed_bytes]).n_samples == 600


def test_a_file_that_ends_inside_its_parameters_is_cut_short_not_incomplete() -> None:
    with pytest.raises(
        TruncatedRecordingError, match=r"its description alone takes .* the file holds 1\u202f100"
    ) as caught:
        read_metadata(ghostly(LAB=LONG)[:1100], size_bytes=1100)
    assert not isinstance(caught.value, IncompleteHeadError)


def test_a_known_size_that_is_too_small_is_refused_from_the_head() -> None:
    data = ghostly()
    with pytest.raises(TruncatedRecordingError, match="the header promises 20 frames"):
        read_metadata(data[:2048], size_bytes=len(data) - 1)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\3\4" + bytes(2000), "not a C3D recording: its second byte is 75"),
        (bytes([2, 0x50]) + bytes(2000), r"processor code should be 84 \(Intel\).* not 0"),
        (bytes([1, 0x50]) + bytes(2000), "parameters should start in block 2 or later, not in block 1"),
    ],
)
def test_what_is_not_c3d_is_told_so(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableRecordingError, match=words):
        read_metadata(data)


def test_without_emg_the_metadata_list_the_channels_and_reading_fails() -> None:
    data = encode_c3d(np.zeros((2, 60)), labels=["Fx", "Fy"])
    found = read_metadata(data)
    assert found.channels == ()
    assert found.analog_labels == ("Fx", "Fy")
    assert "No EMG channel was recognised among 'Fx', 'Fy'" in found.notices[0]
    with pytest.raises(MissingChannelError, match="has no EMG channel; its channels are 'Fx', 'Fy'"):
        read_recording(data)
    assert [c.side for c in read_recording(data, channel_map={"Fx": "left"}).metadata.channels] == ["left"]


def test_a_damaged_label_is_noticed() -> None:
    labels = ["CX1 Raw", "CH2 Raw", "CH1 activated", "CH2 activated"]
    found = read_metadata(encode_c3d(np.zeros((4, 60)), labels=labels))
    assert [channel.name for channel in found.channels] == ["CH2"]
    assert "'CH1 activated' has no raw channel beside it; a label may be damaged." in found.notices


def test_a_swap_moves_sides_not_samples() -> None:
    data = encode_c3d(np.vstack([np.full(60, 1e-4), np.full(60, 2e-4)]))
    swapped = read_recording(data, channel_map={"CH1": "right", "CH2": "left"})
    assert [c.side for c in swapped.metadata.channels] == ["right", "left"]
    assert swapped.emg_v.tobytes() == read_recording(data).emg_v.tobytes()


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["2023", "3", "21", "17", "23"], datetime(2023, 3, 21, 17, 23)),
        (["2023", " 3", "1", "7", "0 "], datetime(2023, 3, 1, 7, 0)),
        (["2023", "13", "1", "7", "0"], None),
        (["2023", "3", "1", "7"], None),
        (["today", "3", "1", "7", "0"], None),
        (["²", "3", "1", "7", "0"], None),
        (["1970", "1", "1", "0", "5"], None),  # a clock that was never set
        (["2000", "1", "1", "0", "0"], None),
        ([], None),
    ],
)
def test_info_time_is_five_texts_without_zero_padding(texts: list[str], expected: datetime | None) -> None:
    assert parse_info_time(texts) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ghostly_Emg_20230321_17-23-09-0409.c3d", datetime(2023, 3, 21, 17, 23, 9)),
        ("P001/ghostly_emg_20230321_17-23-09-0409 (1).C3D", datetime(2023, 3, 21, 17, 23, 9)),
        ("C:\\data\\Ghostly_Emg_20230321_17-23-09-0409.c3d", datetime(2023, 3, 21, 17, 23, 9)),
        ("Ghostly_Emg_20231321_17-23-09-0409.c3d", None),
        ("trial 7.c3d", None),
        (None, None),
    ],
)
def test_the_file_name_tells_the_second(name: str | None, expected: datetime | None) -> None:
    assert parse_file_name(name) == expected


def test_a_name_that_disagrees_does_not_win() -> None:
    found = read_recorded_at(["2023", "3", "21", "17", "23"], "Ghostly_Emg_20230322_17-23-09-0409.c3d")
    assert found.time == datetime(2023, 3, 21, 17, 23)
    assert "name says 2023-03-22 17:23, the recording itself 2023-03-21 17:23" in found.notices[0]


@pytest.mark.parametrize("mark", [" (1)", "(2)", " - Copy", " - Copie (3)", " - kopie", " copy", " copy 2"])
def test_the_mark_of_a_copy_in_a_name_is_noticed(mark: str) -> None:
    name = f"P001/Ghostly_Emg_20230321_17-23-09-0409{mark}.c3d"
    assert parse_file_name(name) == datetime(2023, 3, 21, 17, 23, 9)
    assert f"0409{mark}.c3d', looks like that of a copy" in (copy_notice(name) or "")
    data = encode_c3d(np.zeros((2, 900)), labels=["CH1 Raw", "CH2 Raw"])
    assert copy_notice(name) in read_metadata(data, file_name=name).notices


@pytest.mark.parametrize(
    "name", ["Ghostly_Emg_20230321_17-23-09-0409.c3d", "copy.c3d", "trial (left).c3d", None]
)
def test_other_names_are_no_copies(name: str | None) -> None:
    assert copy_notice(name) is None


def test_an_unreadable_time_is_told_and_the_name_used() -> None:
    found = read_recorded_at(["a", "b"], "Ghostly_Emg_20230322_17-23-09-0409.c3d")
    assert found.time == datetime(2023, 3, 22, 17, 23, 9)
    assert "INFO:TIME holds 'a', 'b'. The time in the file's name is used." in found.notices[0]
    assert "listed by its arrival" in read_recorded_at(["a", "b"], "trial.c3d").notices[0]


def test_the_date_of_a_clock_that_was_never_set_can_be_read_and_is_not_used() -> None:
    texts = ["1970", "1", "1", "0", "5"]
    found = read_recorded_at(texts, "trial.c3d")
    assert found.time is None
    assert found.notices == (
        "The recording's own date, 1970-01-01 00:05, is that of a clock that was never set. The session is listed by "
        "its arrival.",
    )
    named = read_recorded_at(texts, "Ghostly_Emg_20230322_17-23-09-0409.c3d")
    assert named.time == datetime(2023, 3, 22, 17, 23, 9)
    assert named.notices[0].endswith("never set. The time in the file's name is used.")


# Rate, samples and duration of the three published recordings.
@pytest.mark.parametrize(("n_samples", "duration_s"), [(74_280, 74.0), (173_370, 173.0), (66_630, 66.0)])
def test_990_hz_that_ran_at_1000_is_noticed(n_samples: int, duration_s: float) -> None:
    check = check_clock(declared_rate_hz=990.0, n_samples=n_samples, declared_duration_s=duration_s)
    assert (check.consistent, check.suggested_rate_hz) == (False, 1000.0)
    assert check.message.startswith("Declared 990 Hz; duration suggests 1000 Hz")


def test_a_duration_that_agrees_is_consistent() -> None:
    check = check_clock(declared_rate_hz=990.0, n_samples=99_000, declared_duration_s=100.0)
    assert (check.consistent, check.suggested_rate_hz) == (True, None)


def test_without_a_duration_the_clock_is_not_judged() -> None:
    assert check_clock(declared_rate_hz=990.0, n_samples=99_000, declared_duration_s=None).consistent is None


def test_a_duration_far_off_suggests_nothing() -> None:
    check = check_clock(declared_rate_hz=990.0, n_samples=99_000, declared_duration_s=10.0)
    assert (check.consistent, check.suggested_rate_hz) == (False, None)


@pytest.mark.parametrize(
    ("text", "unit"),
    [("V", "V"), (" mV ", "mV"), ("uV", "uV"), ("µV", "uV"), ("μV", "uV"), ("N", None), ("", None)],
)
def test_units_are_known_as_they_are_spelled(text: str, unit: str | None) -> None:
    assert parse_unit(text) == unit


@pytest.mark.parametrize(("unit", "factor"), [("V", 1e-6), ("mV", 1e-3), ("uV", 1.0)])
def test_an_unnamed_unit_is_guessed_from_the_size(unit: str, factor: float) -> None:
    microvolts = np.random.default_rng(3).normal(0.0, 300.0, (2, 5000))
    assert guess_unit((microvolts * factor).astype(np.float32)) == unit
    recording = read_recording(encode_c3d(microvolts * factor))
    np.testing.assert_allclose(recording.emg_v.std(), 300e-6, rtol=0.05)
    assert all(channel.unit == unit and channel.unit_assumed for channel in recording.metadata.channels)


def test_one_spike_does_not_change_the_guess() -> None:
    volts = np.random.default_rng(4).normal(0.0, 3e-4, (1, 5000)).astype(np.float32)
    volts[0, 2500] = 10.0
    assert guess_unit(volts) == "V"


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"MVC_CH1": 3e-4, "MVC_CH2": 4e-4}, {"CH1": 3e-4, "CH2": 4e-4}),
        ({"mvc-left": 3e-4, "R_MVC": 4e-4}, {"CH1": 3e-4, "CH2": 4e-4}),
        ({"MVC": [3e-4, 4e-4]}, {"CH1": 3e-4, "CH2": 4e-4}),
        ({"CH2_MVC_UV": 400.0}, {"CH2": 4e-4}),
        ({"MVC1": ["0,0003"]}, {"CH1": 3e-4}),
        ({"MVC_CH1": ["N/A"]}, {}),
        ({"MVC_CH1": 300.0}, {}),
        ({"MVC": [3e-4]}, {}),
    ],
)
def test_mvc_is_read_in_its_many_spellings(members: dict[str, Any], expected: dict[str, float]) -> None:
    found = read_metadata(ghostly(SUBJECTS=members)).measures.mvc_v
    assert found == pytest.approx(expected, rel=1e-5)


def test_effort_pressure_and_points_are_read_from_any_group() -> None:
    measures = read_metadata(
        ghostly(A={"rpe": 6}, B={"BFR_AOP_PERCENT": 52.0}, INFO={"MAX_SCORE": ["24"]})
    ).measures
    assert (measures.perceived_effort_cr10, measures.bfr_percent_aop, measures.game_max_points) == (
        6.0,
        52.0,
        24.0,
    )


def test_a_value_that_cannot_be_is_told_and_not_used() -> None:
    found = read_metadata(ghostly(A={"RPE": 17.0, "MVC_CH1": -1.0}))
    assert found.measures.perceived_effort_cr10 is None
    assert found.measures.mvc_v == {}
    assert "'RPE' is 17 in the file; this is not used." in found.notices
    assert "'MVC_CH1' is -1 V in the file; this is not used." in found.notices
