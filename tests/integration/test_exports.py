"""Exports on the real database: what other programs read back is what is stored and what the screen shows."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import ezc3d
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from jsonschema import Draft202012Validator
from scipy.io import loadmat

from pages._components import classes, words
from pages._components.contraction_table import contraction_table
from processing.c3d import read_recording
from processing.emg.corrections import Correction
from processing.errors import (
    AccessDeniedError,
    InvalidParameterError,
    NotFoundError,
    ReplacedRecordingError,
)
from processing.exports.formats import TABLE_FORMATS, Format
from processing.exports.model import Scope
from processing.exports.write_json import json_schema
from processing.services import LOCAL_CLINICIAN, LOCAL_RESEARCHER, Services, build_services, closing_services
from processing.settings import Settings
from processing.use_cases.read_models import AuditFilters, SessionFilters, SessionInputs, SessionReview
from processing.use_cases.reprocessing import Selection
from tests.builders import make_c3d
from tests.integration.clinic import Clinic, make_clinic
from tests.integration.exported import read_back

CODE, UNJUDGED = "P014S001", "P014S002"
NOTE = '=HYPERLINK("http://x.test";"click")\r\n"Moe", vandaag — 😀 \x07'
READ_NOTE = '=HYPERLINK("http://x.test";"click")\n"Moe", vandaag — 😀 '
REASON = '+artefact, "Jan"'
CONTRACTIONS = [(2.0, 4.5), (7.0, 9.5), (12.0, 14.5), (16.0, 18.5)]


@pytest.fixture(scope="module")
def clinic(server_url: str) -> Iterator[str]:
    from tests.integration.conftest import fresh_database

    yield from fresh_database(server_url)


@pytest.fixture(scope="module")
def operator(clinic: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Three sessions of one patient: one corrected and with a note, one not judged, one that cannot be read."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("exports"), database_url=clinic, _env_file=None)
    with closing_services(build_services(settings, clinic)) as services:
        _fill(services)
        yield services


def _fill(services: Services) -> None:
    desk = services.for_viewer(LOCAL_CLINICIAN)
    files = {
        "good.c3d": make_c3d(contractions_s=CONTRACTIONS, dropouts_s=[10.5]),
        "noise.c3d": make_c3d(contractions_s=[[], []], dropouts_s=[[k * 0.5 for k in range(40)], []]),
    }
    for name, data in files.items():
        outcome = desk.save_upload("P014", name, data)
        assert outcome.session_id is not None
        services.analyse_session(outcome.session_id)
    desk.save_inputs(
        CODE,
        SessionInputs(mvc_left_uv=200.0, mvc_right_uv=400.0, perceived_effort_cr10=5.0, bfr_percent_aop=50.0),
    )
    first = desk.load_review(CODE)
    assert first.result is not None
    rejected = first.result.channels[0].contractions[0]
    desk.corrections.save(
        first, Correction("CH1", "reject", rejected.onset_s, rejected.offset_s, reason=REASON)
    )
    moved = desk.load_review(CODE)
    assert moved.result is not None
    last = moved.result.channels[1].contractions[3]
    desk.corrections.save(
        moved, Correction("CH2", "move", last.onset_s, last.offset_s, new_onset_s=16.5, new_offset_s=18.0)
    )
    desk.notes.add(CODE, NOTE, at_s=3.25)


@pytest.fixture(scope="module")
def desk(operator: Services) -> Services:
    return operator.for_viewer(LOCAL_CLINICIAN)


@pytest.fixture(scope="module")
def researcher(operator: Services) -> Services:
    return operator.for_viewer(LOCAL_RESEARCHER)


@pytest.fixture(scope="module")
def review(desk: Services) -> SessionReview:
    return desk.load_review(CODE)


@pytest.fixture(scope="module")
def exported(desk: Services) -> dict[str, bytes]:
    """Both sessions with notes, in every format."""
    return {f: desk.exports.tables([CODE, UNJUDGED], f, Scope(notes=True)).data for f in TABLE_FORMATS}


def same(read: Any, stored: Any) -> bool:
    """Whether a program read what is stored; MATLAB has no whole numbers and no truth."""
    if stored is None:
        return read is None
    if isinstance(stored, str):
        return bool(read == stored)
    return read is not None and float(read) == float(stored)


@pytest.mark.parametrize("format", TABLE_FORMATS)
def test_every_measure_of_a_contraction_is_read_back_as_it_is_stored(
    exported: dict[str, bytes], review: SessionReview, format: Format
) -> None:
    assert review.result is not None
    rows = [r for r in read_back(exported[format], format, "contractions") if r["session_code"] == CODE]
    expected = [(c.name, i + 1, x) for c in review.result.channels for i, x in enumerate(c.contractions)]
    counted = {(r["channel"], r["number"]): r for r in rows if r["number"] is not None}
    assert len(counted) == len(expected) == 7
    names = (
        "onset_s", "offset_s", "duration_s", "plateau_uv", "peak_uv", "mean_uv", "percent_mvc", "meets_intensity",
        "meets_duration", "mnf_hz", "mdf_hz", "doubtful", "doubtful_reason",
    )  # fmt: skip
    for channel, number, contraction in expected:
        row = counted[channel, number]
        assert all(same(row[name], getattr(contraction, name)) for name in names), row
        assert row["kind"] == classes.contraction_class(contraction).key
    (refused,) = (r for r in rows if r["number"] is None)
    assert (refused["kind"], refused["correction"], bool(refused["counts"])) == ("rejected", "reject", False)


@pytest.mark.parametrize("format", TABLE_FORMATS)
def test_counts_score_and_its_parts_are_read_back_as_they_are_stored(
    exported: dict[str, bytes], review: SessionReview, format: Format
) -> None:
    assert review.result is not None
    score = review.result.score
    row = read_back(exported[format], format, "sessions")[0]
    for name in ("total", "low", "high"):
        column = "score" if name == "total" else f"score_{name}"
        assert row[column] == pytest.approx(getattr(score, name), rel=1e-15)
    assert sum(
        row[f"points_{p}"] or 0 for p in ("compliance", "symmetry", "effort", "game")
    ) == pytest.approx(row["score"])
    assert (row["left_found"], row["right_found"], row["effort_cr10"], row["counts_from"]) == (
        3,
        4,
        5,
        "corrected",
    )
    assert row["file_sha256"] == review.result.file_sha256
    assert row["scoring_set"] == "trial v1"
    assert row["points_game"] is None


@pytest.mark.parametrize("format", TABLE_FORMATS)
def test_a_note_or_reason_that_looks_like_a_formula_stays_text(
    exported: dict[str, bytes], format: Format
) -> None:
    (note,) = read_back(exported[format], format, "notes")
    guard = "'" if format == "csv" else ""
    assert (note["text"], note["at_s"]) == (guard + READ_NOTE, 3.25)
    rejected = [r for r in read_back(exported[format], format, "corrections") if r["kind"] == "reject"]
    assert [r["reason"] for r in rejected] == [guard + REASON]


@pytest.mark.parametrize("format", TABLE_FORMATS)
def test_a_channel_that_is_not_judged_has_empty_counts_and_says_why(
    exported: dict[str, bytes], format: Format
) -> None:
    rows = [r for r in read_back(exported[format], format, "channels") if r["session_code"] == UNJUDGED]
    (left,) = (r for r in rows if r["side"] == "left")
    assert left["verdict"] == "not_judged"
    assert (left["good"], left["held"], left["strong"], left["mvc_uv"]) == (None, None, None, None)
    assert "held: not judged: " in left["missing_because"]


def test_what_the_screen_shows_is_the_export_rounded(
    exported: dict[str, bytes], review: SessionReview
) -> None:
    """The table of contractions, the tiles' counts and the score, for a session with corrections."""
    assert review.result is not None
    shown = contraction_table(review.result.channels, review.inputs.targets).to_dict("records")
    rows = [r for r in read_back(exported["xlsx"], "xlsx", "contractions") if r["session_code"] == CODE]
    ordered = [r for r in rows if r["counts"]] + [r for r in rows if not r["counts"]]
    assert len(shown) == len(ordered) == 8
    for cells, row in zip(shown, ordered, strict=True):
        assert cells["Start (s)"] == words.fixed(row["onset_s"], 2)
        assert cells["Duration (s)"] == words.fixed(row["duration_s"], 2)
        assert cells["Plateau (µV)"] == words.number(row["plateau_uv"])
        assert cells["Peak (µV)"] == words.number(row["peak_uv"])
        assert cells["% MVC"] == words.number(row["percent_mvc"], missing=words.NOT_ASSESSABLE)
        assert cells["MDF (Hz)"] == words.number(row["mdf_hz"], missing="—")
    session = read_back(exported["xlsx"], "xlsx", "sessions")[0]
    for channel in review.result.channels:
        assert str(classes.good_count(channel)) == str(session[f"{channel.side}_good"])
    score = review.result.score
    assert words.score_words(score.total, score.low, score.high) == words.score_words(
        session["score"], session["score_low"], session["score_high"]
    )


