"""What the channels of a file seem to be, from its first bytes only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from processing.c3d import chosen_map, propose_channel_map, read_metadata, read_recording
from processing.c3d.channels import find_emg_channels, unique_names
from processing.recording import Side
from processing.use_cases.side_map import check_channel_map, swapped
from tests.unit.c3d.raw_c3d import encode_c3d

LABELS = ["Voltage.EMG1", "L_RF", "Fx1", "RF", "Pin 7", "Aux"]
UNITS = ["V", "mV", "N", "N", "V", ""]


def noise_v(n_channels: int) -> np.ndarray[Any, Any]:
    return np.random.default_rng(0).normal(0.0, 1e-4, (n_channels, 900)).astype(np.float32)


def test_every_analog_channel_of_another_laboratory_is_judged() -> None:
    head = encode_c3d(noise_v(6), labels=LABELS, units=UNITS)[:2048]
    proposals = propose_channel_map(read_metadata(head))
    assert [(p.label, p.unit, p.role, p.side, p.confidence) for p in proposals] == [
        ("Voltage.EMG1", "V", "emg", None, "medium"),
        ("L_RF", "mV", "emg", "left", "medium"),
        ("Fx1", "N", "other", None, "high"),
        ("RF", "N", "other", None, "high"),
        ("Pin 7", "V", "unknown", None, "low"),
        ("Aux", None, "unknown", None, "low"),
    ]


def test_what_is_selected_is_what_is_read_without_a_map() -> None:
    data = encode_c3d(noise_v(6), labels=LABELS, units=UNITS)
    proposals = propose_channel_map(read_metadata(data[:2048]))
    assert chosen_map(proposals) == {"Voltage.EMG1": None}
    assert [c.label for c in read_recording(data).metadata.channels] == ["Voltage.EMG1"]


def test_a_game_file_is_proposed_as_the_game_means_it() -> None:
    labels = ["CH1 Raw", "CH2 Raw", "CH1 activated", "CH2 activated"]
    proposals = propose_channel_map(read_metadata(encode_c3d(noise_v(4), labels=labels)[:2048]))
    assert [(p.role, p.side, p.selected) for p in proposals] == [
        ("emg", "left", True),
        ("emg", "right", True),
        ("game", None, False),
        ("game", None, False),
    ]


def test_a_changed_proposal_is_read_as_changed() -> None:
    data = encode_c3d(noise_v(6), labels=LABELS, units=UNITS)
    proposals = [
        replace(p, selected=p.label in ("Pin 7", "L_RF"), side="right" if p.label == "Pin 7" else p.side)
        for p in propose_channel_map(read_metadata(data[:2048]))
    ]
    recording = read_recording(data, channel_map=chosen_map(proposals))
    assert [(c.label, c.side) for c in recording.metadata.channels] == [("L_RF", "left"), ("Pin 7", "right")]


@given(st.lists(st.sampled_from(["EMG", "emg", "EMG ", "EMG (2)", "CH1", "CH1 Raw", "ch1  raw"]), min_size=1))
def test_every_proposed_name_is_understood_as_its_own_channel(labels: list[str]) -> None:
    for index, name in enumerate(unique_names(labels)):
        assert [c.index for c in find_emg_channels(labels, {name: None})] == [index]


def test_one_muscle_stands_for_a_leg_and_the_other_is_measured_beside_it() -> None:
    data = encode_c3d(noise_v(3), labels=["EMG_VL_L", "EMG_RF_R", "EMG_RF_L"])
    metadata = read_recording(data).metadata
    assert [(c.label, c.side) for c in metadata.channels] == [
        ("EMG_VL_L", None),
        ("EMG_RF_R", "right"),
        ("EMG_RF_L", "left"),
    ]
    assert any("'EMG_RF_L' is scored" in notice and "'EMG_VL_L'" in notice for notice in metadata.notices)
    further = propose_channel_map(metadata)[0]
    assert (further.selected, further.side) == (True, None)
    assert "A further muscle of the left leg" in further.reason


def test_joined_side_letters_do_not_hide_the_muscle() -> None:
    found = find_emg_channels(["BFL", "VLL", "RVM", "RRF"], None)
    assert [(c.name, c.side) for c in found] == [
        ("BFL", None),
        ("VLL", "left"),
        ("RVM", None),
        ("RRF", "right"),
    ]


@given(
    st.lists(
        st.sampled_from(["EMG_RF_L", "EMG_VL_L", "EMG_RF_R", "L_BF", "RVL", "EMG1", "CH1 Raw", "CH2 Raw"]),
        min_size=1,
    )
)
def test_every_map_that_the_reader_makes_can_be_saved_and_swapped(labels: list[str]) -> None:
    proposed = chosen_map(
        propose_channel_map(read_metadata(encode_c3d(noise_v(len(labels)), labels=labels)[:8192]))
    )
    assert check_channel_map(proposed) == proposed
    if any(proposed.values()):
        assert check_channel_map(swapped(proposed))


def test_how_a_side_is_known_is_told() -> None:
    def origins(data: bytes, channel_map: dict[str, Side | None] | None = None) -> list[str | None]:
        return [p.side_from for p in propose_channel_map(read_metadata(data[:2048], channel_map=channel_map))]

    assert origins(encode_c3d(noise_v(2), labels=["EMG_RF_L", "EMG_RF_R"])) == ["label", "label"]
    game = encode_c3d(noise_v(2), labels=["CH1 Raw", "CH2 Raw"])
    assert origins(game) == ["convention", "convention"]
    assert origins(game, {"CH1": "right", "CH2": "left"}) == ["person", "person"]
    assert origins(encode_c3d(noise_v(1), labels=["EMG1"])) == [None]
