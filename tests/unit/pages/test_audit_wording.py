"""Changes in the audit log, as an administrator reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pages._components.audit.wording import changes, reason_words
from processing.language import speaking
from processing.use_cases.read_models import AuditEntry


def entry(before: dict[str, Any], after: dict[str, Any], table: str = "performance_scores") -> AuditEntry:
    at = datetime(2025, 3, 10, 12, 1, tzinfo=UTC)
    return AuditEntry(1, at, None, None, "worker", "update", table, "1", before, after, None, None)


def test_a_score_that_reads_differently_is_shown_as_old_and_new() -> None:
    said = changes(
        entry({"total": 61.3, "low": 61.3, "high": 61.3}, {"total": 98.0, "low": 98, "high": 98}), {}
    )
    assert said == ["score: 61.3 → 98.0"]


def test_a_range_that_rounds_to_the_same_shows_the_finer_difference() -> None:
    before, after = (
        {"total": None, "low": 61.02, "high": 98.4},
        {"total": None, "low": 61.04, "high": 98.4},
    )
    assert changes(entry(before, after), {}) == ["lowest possible score: 61.02 → 61.04"]


def test_a_score_that_did_not_change_makes_no_line() -> None:
    same = {"total": None, "low": 61.0, "high": 98.0}
    assert changes(entry(same, dict(same)), {}) == []


def test_fields_and_moments_are_said_in_words() -> None:
    before = {"processing_status": "pending", "received_at": None, "valid_from": "2025-03-01"}
    after = {
        "processing_status": "completed",
        "received_at": "2025-03-10T12:01:30+00:00",
        "valid_from": "2025-03-02",
    }
    assert changes(entry(before, after, "therapy_sessions"), {}) == [
        "state: pending → completed",
        "arrived: — → 10 Mar 2025, 12:01",
        "valid from: 1 Mar 2025 → 2 Mar 2025",
    ]


def test_a_reason_is_translated_where_a_program_gave_it_and_never_where_a_person_did() -> None:
    given = replace(entry({}, {}), reason="this session")
    with speaking("fr"):
        assert reason_words(replace(given, action="export")) == "cette séance"
        assert reason_words(given) == "this session"
    assert reason_words(replace(given, reason=None)) == ""
