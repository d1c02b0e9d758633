"""Which channels are EMG, and of which side."""

from __future__ import annotations

import pytest

from processing.c3d.channel_words import guess_side
from processing.c3d.channels import find_emg_channels
from processing.errors import InvalidParameterError, MissingChannelError

GHOSTLY = ["CH1 Raw", "CH2 Raw", "CH1 activated", "CH2 activated"]


def test_ghostly_channels_are_left_and_right_by_convention() -> None:
    left, right = find_emg_channels(GHOSTLY, None)
    assert (left.name, left.index, left.side, left.activated_index) == ("CH1", 0, "left", 2)
    assert (right.name, right.index, right.side, right.activated_index) == ("CH2", 1, "right", 3)


def test_ghostly_labels_are_known_in_any_case_padding_and_order() -> None:
    labels = ["ch2 ACTIVATED", "Battery", " CH2  raw ", "Ch1 Raw", "CH3 Raw"]
    found = find_emg_channels(labels, None)
    assert [(c.name, c.index, c.side, c.activated_index) for c in found] == [
        ("CH2", 2, "right", 0),
        ("CH1", 3, "left", None),
        ("CH3", 4, None, None),
    ]


@pytest.mark.parametrize(
    ("label", "side"),
    [
        ("EMG RF L", "left"),
        ("L_RF", "left"),
        ("EMG_RF_R", "right"),
        ("RVL", "right"),
        ("LRF", "left"),
        ("Left Quad", "left"),
        ("VastusMedialis Right", "right"),
        ("Voltage.EMG1", None),
        ("L R", None),
        ("EMG_droite", "right"),
        ("rectus links", "left"),
        ("Quad_left", "left"),
        ("RightRectusFemoris", "right"),
        ("LRectFem", "left"),
        ("Lt. Rectus Femoris, uV", "left"),
        ("VLR", "right"),
        ("VM_R", "right"),
        ("RF", None),
        ("RFL", "left"),
        ("LG", None),
        ("RLG", "right"),
        ("EMGL", "left"),
        ("REMG1", "right"),
        ("EMG1_R", "right"),
        ("Voltage.VL_L", "left"),
        ("RVL: EMG 1", "right"),
        ("Quadriceps droit", "right"),
        ("TFL", None),
        ("Voltage.1", None),
    ],
)
def test_the_side_is_read_from_the_label(label: str, side: str | None) -> None:
    assert guess_side(label) == side


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["Force.Fx1", "Voltage.EMG1", "Voltage.EMG2", "Moment.Mx1"], [1, 2]),
        (["Fx", "Fy", "Fz", "EMG RF L", "EMG RF R"], [3, 4]),
        (["L_RF", "R_RF", "FZ1"], [0, 1]),
        (["RVL: ACC.X", "RVL: EMG 1"], [1]),
        (["Fx", "Angle knee L"], []),
        (["EMGL", "EMGR", "Sync"], [0, 1]),
        (["LRectFem", "RRectFem", "F1X", "F1Y"], [0, 1]),
        (["Sensor 1.EMG1", "Sensor 1.ACCX1", "Sensor 2.EMG2"], [0, 2]),
    ],
)
def test_emg_is_told_from_other_channels(labels: list[str], expected: list[int]) -> None:
    assert [channel.index for channel in find_emg_channels(labels, None)] == expected


def test_a_force_that_is_labelled_like_a_muscle_is_told_by_its_unit() -> None:
    assert [c.index for c in find_emg_channels(["RF", "LF", "L_VM"], None, ["N", "N", "mV"])] == [2]


def test_labels_that_differ_in_case_only_are_told_apart_by_a_map() -> None:
    found = find_emg_channels(["pin", "PIN"], {"PIN": "left"})
    assert [(c.index, c.name) for c in found] == [(1, "PIN")]


def test_a_label_that_is_another_channels_short_name_keeps_the_names_apart() -> None:
    found = find_emg_channels(["CH1 Raw", "CH1"], {"CH1 Raw": "left", "CH1": "right"})
    assert [(c.index, c.name) for c in found] == [(0, "CH1 Raw"), (1, "CH1")]


def test_repeated_labels_get_names_of_their_own() -> None:
    assert [c.name for c in find_emg_channels(["EMG", "EMG"], None)] == ["EMG", "EMG (2)"]


def test_a_map_swaps_sides_by_label_or_by_name() -> None:
    found = find_emg_channels(GHOSTLY, {"ch1  raw": "right", "CH2": "left"})
    assert [(c.name, c.side, c.activated_index) for c in found] == [("CH1", "right", 2), ("CH2", "left", 3)]


def test_a_map_can_name_channels_that_look_like_nothing() -> None:
    (channel,) = find_emg_channels(["Pin 7", "EMG1"], {"Pin 7": None})
    assert (channel.name, channel.index, channel.side) == ("Pin 7", 0, None)


def test_a_map_with_an_unknown_channel_lists_those_that_exist() -> None:
    with pytest.raises(
        MissingChannelError, match="Channel 'CH9' is not in the recording, which has 'CH1 Raw', 'CH2 Raw'"
    ):
        find_emg_channels(GHOSTLY, {"CH9": "left"})


def test_a_map_with_an_unknown_side_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match="Channel 'CH1' has side 'middle'"):
        find_emg_channels(GHOSTLY, {"CH1": "middle"})  # type: ignore[dict-item]


def test_a_map_that_names_one_channel_twice_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match="names channel 'CH1 Raw' twice"):
        find_emg_channels(GHOSTLY, {"CH1": "left", "CH1 Raw": "right"})
