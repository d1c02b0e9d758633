"""What a request may hold, how it is refused otherwise, and what the description says about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from processing.exports.write_arrow import MEDIA_TYPE
from processing.scoring.configuration import ScoringConfiguration
from processing.use_cases.read_models import AuditFilters
from processing.use_cases.scoring_configurations import scoring_to_plain
from tests.integration.api import asking, make_api
from tests.integration.api_sessions import CODE, ApiClinic, api_clinic

API = "/api/v1"
WINDOW = f"{API}/signals/jit/{CODE}/CH1"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def clinic(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiClinic]:
    with api_clinic(server_url, tmp_path_factory.mktemp("api")) as made:
        yield made


def refused(answer: httpx.Response, status: int = 422) -> str:
    """Return the sentence of a problem."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    return str(answer.json()["detail"])


def changed(*path: str, to: Any) -> dict[str, Any]:
    """Return the trial's scoring configuration with one member changed."""
    whole: dict[str, Any] = scoring_to_plain(ScoringConfiguration())
    part = whole
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = to
    return whole


@pytest.mark.parametrize(
    ("scoring", "said"),
    [
        ({}, "scoring lacks 'bfr_high_percent_aop'"),
        ({"wieghts": {"compliance": 1.0}}, "scoring has no 'wieghts'"),
        (changed("weights", to={"compliance": 1.0}), "scoring.weights lacks 'effort'"),
        (changed("weights", "complience", to=1.0), "scoring.weights has no 'complience'"),
        (changed("weights", "compliance", to=True), "scoring.weights.compliance is true; a number"),
        (changed("effort_otherwise", to="20"), 'scoring.effort_otherwise is "20"; a number'),
        (changed("effort_bands", to=[{"low": 1}]), "scoring.effort_bands.0 lacks 'high'"),
        (changed("effort_bands", to={}), "scoring.effort_bands is {}; a list"),
    ],
)
def test_a_scoring_configuration_is_whole_or_refused(
    clinic: ApiClinic, scoring: dict[str, Any], said: str
) -> None:
    for path in (f"/sessions/{CODE}/dry-run", "/research/runs"):
        body = {"scoring": scoring} | ({"title": "x"} if "runs" in path else {})
        assert said in refused(clinic.client.post(f"{API}{path}", json=body))


@pytest.mark.parametrize(
    "day", ["9999-12-31", "0001-01-01", "1999-12-31", "0", "2026-02-30", "2026-03-10T00:00"]
)
def test_a_day_is_a_day_of_this_century(clinic: ApiClinic, day: str) -> None:
    get, post = clinic.client.get, clinic.client.post
    assert "query.on" in refused(get(f"{API}/patients/P014/adherence", params={"on": day}))
    assert "recorded_from" in refused(get(f"{API}/sessions", params={"recorded_from": day}))
    body = {"format": "json", "filters": {"recorded_until": 0 if day == "0" else day}}
    assert "recorded_until" in refused(post(f"{API}/exports", json=body))


@pytest.mark.parametrize("day", ["2000-01-01", "2100-12-31"])
def test_both_ends_of_the_century_are_days(clinic: ApiClinic, day: str) -> None:
    assert clinic.client.get(f"{API}/patients/P014/adherence", params={"on": day}).status_code == 200


@pytest.mark.parametrize(
    "setting",
    ['"merge_gap_s": "1"', '"merge_gap_s": true', r'"\ud800": 1', f'"bandpass_order": {10**400}', '"A b": 1'],
    ids=["text", "true", "half a character", "too long", "space"],
)
def test_settings_are_numbers_by_name(clinic: ApiClinic, setting: str) -> None:
    text = f"{{{setting}}}"
    asked = clinic.client.post(f"{API}/analyses", content=clinic.recording, params={"settings": text})
    assert "query.settings" in refused(asked)
    tried = clinic.client.post(
        f"{API}/sessions/{CODE}/dry-run", content=f'{{"settings": {text}}}', headers=JSON
    )
    assert "body.settings" in refused(tried)


def test_any_window_matches_a_star_but_only_if_there_is_one(clinic: ApiClinic) -> None:
    star = {"If-None-Match": "*"}
    assert clinic.client.get(WINDOW, headers=star).status_code == 304
    assert "CH9" in refused(clinic.client.get(WINDOW.replace("CH1", "CH9"), headers=star), 404)
    assert "no sample" in refused(clinic.client.get(WINDOW, headers=star, params={"start": 500, "end": 600}))