def test_a_json_export_follows_its_schema(exported: dict[str, bytes], researcher: Services) -> None:
    schema = Draft202012Validator(json_schema())
    schema.validate(json.loads(exported["json"]))
    schema.validate(json.loads(researcher.exports.tables([CODE], "json").data))


def test_units_and_meanings_stand_in_every_format(exported: dict[str, bytes]) -> None:
    for format in ("csv", "parquet"):
        with zipfile.ZipFile(io.BytesIO(exported[format])) as files:
            dictionary = pd.read_csv(io.BytesIO(files.read("dictionary.csv")))
            about = json.loads(files.read("about.json"))
        entry = dictionary[(dictionary.table == "contractions") & (dictionary.column == "peak_uv")].iloc[0]
        assert (entry.unit, about["software_version"]) == ("µV", "0.1.0")
    with zipfile.ZipFile(io.BytesIO(exported["parquet"])) as files:
        field = pq.read_schema(io.BytesIO(files.read("contractions.parquet"))).field("peak_uv")
    assert field.metadata[b"unit"].decode() == "µV"
    for format in ("xlsx", "mat", "json"):
        entries = read_back(exported[format], format, "dictionary")
        assert {e["column"]: e["unit"] for e in entries if e["table"] == "contractions"}["peak_uv"] == "µV"
    parameters = read_back(exported["csv"], "csv", "parameters")
    (low,) = (p for p in parameters if p["name"] == "bandpass_low_hz")
    assert (float(low["value"]), low["unit"], low["set_kind"]) == (20.0, "Hz", "analysis")


