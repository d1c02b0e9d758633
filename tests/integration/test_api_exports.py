"""Files over HTTP: the same bytes' content as the dashboard's exports, named safely, and kept in the audit log."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import openpyxl
import pyarrow.parquet as pq
import pytest

from processing.exports.formats import MEDIA_TYPES, SIGNAL_FORMATS, TABLE_FORMATS
from processing.use_cases.read_models import AuditFilters
from rest_api.routes.exports import disposition
from tests.integration.api_sessions import CODE, FILE, RESEARCHER, ApiClinic, api_clinic

SESSION = f"/api/v1/sessions/{CODE}"


@pytest.fixture(scope="module")
def clinic(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiClinic]:
    with api_clinic(server_url, tmp_path_factory.mktemp("api")) as made:
        yield made


def test_every_format_of_tables_and_signals_comes_as_a_named_file(clinic: ApiClinic) -> None:
    for format in TABLE_FORMATS:
        answer = clinic.client.get(f"{SESSION}/export", params={"format": format})
        expected = clinic.desk.exports.tables([CODE], format)
        assert answer.status_code == 200
        assert answer.headers["content-type"].split(";")[0] == MEDIA_TYPES[format]
        assert f'filename="{expected.name}"' in answer.headers["content-disposition"]
        if format == "json":
            told = answer.json()
            assert told["contractions"][0]["onset_s"] == pytest.approx(7.0, abs=0.1)  # the first was rejected
        if format == "xlsx":
            assert "sessions" in openpyxl.load_workbook(io.BytesIO(answer.content)).sheetnames
    for format in SIGNAL_FORMATS:
        query: dict[str, Any] = {"format": format, "start": 1.0, "end": 4.0}
        answer = clinic.client.get(f"{SESSION}/signals/export", params=query)
        assert answer.status_code == 200
        if format == "parquet":
            raw = pq.read_table(io.BytesIO(answer.content))["CH1_raw_uv"].to_numpy()
            traces = clinic.desk.load_traces(clinic.desk.load_review(CODE))[0]
            assert np.array_equal(raw, traces.raw_uv[990:3960])


def test_the_original_file_comes_byte_for_byte_and_not_to_researchers(clinic: ApiClinic) -> None:
    answer = clinic.client.get(f"{SESSION}/recording")
    assert answer.content == clinic.recording
    assert f'filename="{FILE}"' in answer.headers["content-disposition"]
    assert clinic.client.get(f"{SESSION}/recording", headers=RESEARCHER).status_code == 403


def test_researchers_get_no_date_whatever_they_ask_for(clinic: ApiClinic) -> None:
    query = {"format": "json", "pseudonymised": "false"}
    told = clinic.client.get(f"{SESSION}/export", params=query, headers=RESEARCHER).json()
    assert told["about"]["pseudonymised"] is True
    assert "recorded_at" not in told["sessions"][0]
    plain = clinic.client.get(f"{SESSION}/export", params=query).json()
    assert "recorded_at" in plain["sessions"][0]


def test_many_sessions_are_named_or_matched_and_all_must_be_visible(clinic: ApiClinic) -> None:
    def order(**body: Any) -> Any:
        return clinic.client.post("/api/v1/exports", json={"format": "json"} | body)

    assert [s["session_code"] for s in order(session_codes=[CODE]).json()["sessions"]] == [CODE]
    assert [s["session_code"] for s in order(filters={"patient": "P014"}).json()["sessions"]] == [CODE]
    assert order(session_codes=[CODE, "P014S999"]).status_code == 404
    assert order(filters={"patient": "P999"}).status_code == 422
    assert order().status_code == 422
    assert order(session_codes=[CODE], filters={}).status_code == 422


def test_reports_come_as_pdf_in_the_language_that_is_asked_for(clinic: ApiClinic) -> None:
    for kind, language in (("clinical", "nl"), ("patient", "fr")):
        answer = clinic.client.get(f"{SESSION}/report", params={"kind": kind, "language": language})
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
        assert f'filename="{CODE}_{kind}_{language}.pdf"' in answer.headers["content-disposition"]
    assert clinic.client.get(f"{SESSION}/report", params={"language": "de"}).status_code == 422
    assert clinic.client.get(f"{SESSION}/report", headers=RESEARCHER).status_code == 403  # it prints the day


def test_what_leaves_is_kept_in_the_audit_log_with_the_way_it_was_asked_for(clinic: ApiClinic) -> None:
    clinic.client.get(f"{SESSION}/export", params={"format": "csv"})
    clinic.client.get(f"{SESSION}/report")
    entries = clinic.desk.list_audit(AuditFilters(action="export", row_key=CODE, limit=2))
    assert [entry.reason for entry in entries] == [
        "PDF clinical; en; REST API",
        "tables as csv, with dates; this session; REST API",
    ]


def test_a_file_is_named_in_plain_letters_and_in_all_of_them() -> None:
    named = disposition('é"\r\nx.c3d')
    assert named == "attachment; filename=\"____x.c3d\"; filename*=UTF-8''%C3%A9%22%0D%0Ax.c3d"