def test_an_exported_window_is_named_by_what_it_holds(clinic: ApiClinic) -> None:
    query = {"format": "csv", "start": -1, "end": 1e308}
    answer = clinic.client.get(f"{API}/sessions/{CODE}/signals/export", params=query)
    length_s = clinic.desk.load_review(CODE).summary.duration_s
    assert f'filename="{CODE}_signals_0.00-{length_s:.2f}s_csv.zip"' in answer.headers["content-disposition"]
    (entry,) = clinic.desk.list_audit(AuditFilters(action="export", row_key=CODE))
    assert entry.reason == f"signals as csv; 0.00 to {length_s:.2f} s; REST API"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (MEDIA_TYPE.upper(), MEDIA_TYPE),
        (f"{MEDIA_TYPE};q=0", "application/json"),
        (f"{MEDIA_TYPE}; q=0.000, */*", "application/json"),
        (f"application/json, {MEDIA_TYPE};q=0.5", "application/json"),
        (f"application/json;q=0.5, {MEDIA_TYPE};q=0.9", MEDIA_TYPE),
        (f"{MEDIA_TYPE}x", "application/json"),
        (f"{MEDIA_TYPE};q=much", "application/json"),
        ("*/*", "application/json"),
    ],
)
def test_a_form_is_given_as_it_is_wanted(clinic: ApiClinic, accept: str, expected: str) -> None:
    answer = clinic.client.get(WINDOW, params={"points": 2}, headers={"Accept": accept})
    assert answer.headers["content-type"] == expected


@pytest.mark.parametrize("body", [b"\xff", b"[" * 100_000, b"{"])
def test_who_nobody_knows_is_told_so_whatever_they_send(clinic: ApiClinic, body: bytes) -> None:
    with asking(make_api(clinic.operator, local=False)) as stranger:
        answer = stranger.post(f"{API}/exports", content=body, headers=JSON)
        assert "Authorization" in refused(answer, 401)
    answer = clinic.client.post(f"{API}/exports", content=body, headers=JSON)
    refused(answer)
    assert answer.json()["type"] == "urn:ghostly:problem:invalid-request"


def test_head_is_get_without_a_body(clinic: ApiClinic) -> None:
    for path in ("/health", "/sessions", f"/signals/jit/{CODE}/CH1"):
        head, get = clinic.client.head(f"{API}{path}"), clinic.client.get(f"{API}{path}")
        assert (head.status_code, head.content) == (get.status_code, b"")
        assert [head.headers.get(name) for name in ("etag", "content-length")] == [
            get.headers.get(name) for name in ("etag", "content-length")
        ]
    with capture_logs() as logs:
        assert clinic.client.head(f"{API}/patients/P014/timeline").status_code == 200
        assert clinic.client.head(f"{API}/analyses").status_code == 405
    lines = [entry for entry in logs if entry["event"] == "api_answered"]
    assert [(line["method"], line["about"], line["caller"]) for line in lines] == [
        ("HEAD", {"code": "P014"}, "local"),
        ("HEAD", {}, None),
    ]
    assert clinic.client.delete(f"{API}/health").headers["allow"] == "GET, HEAD"


def test_a_recording_comes_as_it_is(clinic: ApiClinic) -> None:
    post = clinic.client.post
    packed = post(f"{API}/analyses", content=clinic.recording, headers={"Content-Encoding": "gzip"})
    assert "'gzip'" in refused(packed, 415)
    plain = post(f"{API}/analyses", content=clinic.recording, headers={"Content-Encoding": "Identity"})
    assert plain.status_code == 200
    part = b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename*=UTF-8''a.c3d\r\n\r\nbytes\r\n--x--\r\n"
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    assert "filename=" in refused(post(f"{API}/analyses", content=part, headers=form))


def test_the_description_declares_what_bodies_and_tags_are_answered_with(clinic: ApiClinic) -> None:
    paths = clinic.client.get(f"{API}/openapi.json").json()["paths"]
    operations = {
        f"{method} {path.removeprefix(API)}": operation
        for path, methods in paths.items()
        for method, operation in methods.items()
    }
    with_body = {name for name, each in operations.items() if "requestBody" in each}
    assert {name for name in operations if {"408", "413"} <= set(operations[name]["responses"])} == with_body
    known = {"code": CODE, "session": CODE, "channel": "CH1", "version": "1", "configuration_id": "1"}
    for name, operation in operations.items():
        method, path = name.split()
        if method != "get" or "{run}" in path or "exports" in operation["tags"]:
            continue
        values = known | ({"code": CODE[:4]} if path.startswith("/patients") else {})
        answer = clinic.client.get(f"{API}{path.format(**values)}")
        assert answer.status_code == 200, name
        assert ("etag" in answer.headers) == ("304" in operation["responses"]), name
