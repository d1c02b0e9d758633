"""The use case and its document: complete, JSON-safe, small, and back again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import numpy as np
import orjson
import pytest

from processing.emg.parameters import AnalysisParameters, SessionTargets
from processing.emg.results import Mvc
from processing.errors import TruncatedRecordingError
from processing.recording import Recording
from processing.use_cases.analyse import AnalysedRecording, analyse_bytes
from processing.use_cases.document import (
    channel_from_plain,
    channel_to_plain,
    error_document,
    metadata_from_plain,
    metadata_to_plain,
    parameters_from_plain,
    parameters_to_plain,
    score_from_plain,
    score_to_plain,
    to_document,
)
from tests.builders import make_recording

PLAN = [(2.0, 4.5), (7.0, 7.8), (11.0, 13.5, 60.0)]


def analyse(recording: Recording | None = None, **arguments: object) -> AnalysedRecording:
    recording = recording or make_recording(contractions_s=PLAN, activated=True, dropouts_s=[15.0])
    return analyse_bytes(
        b"bytes of a file",
        file_name="game.c3d",
        reader=lambda data, *, file_name: recording,
        **arguments,  # type: ignore[arg-type]
    )


def test_the_document_has_the_keys_that_outsiders_rely_on() -> None:
    document = to_document(analyse())
    assert list(document) == [
        "schema", "file", "recording", "channels", "scores", "parameters", "pipeline_version", "timings_ms",
    ]  # fmt: skip
    assert set(document["file"]) == {"name", "sha256", "size_bytes"}
    assert {"sampling_rate_hz", "duration_s", "recorded_at", "clock_check", "game"} <= set(
        document["recording"]
    )
    channel = document["channels"][0]
    assert {"name", "side", "quality", "contractions", "faint", "amplitude", "spectrum", "fatigue"} <= set(
        channel
    )
    assert (channel["name"], channel["side"]) == ("CH1", "left")
    assert {"verdict", "reasons", "snr_db"} <= set(channel["quality"])
    assert {
        "onset_s", "offset_s", "duration_s", "peak_uv", "mean_uv", "mdf_hz", "doubtful",
    } <= set(channel["contractions"][0])  # fmt: skip
    assert set(document["timings_ms"]) == {"read", "quality", "detection", "measures", "total"}


def test_the_file_is_identified_by_its_bytes() -> None:
    file = to_document(analyse())["file"]
    assert file["name"] == "game.c3d"
    assert file["size_bytes"] == 15
    assert file["sha256"] == hashlib.sha256(b"bytes of a file").hexdigest()


@pytest.mark.parametrize("fault", [np.nan, np.inf, 0.0])
def test_the_document_is_json_without_nan_whatever_the_samples(fault: float) -> None:
    recording = make_recording(n_channels=2)
    recording.emg_v[0] = fault
    document = to_document(analyse(recording))
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert orjson.loads(orjson.dumps(document)) == document
    assert document["channels"][0]["quality"]["verdict"] == "not_judged"
    assert document["channels"][0]["contractions"] == []


def test_entered_values_reach_the_score() -> None:
    analysed = analyse(
        targets=SessionTargets(expected_contractions=3),
        mvc={"left": Mvc(250.0, "patient"), "right": Mvc(250.0, "patient")},
        perceived_effort_cr10=5.0,
        bfr_percent_aop=50.0,
    )
    assert (analysed.score.left.n_good, analysed.score.left.expected) == (1, 3)
    assert analysed.score.effort == 100.0
    assert analysed.score.gate == "within"
    assert analysed.score.total is not None
    assert sum(part.points or 0 for part in analysed.score.parts) == pytest.approx(analysed.score.total)


def test_without_mvc_the_score_is_a_range() -> None:
    score = to_document(analyse())["scores"]
    assert score["total"] is None
    assert score["low"] < score["high"]


def test_parts_in_the_document_still_add_up() -> None:
    mvc = {"left": Mvc(250.0, "patient"), "right": Mvc(250.0, "patient")}
    score = to_document(analyse(mvc=mvc))["scores"]
    assert sum(part["points"] or 0 for part in score["parts"]) == pytest.approx(score["total"], abs=0.001)


def test_a_channel_survives_the_database() -> None:
    for channel in analyse().channels:
        plain = orjson.loads(orjson.dumps(channel_to_plain(channel)))
        again = channel_from_plain(plain)
        assert channel_to_plain(again) == plain
        assert [c.onset_s for c in again.contractions] == pytest.approx(
            [c.onset_s for c in channel.contractions], abs=1e-4
        )
        assert again.quality.verdict == channel.quality.verdict
        assert again.mvc == (
            None if channel.mvc is None else replace(channel.mvc, value_uv=again.mvc.value_uv)
        )  # type: ignore[union-attr]


def test_a_result_of_the_first_pipeline_can_still_be_read() -> None:
    channel = analyse().channels[0]
    plain = orjson.loads(orjson.dumps(channel_to_plain(channel)))
    table = plain["quality"]["findings"]
    plain["quality"]["findings"] = [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
    del plain["temporal"], plain["quality"]["seconds"], plain["fatigue"]["r_squared"]
    again = channel_from_plain(plain)
    assert (again.temporal, again.quality.seconds, again.fatigue.r_squared) == (None, "", None)
    assert [f.kind for f in again.quality.findings] == [f.kind for f in channel.quality.findings]


def test_new_measures_are_in_the_document() -> None:
    channel = to_document(analyse())["channels"][0]
    assert {"n", "r_squared", "ci95_low", "ci95_high"} <= set(channel["fatigue"])
    assert channel["temporal"]["window_s"] == 1.0
    assert channel["temporal"]["rms_mean_uv"] > 0
    assert len(channel["quality"]["seconds"]) == 20


def test_score_metadata_and_parameters_survive_the_database_exactly() -> None:
    analysed = analyse()
    assert score_from_plain(orjson.loads(orjson.dumps(score_to_plain(analysed.score)))) == analysed.score
    metadata = orjson.loads(orjson.dumps(metadata_to_plain(analysed.metadata)))
    assert metadata_from_plain(metadata) == analysed.metadata
    parameters = AnalysisParameters(mains_notch_hz=50.0)
    assert parameters_from_plain(orjson.loads(orjson.dumps(parameters_to_plain(parameters)))) == parameters


def test_a_busy_session_takes_less_than_8_kb_per_channel() -> None:
    truth = [(t, t + 0.6) for t in np.arange(1.0, 121.0, 2.0)]
    recording = make_recording(contractions_s=truth, duration_s=122, activated=True, dropouts_s=[2.0, 50.0])
    for channel in analyse(recording).channels:
        assert len(channel.contractions) >= 58
        assert len(orjson.dumps(channel_to_plain(channel))) < 8000


def test_an_error_is_named_and_explained() -> None:
    assert error_document("game.c3d", TruncatedRecordingError("half is missing")) == {
        "file": {"name": "game.c3d"},
        "error": {"kind": "TruncatedRecordingError", "message": "half is missing"},
    }