def test_a_researcher_gets_no_dates_names_or_free_text(researcher: Services) -> None:
    file = researcher.exports.tables([CODE], "json", Scope(pseudonymised=False))
    data = json.loads(file.data)
    assert data["about"]["pseudonymised"] is True
    session = data["sessions"][0]
    assert session["study_day"] == 1
    assert not {"recorded_at", "received_at", "analysed_at", "file_name", "prescribed_from"} & set(session)
    text = file.data.decode()
    assert "good.c3d" not in text
    assert "artefact" not in text
    assert "Local clinician" not in text
    assert "notes" not in data


def test_notes_leave_only_for_those_who_may_read_them(
    researcher: Services, desk: Services, operator: Services
) -> None:
    theirs = json.loads(researcher.exports.tables([CODE], "json", Scope(notes=True)).data)
    assert "notes" not in theirs
    assert theirs["about"]["notes_included"] is False
    mine = json.loads(desk.exports.tables([CODE], "json", Scope(notes=True, pseudonymised=True)).data)
    assert [note["text"] for note in mine["notes"]] == [READ_NOTE]
    assert "author" not in mine["notes"][0]
    assert len(json.loads(operator.exports.tables([CODE], "json", Scope(notes=True)).data)["notes"]) == 1


def test_every_session_of_a_selection_stands_in_the_audit_log(desk: Services) -> None:
    before = len(desk.list_audit(AuditFilters(action="export", limit=1000)))
    desk.exports.selection(SessionFilters(patient_code="P014"), "csv")
    entries = desk.list_audit(AuditFilters(action="export", limit=1000))
    assert len(entries) == before + 2
    assert {entry.subject for entry in entries[:2]} == {CODE, UNJUDGED}
    assert entries[0].reason == "tables as csv, with dates; one of 2 sessions"
    assert entries[0].actor_name == "Local clinician"


