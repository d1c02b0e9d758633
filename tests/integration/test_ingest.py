"""Events in: one session and one job each, however often and in whatever order they come."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from processing.services import Services
from processing.use_cases.ingest_types import IngestOutcome, StorageEvent


def _event(name: str = "P001/a.c3d", version: str = "v1", **body: Any) -> StorageEvent:
    return StorageEvent(
        event_type="INSERT",
        bucket="c3d-examples",
        object_name=name,
        object_version=version,
        size_bytes=1000,
        source="webhook",
        body=body,
    )


def _ingest(services: Services, event_id: str, event: StorageEvent) -> IngestOutcome:
    return services.ingest(event, event_id=event_id, correlation_id="test")


def _n_jobs(services: Services) -> int:
    row = services.database.fetch_one("select count(*) as n from procrastinate.procrastinate_jobs")
    assert row is not None
    return int(row["n"])


def test_an_event_makes_one_session_and_one_job(services: Services) -> None:
    outcome = _ingest(services, "e1", _event())
    assert (outcome.created, outcome.outcome, outcome.session_code) == (True, "accepted", "P001S001")
    assert outcome.status == "pending"
    assert _n_jobs(services) == 1


def test_the_same_event_again_gives_the_same_session(services: Services) -> None:
    first = _ingest(services, "e1", _event())
    again = _ingest(services, "e1", _event())
    assert (again.created, again.outcome, again.session_id) == (False, "duplicate", first.session_id)
    assert _n_jobs(services) == 1


def test_the_same_version_under_another_event_id_gives_no_second_job(services: Services) -> None:
    first = _ingest(services, "webhook", _event())
    again = _ingest(services, "sweep", _event())
    assert (again.outcome, again.session_id) == ("duplicate", first.session_id)
    assert _n_jobs(services) == 1


def test_an_overwrite_queues_the_same_session_again(services: Services) -> None:
    first = _ingest(services, "e1", _event(version="v1"))
    second = _ingest(services, "e2", _event(version="v2"))
    assert (second.outcome, second.session_code) == ("accepted", first.session_code)
    assert _n_jobs(services) == 2


def test_a_version_that_comes_back_is_looked_at_again(services: Services) -> None:
    for event_id, version in (("e1", "v1"), ("e2", "v2"), ("e3", "v1")):
        assert _ingest(services, event_id, _event(version=version)).outcome == "accepted"
    assert _n_jobs(services) == 3


@pytest.mark.parametrize("name", ["somewhere/a.c3d", "P001/../../a.c3d", "P0012/a.c3d", "p001/a.c3d"])
def test_a_file_outside_a_patient_folder_is_parked_not_dropped(services: Services, name: str) -> None:
    outcome = _ingest(services, "e1", _event(name=name))
    assert (outcome.outcome, outcome.session_code) == ("parked", None)
    assert [parked.object_name for parked in services.list_parked_files()] == [name]
    assert _n_jobs(services) == 0


def test_sixteen_threads_with_one_event_make_one_session(services: Services) -> None:
    outcomes: list[IngestOutcome] = []
    threads = [
        threading.Thread(target=lambda: outcomes.append(_ingest(services, "e1", _event()))) for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome.outcome for outcome in outcomes) == ["accepted"] + ["duplicate"] * 15
    assert len({outcome.session_id for outcome in outcomes}) == 1
    assert _n_jobs(services) == 1


def test_session_codes_are_given_out_without_gaps_or_repeats(services: Services) -> None:
    outcomes: list[IngestOutcome] = []
    threads = [
        threading.Thread(
            target=lambda n=n: outcomes.append(_ingest(services, f"e{n}", _event(name=f"P007/{n}.c3d")))
        )
        for n in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(o.session_code) for o in outcomes) == [f"P007S{n:03}" for n in range(1, 13)]


def test_text_that_the_database_cannot_store_is_stored_readably(services: Services) -> None:
    outcome = _ingest(services, "e1", _event(name="P001/a\0b.c3d", note="x\0y", odd="\ud800"))
    assert outcome.outcome == "accepted"
    assert services.load_review("P001S001").summary.object_name == "P001/a\N{REPLACEMENT CHARACTER}b.c3d"


def test_ignored_events_are_recorded_once_with_their_reason(services: Services) -> None:
    body = {"type": "DELETE", "old_record": {"bucket_id": "b", "name": "P001/a.c3d"}}
    assert services.record_ignored("e1", body, "deletion") is True
    assert services.record_ignored("e1", body, "deletion") is False
    row = services.database.fetch_one("select * from app.storage_events")
    assert row is not None
    assert (row["outcome"], row["reason"], row["object_name"]) == ("ignored", "deletion", "P001/a.c3d")


def test_a_failed_transaction_leaves_neither_event_nor_session_nor_job(services: Services) -> None:
    with services.database.transaction() as connection:
        connection.execute("alter table procrastinate.procrastinate_jobs rename to away")
    with pytest.raises(Exception, match="procrastinate_jobs"):
        _ingest(services, "e1", _event())
    row = services.database.fetch_one(
        "select (select count(*) from app.storage_events) + (select count(*) from app.therapy_sessions) as n"
    )
    assert row is not None
    assert row["n"] == 0
