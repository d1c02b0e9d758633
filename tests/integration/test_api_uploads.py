"""Recordings over HTTP: analysed without a trace, or given to a patient once, read in a process of their own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from httpx import Response

from processing.c3d import read_recording
from processing.emg.traces import compute_traces
from processing.use_cases.inbox import InboxFilters
from processing.use_cases.read_models import SessionFilters
from tests.builders import make_c3d
from tests.integration.api_sessions import RESEARCHER, ApiClinic, api_clinic

ANALYSES, SESSIONS = "/api/v1/analyses", "/api/v1/sessions"


@pytest.fixture(scope="module")
def clinic(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiClinic]:
    with api_clinic(server_url, tmp_path_factory.mktemp("api")) as made:
        yield made


@pytest.fixture(scope="module")
def other() -> bytes:
    """A recording that nobody has given to anybody."""
    return make_c3d(contractions_s=[(2.0, 4.5), (7.0, 9.5)], duration_s=12.0, seed=5)


def post(clinic: ApiClinic, path: str, data: bytes = b"", **how: Any) -> Response:
    return clinic.client.post(path, content=data, **how)


def everything(clinic: ApiClinic) -> tuple[Any, ...]:
    """What is stored: sessions, files of the bucket, events."""
    bucket = Path(clinic.operator.settings.bucket_dir)
    return (
        [s.session_code for s in clinic.desk.list_sessions(SessionFilters())],
        sorted(str(path) for path in bucket.rglob("*")),
        len(clinic.desk.inbox.list_files(InboxFilters())),
        clinic.operator.database.fetch_one("select count(*) as n from app.storage_events"),
    )


def test_a_posted_file_is_analysed_and_nothing_is_stored(clinic: ApiClinic, other: bytes) -> None:
    before = everything(clinic)
    answer = post(clinic, ANALYSES, other, params={"file_name": "x.c3d", "traces": 100})
    assert answer.status_code == 200
    document = answer.json()
    assert document["file"] == {
        "name": "x.c3d",
        "sha256": hashlib.sha256(other).hexdigest(),
        "size_bytes": len(other),
    }
    assert [len(channel["contractions"]) for channel in document["channels"]] == [2, 2]
    drawn = {(trace["channel"], trace["kind"]): trace for trace in document["traces"]}
    assert set(drawn) == {(c, k) for c in ("CH1", "CH2") for k in ("raw", "envelope", "activated")}
    whole = compute_traces(read_recording(other))[1].raw_uv
    trace = drawn["CH2", "raw"]
    assert len(trace["time_s"]) == len(trace["values_uv"]) == 100
    assert np.float32(max(trace["values_uv"])) == whole.max()
    assert everything(clinic) == before


def test_what_is_known_beside_the_file_counts(clinic: ApiClinic, other: bytes) -> None:
    known = {
        "mvc_left_uv": 220,
        "expected_contractions": 2,
        "settings": json.dumps({"min_contraction_s": 1.0}),
    }
    document = post(clinic, ANALYSES, other, params=known).json()
    assert "traces" not in document
    assert document["parameters"]["analysis"]["min_contraction_s"] == 1.0
    assert document["parameters"]["targets"]["expected_contractions"] == 2
    left, right = document["channels"]
    assert left["mvc"]["source"] == "session"
    assert all(c["meets_intensity"] is not None for c in left["contractions"])
    assert all(c["meets_intensity"] is None for c in right["contractions"])
    swapped = post(clinic, ANALYSES, other, params={"channel_map": '{"CH1 Raw": "right", "CH2 Raw": "left"}'})
    assert [channel["side"] for channel in swapped.json()["channels"]] == ["right", "left"]


def test_a_form_with_one_file_is_the_same_as_its_bytes(clinic: ApiClinic, other: bytes) -> None:
    form = clinic.client.post(ANALYSES, files={"file": ("mine.c3d", other)}).json()
    plain = post(clinic, ANALYSES, other, headers={"X-File-Name": "mine.c3d"}).json()
    assert form | {"timings_ms": {}} == plain | {"timings_ms": {}}
    two = clinic.client.post(ANALYSES, files=[("file", ("a.c3d", other)), ("file", ("b.c3d", other))])
    assert (two.status_code, two.json()["type"]) == (422, "urn:ghostly:problem:invalid-request")


@pytest.mark.parametrize("path", [ANALYSES, f"{SESSIONS}?patient_code=P014&file_name=x.c3d"])
@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x02\x51" + bytes(600), "UnreadableRecordingError"),
        ("truncated", "TruncatedRecordingError"),
        (b"", None),
    ],
)
def test_bytes_that_are_no_recording_are_refused_as_the_command_line_does_it(
    clinic: ApiClinic, other: bytes, path: str, data: Any, kind: str | None
) -> None:
    before = everything(clinic)
    answer = post(clinic, path, other[:5000] if data == "truncated" else data)
    assert (answer.status_code, answer.json().get("kind")) == (422, kind)
    assert everything(clinic) == before


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"settings": '{"no_such": 1}'}, "The analysis has no setting 'no_such'"),
        ({"settings": '{"merge_gap_s": 1e6}'}, "merge_gap_s is 1e+06; expected 0 to 600"),
        ({"settings": '{"merge_gap_s": [1]}'}, "expected a number"),
        ({"settings": "[1]"}, "expected a JSON object of settings"),
        ({"channel_map": '{"CH1 Raw": "middle"}'}, "expected a JSON object of channel names"),
        ({"channel_map": '{"CH1 Raw": "left", "CH2 Raw": "left"}'}, "2 channels are given to the left leg"),
        ({"mvc_left_uv": 1e6}, "The left MVC is 1e+06"),
        ({"traces": 5001}, "query.traces"),
    ],
)
def test_options_that_cannot_be_are_named(
    clinic: ApiClinic, other: bytes, query: dict[str, Any], said: str
) -> None:
    answer = post(clinic, ANALYSES, other, params=query)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]


def test_a_body_beyond_the_cap_is_refused(clinic: ApiClinic) -> None:
    too_large = bytes(64 * 1024 * 1024 + 1)
    assert post(clinic, ANALYSES, too_large).status_code == 413


def test_a_recording_is_given_to_a_patient_once_and_overwrites_no_other(
    clinic: ApiClinic, other: bytes
) -> None:
    query = {"patient_code": "P020", "file_name": "game.c3d"}
    first = post(clinic, SESSIONS, other, params=query, headers={"X-Correlation-ID": "from-the-tablet"})
    assert (first.status_code, first.headers["location"]) == (202, "/api/v1/sessions/P020S001")
    assert first.json() == {
        "session_code": "P020S001",
        "created": True,
        "status": "pending",
        "reason": None,
        "stored_as": "P020/game.c3d",
    }
    waiting = post(clinic, SESSIONS, other, params=query)  # before anybody analysed it
    assert (waiting.status_code, waiting.json()["session_code"]) == (200, "P020S001")
    review = clinic.desk.load_review("P020S001")
    assert review.correlation_id == "from-the-tablet"
    session = review.summary
    assert clinic.operator.analyse_session(session.session_id) == "completed"
    again = post(clinic, SESSIONS, other, params=query | {"file_name": "renamed.c3d"})
    assert (again.status_code, again.json()["session_code"], again.json()["stored_as"]) == (
        200,
        "P020S001",
        None,
    )
    more = post(clinic, SESSIONS, clinic.recording, params=query)
    assert (more.status_code, more.json()["session_code"]) == (202, "P020S002")
    assert more.json()["stored_as"].startswith("P020/game_")


def test_a_map_that_comes_with_the_file_is_kept_as_what_a_person_said(
    clinic: ApiClinic, other: bytes
) -> None:
    query = {
        "patient_code": "P021",
        "file_name": "x.c3d",
        "channel_map": '{"CH1 Raw": "right", "CH2 Raw": "left"}',
    }
    assert post(clinic, SESSIONS, other, params=query).status_code == 202
    session = clinic.desk.load_review("P021S001").summary
    clinic.operator.analyse_session(session.session_id)
    sides = {side.channel: side.side for side in clinic.desk.load_review("P021S001").summary.sides}
    assert sides == {"CH1": "right", "CH2": "left"}


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ({"patient_code": "X1", "file_name": "x.c3d"}, {}, 422),
        ({"patient_code": "P014", "file_name": "x.txt"}, {}, 422),
        ({"file_name": "x.c3d"}, {}, 422),
        ({"patient_code": "P014", "file_name": "x.c3d"}, RESEARCHER, 403),
    ],
)
def test_a_recording_that_may_not_be_given_is_refused_before_it_is_stored(
    clinic: ApiClinic, other: bytes, query: dict[str, str], headers: dict[str, str], status: int
) -> None:
    before = everything(clinic)
    assert post(clinic, SESSIONS, other, params=query, headers=headers).status_code == status
    assert everything(clinic) == before
