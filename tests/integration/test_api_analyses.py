"""Stored sessions analysed anew over HTTP: nothing changes before somebody applies it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
from httpx import Response

from processing.scoring.configuration import ScoringConfiguration
from tests.integration.api_sessions import CODE, RESEARCHER, ApiClinic, api_clinic

SHORTER = {"settings": {"max_contraction_s": 12.0, "min_contraction_s": 3.0}}


@pytest.fixture(scope="module")
def clinic(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiClinic]:
    with api_clinic(server_url, tmp_path_factory.mktemp("api")) as made:
        yield made


def post(clinic: ApiClinic, path: str, body: Any = None, **how: Any) -> Response:
    return clinic.client.post(f"/api/v1{path}", json=body, **how)


def versions(clinic: ApiClinic) -> list[int]:
    return [version.version for version in clinic.desk.research.versions(CODE)]


def test_a_dry_run_says_what_would_change_and_stores_nothing(clinic: ApiClinic) -> None:
    before, review = versions(clinic), clinic.desk.load_review(CODE)
    for headers in ({}, RESEARCHER):
        answer = post(clinic, f"/sessions/{CODE}/dry-run", SHORTER, headers=headers)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert (found["outcome"], "counts" in found["changes"]) == ("changed", True)
        assert [leg["found"] for leg in found["before"]["legs"]] == [2, 3]
        assert not any(leg["found"] for leg in found["after"]["legs"])  # all are shorter than the new least
    assert versions(clinic) == before
    assert clinic.desk.load_review(CODE) == review


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"settings": {"no_such": 1}}, "The analysis has no setting 'no_such'"),
        ({"setings": {}}, "body.setings"),
        (
            {"scoring": asdict(ScoringConfiguration()) | {"rate_denominator": 1}},
            "scoring is no scoring configuration",
        ),
        (
            {"scoring": asdict(ScoringConfiguration()) | {"effort_otherwise": 200}},
            "must lie between 0 and 100",
        ),
    ],
)
def test_what_cannot_be_tried_is_named(clinic: ApiClinic, body: dict[str, Any], said: str) -> None:
    for path in (f"/sessions/{CODE}/dry-run", f"/sessions/{CODE}/reanalyse"):
        answer = post(clinic, path, body)
        assert answer.status_code == 422
        assert said in answer.json()["detail"]


def test_a_session_is_put_on_the_queue_with_its_own_settings(clinic: ApiClinic) -> None:
    answer = post(clinic, f"/sessions/{CODE}/reanalyse")
    assert (answer.status_code, answer.headers["location"]) == (202, f"/api/v1/sessions/{CODE}")
    assert answer.json()["job_id"] > 0
    assert clinic.desk.load_review(CODE).summary.status == "reprocessing"
    clinic.operator.analyse_session(clinic.desk.load_review(CODE).summary.session_id, force=True)
    assert versions(clinic) == [2, 1]


def test_other_settings_are_kept_only_once_they_are_applied_with_a_reason(clinic: ApiClinic) -> None:
    kept = versions(clinic)
    begun = post(clinic, f"/sessions/{CODE}/reanalyse", {"settings": {"merge_gap_s": 0.3}})
    assert begun.status_code == 202
    run, path = begun.json()["run_id"], begun.headers["location"].removeprefix("/api/v1")
    assert clinic.client.get(f"/api/v1{path}").json()["state"] == "trying"
    early = post(clinic, f"{path}/apply", {"reason": "too early"})
    assert (early.status_code, early.json()["kind"]) == (409, "EditConflictError")
    clinic.operator.research.work(run, "try", 1, 1)
    tried = clinic.client.get(f"/api/v1{path}").json()
    assert (tried["state"], tried["n_applicable"], tried["selection"]["session_codes"]) == (
        "tried",
        1,
        [CODE],
    )
    (item,) = clinic.client.get(f"/api/v1{path}/sessions").json()
    assert (item["session_code"], item["outcome"], item["applied_version"]) == (CODE, "same", None)
    assert versions(clinic) == kept
    assert post(clinic, f"{path}/apply", {"reason": " "}).status_code == 422
    assert post(clinic, f"{path}/apply", {"reason": "smoother"}).json()["state"] == "applying"
    clinic.operator.research.work(run, "apply", 1, 1)
    assert clinic.client.get(f"/api/v1{path}").json()["state"] == "applied"
    assert versions(clinic) == [max(kept) + 1, *kept]
    assert clinic.desk.load_review(CODE).result.parameters["merge_gap_s"] == 0.3  # type: ignore[union-attr]


def test_a_run_on_a_selection_is_begun_listed_and_cancelled(clinic: ApiClinic) -> None:
    body = {"title": "weights", "scoring": asdict(ScoringConfiguration(effort_otherwise=10.0))}
    begun = post(
        clinic, "/research/runs", body | {"selection": {"patient_codes": ["P014"]}}, headers=RESEARCHER
    )
    assert (begun.status_code, begun.json()["n_sessions"]) == (202, 1)
    run = begun.json()["id"]
    assert run in [each["id"] for each in clinic.client.get("/api/v1/research/runs").json()]
    assert begun.json()["created_by"] is None  # no names for researchers, nor days to find out others by
    assert clinic.client.get(f"/api/v1/research/runs/{run}").json()["created_by"] == "Local researcher"
    by_day = body | {"selection": {"recorded_from": "2026-03-01"}}
    assert post(clinic, "/research/runs", by_day, headers=RESEARCHER).status_code == 403
    by_day = {"format": "json", "filters": {"recorded_until": "2026-03-01"}}
    assert post(clinic, "/exports", by_day, headers=RESEARCHER).status_code == 403
    cancelled = post(clinic, f"/research/runs/{run}/cancel", headers=RESEARCHER)
    assert (cancelled.status_code, cancelled.json()["state"]) == (202, "cancelled")
    nothing = post(clinic, "/research/runs", body | {"selection": {"patient_codes": ["P999"]}})
    assert (nothing.status_code, nothing.json()["kind"]) == (422, "InvalidParameterError")
    assert clinic.client.get("/api/v1/research/runs/999").status_code == 404


def test_what_no_database_stores_is_refused_and_not_an_error_of_the_server(clinic: ApiClinic) -> None:
    bodies: list[dict[str, Any]] = [
        {"title": "a\0b"},
        {"title": "x", "selection": {"site": "\0"}},
        {"title": "x", "selection": {"session_codes": ["\0"]}},
    ]
    for body in bodies:
        assert post(clinic, "/research/runs", body).status_code == 422
    infinite = '{"title": "x", "scoring": {"bfr_high_percent_aop": 1e999}}'
    answer = clinic.client.post(
        "/api/v1/research/runs", content=infinite, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