def test_a_research_selection_is_exported_by_patient_and_time(researcher: Services) -> None:
    everything = Selection()
    assert researcher.exports.matching(everything) == [CODE, UNJUDGED]
    assert researcher.exports.matching(replace(everything, verdicts=("not_judged",))) == [UNJUDGED]
    assert researcher.exports.matching(replace(everything, patient_codes=("P001",))) == []
    (row,) = read_back(researcher.exports.selection(everything, "xlsx").data, "xlsx", "patients")
    assert (row["patient_code"], row["n_sessions"]) == ("P014", 2)


def test_an_export_of_the_operator_stands_in_the_audit_log_too(operator: Services, desk: Services) -> None:
    operator.exports.signals(CODE, "mat", window_s=(1.0, 2.0))
    entry = desk.list_audit(AuditFilters(action="export", limit=1))[0]
    assert (entry.actor, entry.subject, entry.reason) == (None, CODE, "signals as mat; 1.00 to 2.00 s")


def test_nothing_leaves_that_cannot_be_kept_in_the_audit_log(
    clinic: str, settings: Settings, tmp_path: Any, database_url: str
) -> None:
    people: Clinic = make_clinic(database_url)
    with closing_services(build_services(settings, people.url_of("app_dashboard"))) as services:
        with pytest.raises(AccessDeniedError):
            services.exports.tables(["P001S001"], "json")
        theirs = services.for_viewer(people.identity("therapist"))
        with pytest.raises(NotFoundError, match="P002S001"):
            theirs.exports.tables(["P001S002", "P002S001"], "json")
        assert json.loads(theirs.exports.tables(["P001S002"], "json").data)["sessions"][0]["score"] is None


def test_the_original_file_leaves_byte_for_byte(
    desk: Services, researcher: Services, review: SessionReview
) -> None:
    file = desk.exports.recording(CODE)
    assert review.result is not None
    assert hashlib.sha256(file.data).hexdigest() == review.result.file_sha256
    assert file.name == "good.c3d"
    with pytest.raises(AccessDeniedError, match="may hold a name"):
        researcher.exports.recording(CODE)


def _window(review: SessionReview, services: Services, start: int, stop: int) -> dict[str, Any]:
    left, right = services.load_traces(review)
    return {
        "CH1_raw_uv": left.raw_uv[start:stop],
        "CH1_filtered_uv": left.filtered_uv[start:stop],  # type: ignore[index]
        "CH1_envelope_uv": left.rms_envelope_uv[start:stop],
        "CH2_activated_uv": right.activated_uv[start:stop],  # type: ignore[index]
    }


def test_a_window_of_signals_is_read_back_sample_for_sample(desk: Services, review: SessionReview) -> None:
    expected = _window(review, desk, 1980, 2970)
    read: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(io.BytesIO(desk.exports.signals(CODE, "csv", window_s=(2.0, 3.0)).data)) as files:
        frame = pd.read_csv(io.BytesIO(files.read("signals.csv")), dtype={"CH1_raw_uv": np.float32})
    read["csv"] = {name: frame[name].to_numpy(np.float32) for name in frame.columns}
    table = pq.read_table(io.BytesIO(desk.exports.signals(CODE, "parquet", window_s=(2.0, 3.0)).data))
    read["parquet"] = {name: table[name].to_numpy() for name in table.column_names}
    struct = loadmat(io.BytesIO(desk.exports.signals(CODE, "mat", window_s=(2.0, 3.0)).data))["signals"][0, 0]
    read["mat"] = {name: struct[name].ravel() for name in struct.dtype.names}
    for found in read.values():
        assert found["time_s"][0] == pytest.approx(2.0, abs=1e-6)
        for name, values in expected.items():
            np.testing.assert_array_equal(found[name], values)
        assert not found["CH1_left_out"].any()


