"""Signals over HTTP: real samples of a window, as JSON and Arrow, for whom the database admits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from processing.exports.write_arrow import MEDIA_TYPE
from processing.services import LOCAL_RESEARCHER
from processing.use_cases.read_models import AuditFilters
from tests.integration.api_sessions import CODE, RESEARCHER, ApiClinic, api_clinic

JIT = f"/api/v1/signals/jit/{CODE}"


@pytest.fixture(scope="module")
def clinic(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiClinic]:
    with api_clinic(server_url, tmp_path_factory.mktemp("api")) as made:
        yield made


def window(clinic: ApiClinic, channel: str = "CH1", **query: Any) -> dict[str, Any]:
    answer = clinic.client.get(f"{JIT}/{channel}", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_channels_say_what_there_is_without_the_recording(clinic: ApiClinic) -> None:
    left, right = clinic.client.get(f"{JIT}/channels").json()["channels"]
    assert (left["name"], left["side"], left["unit"], left["sampling_rate_hz"]) == (
        "CH1",
        "left",
        "µV",
        990.0,
    )
    assert left["n_samples"] == round(left["duration_s"] * 990)
    assert left["kinds"] == ["raw", "filtered", "envelope", "activated"]
    assert (len(left["contractions"]), len(right["contractions"])) == (2, 3)  # one of the left was rejected
    assert right["contractions"][0]["start_s"] == pytest.approx(2.0, abs=0.1)


def test_a_window_holds_the_samples_that_the_dashboard_draws(clinic: ApiClinic) -> None:
    traces = clinic.desk.load_traces(clinic.desk.load_review(CODE))[0]
    for kind, whole in (
        ("raw", traces.raw_uv),
        ("filtered", traces.filtered_uv),
        ("envelope", traces.rms_envelope_uv),
        ("activated", traces.activated_uv),
    ):
        assert whole is not None
        found = window(clinic, start=1.0, end=5.0, kind=kind, points=20_000)
        assert (found["selection"], found["n_samples_in_window"]) == ("all", 3960)
        values = np.array(found["values_uv"], dtype=np.float32)
        assert np.array_equal(values, whole[990:4950])
        few = window(clinic, start=1.0, end=5.0, kind=kind, points=100)
        assert (few["selection"], few["n_points"], few["n_samples_in_window"]) == ("min-max", 100, 3960)
        at = np.round(np.array(few["time_s"]) * 990).astype(int)
        assert np.array_equal(np.array(few["values_uv"], dtype=np.float32), whole[at])
        assert max(few["values_uv"]) == pytest.approx(float(values.max()))


def test_what_was_left_out_of_the_analysis_is_null_in_the_envelope_alone(clinic: ApiClinic) -> None:
    assert None in window(clinic, start=10.0, end=12.0, kind="envelope", points=50)["values_uv"]
    assert None not in window(clinic, start=10.0, end=12.0, kind="raw", points=50)["values_uv"]


@pytest.mark.parametrize("asked", [{"params": {"format": "arrow"}}, {"headers": {"Accept": MEDIA_TYPE}}])
def test_arrow_holds_the_same_samples_as_json(clinic: ApiClinic, asked: dict[str, Any]) -> None:
    query = {"start": 10.0, "end": 14.0, "kind": "envelope", "points": 200}
    answer = clinic.client.get(
        f"{JIT}/CH1", params=query | asked.get("params", {}), headers=asked.get("headers")
    )
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert "Accept" in answer.headers["vary"]
    table = pa.ipc.open_stream(answer.content).read_all()
    plain = window(clinic, **query)
    assert table["time_s"].to_pylist() == plain["time_s"]
    values = [None if value is None else np.float32(value) for value in plain["values_uv"]]
    assert [None if value is None else np.float32(value) for value in table["value_uv"].to_pylist()] == values
    assert table.schema.field("value_uv").metadata[b"unit"] == "µV".encode()
    assert b'"kind":"envelope"' in table.schema.metadata[b"about"]


def test_a_known_window_is_answered_by_304_without_the_recording(clinic: ApiClinic) -> None:
    first = clinic.client.get(f"{JIT}/CH2", params={"points": 50})
    tag = {"If-None-Match": first.headers["etag"]}
    path = Path(clinic.operator.settings.bucket_dir) / clinic.desk.load_review(CODE).summary.object_name
    aside = path.rename(path.with_suffix(".aside"))
    clinic.operator.forget_traces()
    try:
        again = clinic.client.get(f"{JIT}/CH2", params={"points": 50}, headers=tag)
        other = clinic.client.get(f"{JIT}/CH2", params={"points": 51}, headers=tag)
    finally:
        aside.rename(path)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert other.status_code == 404  # another window, and the recording is gone
    other = clinic.client.get(f"{JIT}/CH2", params={"points": 50, "kind": "envelope"}, headers=tag)
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("path", "query", "status", "said"),
    [
        ("CH9", {}, 404, "has no channel 'CH9'; there are CH1, CH2."),
        ("a%2Fb", {}, 404, "has no channel 'a/b'"),
        ("CH1", {"points": 1}, 422, "query.points"),
        ("CH1", {"points": 20001}, 422, "query.points"),
        ("CH1", {"start": "nan"}, 422, "query.start"),
        ("CH1", {"start": 500, "end": 600}, 422, "holds no sample of a recording of"),
        ("CH1", {"kind": "spectrum"}, 422, "query.kind"),
        ("../P014S999/CH1", {}, 404, "no session 'P014S999'"),
        ("../NOT-A-CODE/CH1", {}, 422, "path.session"),
    ],
)
def test_what_is_not_there_or_cannot_be_is_a_problem_that_says_so(
    clinic: ApiClinic, path: str, query: dict[str, Any], status: int, said: str
) -> None:
    answer = clinic.client.get(f"{JIT}/{path}", params=query)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert said in answer.json()["detail"]


def test_who_may_not_see_the_session_gets_nothing_from_the_cache(clinic: ApiClinic) -> None:
    window(clinic)  # now the traces are in memory
    with clinic.operator.database.transaction() as connection:
        connection.execute("update app.user_profiles set active = false where role = 'researcher'")
    try:
        refused = clinic.client.get(f"{JIT}/CH1", headers=RESEARCHER)
    finally:
        with clinic.operator.database.transaction() as connection:
            connection.execute("update app.user_profiles set active = true where role = 'researcher'")
    assert refused.status_code == 403
    assert clinic.client.get(f"{JIT}/CH1", headers=RESEARCHER).status_code == 200


def test_reading_on_is_one_entry_of_the_audit_log_for_each_caller(clinic: ApiClinic) -> None:
    for _ in range(3):
        clinic.client.get(f"{JIT}/CH1", headers=RESEARCHER)
        clinic.client.get(f"{JIT}/channels", headers=RESEARCHER)
    entries = clinic.desk.list_audit(
        AuditFilters(action="read", row_key=CODE, actor=str(LOCAL_RESEARCHER.user_id))
    )
    assert [entry.reason for entry in entries] == ["REST API"]
