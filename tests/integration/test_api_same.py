"""One session, four ways out: the API, the dashboard, the export and the command line say the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from processing.cli.main import main
from processing.use_cases.document import to_plain
from processing.use_cases.read_models import SessionReview
from tests.integration.api_sessions import CODE, ApiClinic, api_clinic


@pytest.fixture(scope="module")
def clinic(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiClinic]:
    with api_clinic(server_url, tmp_path_factory.mktemp("api")) as made:
        yield made


@pytest.fixture(scope="module")
def review(clinic: ApiClinic) -> SessionReview:
    """What the review page and every number below it are made of."""
    return clinic.desk.load_review(CODE)


@pytest.fixture(scope="module")
def told(clinic: ApiClinic) -> dict[str, Any]:
    """What the API tells of the same session."""
    found: dict[str, Any] = clinic.client.get(f"/api/v1/sessions/{CODE}").json()
    return found


@pytest.fixture
def command_line(clinic: ApiClinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands find the same database and the same folder."""
    settings = clinic.operator.settings
    assert settings.database_url is not None
    monkeypatch.setenv("DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.database_url.get_secret_value())


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main(arguments) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_api_tells_what_the_review_page_shows(told: dict[str, Any], review: SessionReview) -> None:
    assert review.result is not None
    result = told["result"]
    assert result["channels"] == to_plain(review.result.channels)
    assert result["scores"] == to_plain(review.result.score)
    assert result["parameters"] == to_plain(review.result.parameters)
    assert result["recording"]["channels"] == to_plain(review.result.metadata.channels)
    assert told["inputs"]["mvc_left_uv"] == review.inputs.mvc_left_uv
    assert told["corrections"]["revision"] == review.corrections.revision == 1
    assert len(result["channels"][0]["contractions"]) == 2  # one was rejected


def test_the_export_tells_the_same(clinic: ApiClinic, told: dict[str, Any]) -> None:
    tables = clinic.client.get(f"/api/v1/sessions/{CODE}/export", params={"format": "json"}).json()
    session, result = tables["sessions"][0], told["result"]
    assert (session["session_code"], session["recorded_at"], session["file_sha256"]) == (
        told["code"],
        told["recorded_at"],
        result["file"]["sha256"],
    )
    scores = {name: to_plain(session[column]) for name, column in _SCORES.items()}
    assert scores == {name: result["scores"][name] for name in _SCORES}
    for channel in result["channels"]:
        exported = [
            row for row in tables["contractions"] if row["channel"] == channel["name"] and row["counts"]
        ]
        assert [{name: row[name] for name in _CONTRACTION} for row in exported] == [
            {name: contraction[name] for name in _CONTRACTION} for contraction in channel["contractions"]
        ]


@pytest.mark.usefixtures("command_line")
def test_the_list_of_the_command_line_tells_the_same(
    clinic: ApiClinic, capsys: pytest.CaptureFixture[str]
) -> None:
    (row,) = (row for row in printed(capsys, "sessions", "--json") if row["code"] == CODE)
    (listed,) = clinic.client.get("/api/v1/sessions", params={"patient": "P014"}).json()["sessions"]
    assert listed["score"] == {
        "total": row["score"],
        "low": row["score_range"][0],
        "high": row["score_range"][1],
    }
    same = ("code", "patient", "status", "object", "recorded_at", "duration_s", "failure")
    assert {name: listed[name] for name in same} == {name: row[name] for name in same}
    assert {side["channel"]: side["verdict"] for side in listed["sides"]} == row["quality"]
    counts = {
        side["channel"]: {
            "contractions": side["n_contractions"],
            "good": side["n_good"],
            "expected": side["expected"],
            "side": side["side"],
        }
        for side in listed["sides"]
    }
    assert counts == row["counts"]


def test_one_file_is_analysed_alike_posted_stored_and_on_the_command_line(
    clinic: ApiClinic, capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    path = tmp_path / "same.c3d"
    path.write_bytes(clinic.recording)
    assert main(["analyze", "--json", str(path)]) == 0
    command = json.loads(capfdbinary.readouterr().out)
    query = {"file_name": "same.c3d"}
    posted = clinic.client.post("/api/v1/analyses", params=query, content=clinic.recording).json()
    assert posted | {"timings_ms": {}} == command | {"timings_ms": {}}

    given = clinic.client.post(
        "/api/v1/sessions", params=query | {"patient_code": "P015"}, content=clinic.recording
    ).json()
    session = clinic.desk.load_review(given["session_code"]).summary
    clinic.operator.analyse_session(session.session_id)
    stored = clinic.client.get(f"/api/v1/sessions/{given['session_code']}").json()["result"]
    for channel in stored["channels"]:
        assert channel.pop("corrections") is None
    assert stored["channels"] == command["channels"]
    assert stored["scores"] == command["scores"]
    assert stored["recording"] == command["recording"]
    assert stored["parameters"] == command["parameters"]["analysis"]
    assert stored["file"]["sha256"] == command["file"]["sha256"]


_SCORES = {"total": "score", "low": "score_low", "high": "score_high"}
_CONTRACTION = (
    "onset_s",
    "offset_s",
    "duration_s",
    "peak_uv",
    "mean_uv",
    "mdf_hz",
    "meets_intensity",
    "doubtful",
)