def test_what_was_left_out_has_no_amplitude_in_a_signal_export(desk: Services) -> None:
    table = pq.read_table(io.BytesIO(desk.exports.signals(CODE, "parquet").data))
    mask = table["CH1_left_out"].to_numpy()
    assert 270 <= mask.sum() < 400
    assert np.isnan(table["CH1_envelope_uv"].to_numpy()[mask]).all()
    assert not np.isnan(table["CH1_envelope_uv"].to_numpy()[~mask]).any()
    assert not np.isnan(table["CH1_raw_uv"].to_numpy()).any()


def test_ezc3d_reads_a_window_of_signals_with_its_units(
    desk: Services, review: SessionReview, tmp_path: Any
) -> None:
    path = tmp_path / "window.c3d"
    path.write_bytes(desk.exports.signals(CODE, "c3d", window_s=(2.0, 3.0)).data)
    file = ezc3d.c3d(str(path))
    analog = file["parameters"]["ANALOG"]
    labels = analog["LABELS"]["value"]
    assert labels[:5] == ["CH1 raw", "CH1 filtered", "CH1 RMS envelope", "CH1 activated", "CH1 left out"]
    assert (analog["UNITS"]["value"][0], analog["RATE"]["value"][0]) == ("uV", 990.0)
    samples = file["data"]["analogs"][0]
    expected = _window(review, desk, 1980, 2970)
    np.testing.assert_array_equal(samples[0], expected["CH1_raw_uv"])
    np.testing.assert_array_equal(samples[2], expected["CH1_envelope_uv"])
    assert file["parameters"]["EXPORT"]["SESSION_CODE"]["value"] == [CODE]
    assert "good" not in str(file["parameters"]["EXPORT"])
    ours = read_recording(path.read_bytes(), file_name="window.c3d")
    assert [(c.name, c.unit, c.side) for c in ours.metadata.channels] == [
        ("CH1", "uV", "left"),
        ("CH2", "uV", "right"),
    ]
    np.testing.assert_allclose(1e6 * ours.emg_v[0], expected["CH1_raw_uv"], rtol=1e-6)


def test_a_window_outside_the_recording_is_refused(desk: Services) -> None:
    with pytest.raises(InvalidParameterError, match="holds no sample of a recording of 20"):
        desk.exports.signals(CODE, "csv", window_s=(30.0, 31.0))
    with pytest.raises(InvalidParameterError, match="expected one of csv, mat, parquet, c3d"):
        desk.exports.signals(CODE, "xlsx")


def test_results_leave_without_the_file_and_another_file_never_leaves_in_its_place(
    services: Services,
) -> None:
    desk = services.for_viewer(LOCAL_CLINICIAN)
    outcome = desk.save_upload("P020", "game.c3d", make_c3d(duration_s=12.0))
    assert outcome.session_id is not None
    services.analyse_session(outcome.session_id)
    review = desk.load_review("P020S001")
    desk.exports.check_recording(review)
    services.store.write(review.summary.object_name, make_c3d(duration_s=13.0))
    with pytest.raises(ReplacedRecordingError, match="not the one that these numbers are from"):
        desk.exports.recording("P020S001")
    with pytest.raises(ReplacedRecordingError):
        desk.exports.signals("P020S001", "parquet")
    (services.settings.data_dir / "buckets" / "c3d-examples" / review.summary.object_name).unlink()
    with pytest.raises(NotFoundError):
        desk.exports.check_recording(review)
    assert desk.list_audit(AuditFilters(action="export")) == []
    rows = read_back(desk.exports.tables(["P020S001"], "json").data, "json", "sessions")
    assert rows[0]["result_version"] == 1
