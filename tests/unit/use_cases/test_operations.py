"""Which facts need a person, and when the whole counts as ready."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from processing.use_cases.operations import (
    CacheFacts,
    OperationsFacts,
    QueueFacts,
    find_alerts,
    read_facts,
    readiness,
)

CALM = OperationsFacts(
    queue=QueueFacts(0, 0, 0, None, None, None),
    workers_alive=3,
    last_heartbeat_s=2.0,
    unfinished={},
    analysed_last_hour=12,
    failed_last_hour=0,
    failed_hour_before=0,
    analysis_p50_ms=170.0,
    analysis_p95_ms=250.0,
    missing_objects=0,
    notifications_waiting=0,
    reconciliation_age_s=20.0,
    reconciliation_error=None,
    clock_skew_s=0.1,
)


def with_queue(facts: OperationsFacts = CALM, **changes: object) -> OperationsFacts:
    return replace(facts, queue=replace(facts.queue, **changes))  # type: ignore[arg-type]


def test_all_is_well_without_an_alert() -> None:
    assert find_alerts(CALM, CacheFacts(hits=90, misses=10)) == ()


@pytest.mark.parametrize(
    ("facts", "kind", "words"),
    [
        (replace(CALM, workers_alive=0, last_heartbeat_s=95.0), "no_worker", "last sign of life is 95 s old"),
        (replace(CALM, workers_alive=0, last_heartbeat_s=None), "no_worker", "none has reported yet"),
        (with_queue(waiting=4, oldest_waiting_s=301.0), "queue_stuck", "The oldest of 4 .* waited for 5 min"),
        (with_queue(running=1, longest_running_s=601.0), "job_stuck", "running for 10 min"),
        (replace(CALM, failed_last_hour=3, failed_hour_before=1), "failures_rising", "3 recordings failed"),
        (
            replace(CALM, reconciliation_error="StorageUnavailableError"),
            "reconciliation_failing",
            "failed: Stor",
        ),
        (replace(CALM, reconciliation_age_s=700.0), "reconciliation_failing", "last compared 12 min ago"),
        (replace(CALM, clock_skew_s=-600.0), "clock_skew", "10 min behind the database's"),
        (replace(CALM, clock_skew_s=90.0), "clock_skew", "90 s ahead of the database's"),
    ],
)
def test_each_trouble_is_said_in_words(facts: OperationsFacts, kind: str, words: str) -> None:
    (alert,) = find_alerts(facts)
    assert alert.kind == kind
    assert re.search(words, alert.sentence)
    assert alert.advice.endswith(".")


@pytest.mark.parametrize(
    "facts",
    [
        with_queue(waiting=4, oldest_waiting_s=299.0),
        replace(CALM, failed_last_hour=2),
        replace(CALM, failed_last_hour=6, failed_hour_before=3),
        replace(CALM, reconciliation_age_s=None),
    ],
)
def test_what_is_within_bounds_is_no_alert(facts: OperationsFacts) -> None:
    assert find_alerts(facts) == ()


def test_cache_misses_count_once_there_were_enough_looks() -> None:
    assert find_alerts(CALM, CacheFacts(hits=4, misses=6)) == ()
    (alert,) = find_alerts(CALM, CacheFacts(hits=70, misses=30))
    assert "30 % of 100 looks" in alert.sentence
    assert CacheFacts(0, 0).miss_percent is None


def test_a_calm_system_is_ready_and_shows_each_part() -> None:
    answer = readiness(CALM)
    assert answer["ready"] is True
    assert {name: part["ok"] for name, part in answer.items() if isinstance(part, dict)} == dict.fromkeys(
        ["database", "storage", "workers", "queue", "clock", "reconciliation"], True
    )


def test_a_database_that_is_away_is_not_ready_and_nothing_is_said_about_the_queue() -> None:
    answer = readiness(None, database_error="DatabaseUnavailableError")
    assert answer == {
        "ready": False,
        "database": {"ok": False, "error": "DatabaseUnavailableError"},
        "storage": {"ok": True},
    }


def test_a_store_that_is_away_is_not_ready() -> None:
    answer = readiness(CALM, storage_error="StorageUnavailableError")
    assert answer["ready"] is False
    assert answer["storage"] == {"ok": False, "error": "StorageUnavailableError"}


def test_a_missing_worker_is_shown_and_judged_only_once_something_waits_for_it() -> None:
    alone = replace(CALM, workers_alive=0)
    assert readiness(alone)["ready"] is True
    assert readiness(alone)["workers"]["ok"] is False
    assert readiness(with_queue(alone, waiting=1, oldest_waiting_s=61.0))["ready"] is False


def test_facts_are_read_with_the_difference_of_the_clocks() -> None:
    plain = {
        "database_time": 1000.0,
        "queue": {
            "waiting": 1,
            "retrying": 0,
            "running": 0,
            "oldest_waiting_s": 3.5,
            "longest_running_s": None,
            "most_attempts": 0,
        },
        "workers": {"alive": 2, "last_heartbeat_s": 1.0},
        "sessions": None,
        "last_hour": {"analysed": 0, "failed": 0, "analysis_p50_ms": None, "analysis_p95_ms": None},
        "failed_hour_before": 0,
        "missing_objects": 0,
        "notifications_waiting": 0,
        "reconciliation": None,
    }
    facts = read_facts(plain, now_s=1002.5)
    assert facts.clock_skew_s == 2.5
    assert facts.queue.oldest_waiting_s == 3.5
    assert (facts.unfinished, facts.reconciliation_age_s) == ({}, None)
