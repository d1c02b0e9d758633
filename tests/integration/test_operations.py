"""The bucket watched, compared and missed; the facts about queue and workers, from the real database."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from processing.errors import AccessDeniedError, StorageUnavailableError
from processing.services import LOCAL_CLINICIAN, Services
from processing.services.watching import watched_bucket
from processing.storage.watch import watch_recordings
from tests.builders import make_c3d


def until(condition: Callable[[], bool], *, timeout_s: float = 15.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"not true within {timeout_s} s"
        time.sleep(0.05)


def codes(services: Services) -> list[str]:
    rows = services.database.fetch_all("select session_code from app.therapy_sessions order by session_code")
    return [row["session_code"] for row in rows]


def missing(services: Services) -> list[str]:
    rows = services.database.fetch_all(
        "select session_code from app.therapy_sessions where object_missing_since is not null order by 1"
    )
    return [row["session_code"] for row in rows]


def test_a_file_copied_into_the_folder_is_announced_without_waiting(services: Services) -> None:
    with watched_bucket(services):
        time.sleep(0.3)  # until it watches
        folder = services.settings.bucket_dir / "P001"
        folder.mkdir(parents=True)
        (folder / "by hand.c3d").write_bytes(make_c3d())
        until(lambda: codes(services) == ["P001S001"])
        (folder / "by hand.c3d").unlink()
        until(lambda: missing(services) == ["P001S001"])


def test_what_is_known_already_is_not_announced_again(services: Services) -> None:
    services.save_upload("P001", "a.c3d", make_c3d())
    before = services.database.fetch_all("select id from app.storage_events")
    assert services.operations.announce_change("P001/a.c3d") == "settled"
    assert services.database.fetch_all("select id from app.storage_events") == before


def test_a_file_that_cannot_be_read_is_not_queued_again_when_it_is_touched(services: Services) -> None:
    data = make_c3d()
    services.save_upload("P001", "a.c3d", data)
    services.store.write("P001/a.c3d", data[:-2000])
    assert services.operations.announce_change("P001/a.c3d") == "accepted"
    (row,) = services.database.fetch_all("select id::text from app.therapy_sessions")
    assert services.analyse_session(row["id"]) == "failed"
    assert services.operations.announce_change("P001/a.c3d") == "settled"


def test_a_file_that_was_not_there_is_queued_once_it_is(services: Services) -> None:
    data = make_c3d()
    services.save_upload("P001", "a.c3d", data)
    (services.settings.bucket_dir / "P001" / "a.c3d").unlink()
    (row,) = services.database.fetch_all("select id::text from app.therapy_sessions")
    assert services.analyse_session(row["id"]) == "failed"
    services.store.write("P001/a.c3d", data)
    assert services.operations.announce_change("P001/a.c3d") == "accepted"


def test_hidden_files_and_other_files_are_not_noticed(tmp_path: Path) -> None:
    stop, seen = threading.Event(), set[str]()

    def watch() -> None:
        for names in watch_recordings(tmp_path, stop):
            seen.update(names)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    time.sleep(0.5)
    for name in ("P001/.part.c3d", ".sync/a.c3d", "P001/notes.txt", "P001/real.C3D"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    until(lambda: bool(seen))
    time.sleep(1.0)
    stop.set()
    thread.join(10)
    assert seen == {"P001/real.C3D"}


def test_a_recording_that_left_the_bucket_is_marked_and_unmarked_when_it_is_back(services: Services) -> None:
    services.save_upload("P001", "a.c3d", make_c3d())
    services.save_upload("P001", "b.c3d", make_c3d(seed=2))
    path = services.settings.bucket_dir / "P001" / "a.c3d"
    data = path.read_bytes()
    path.unlink()
    run = services.operations.reconcile()
    assert (run.n_listed, run.n_missing) == (1, 1)
    assert missing(services) == ["P001S001"]
    path.write_bytes(data)
    assert services.operations.reconcile().n_missing == 0
    assert missing(services) == []


def test_every_reconciliation_is_kept_also_one_that_failed(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.operations.reconcile()

    def away(**_: object) -> None:
        raise StorageUnavailableError("The bucket's folder is gone")

    monkeypatch.setattr(services.store, "list_objects", away)
    with pytest.raises(StorageUnavailableError):
        services.operations.reconcile()
    failed, good = services.operations.list_runs()
    assert (good.n_listed, good.n_queued, good.error_kind) == (0, 0, None)
    assert (failed.n_listed, failed.error_kind) == (None, "StorageUnavailableError")
    assert failed.error_message == "The bucket's folder is gone"
    assert services.operations.facts().reconciliation_error == "StorageUnavailableError"


def test_the_facts_count_what_waits(services: Services) -> None:
    services.save_upload("P001", "a.c3d", make_c3d())
    facts = services.operations.facts()
    assert (facts.queue.waiting, facts.queue.running, facts.workers_alive) == (1, 0, 0)
    assert facts.queue.oldest_waiting_s is not None
    assert 0 <= facts.queue.oldest_waiting_s < 60
    assert facts.unfinished == {"pending": 1}
    assert abs(facts.clock_skew_s) < 5


def test_an_administrator_sees_the_facts_and_nobody_else(services: Services) -> None:
    assert services.for_viewer(LOCAL_CLINICIAN).operations.facts().workers_alive == 0
    services.database.execute(
        "update app.user_profiles set role = 'therapist' where user_id = %(id)s",
        {"id": LOCAL_CLINICIAN.user_id},
    )
    theirs = services.for_viewer(LOCAL_CLINICIAN).operations
    with pytest.raises(AccessDeniedError, match="shown to administrators"):
        theirs.facts()
    assert theirs.list_runs() == []


def test_a_failed_session_leaves_one_message_for_the_operator(services: Services) -> None:
    services.save_upload("P001", "a.c3d", make_c3d())
    (row,) = services.database.fetch_all("select id::text from app.therapy_sessions")
    for _ in range(2):
        services.give_up_session(row["id"], "TruncatedRecordingError", "The file is too short.")
        services.retry_session("P001S001")
    (message,) = services.database.fetch_all("select kind, body from app.notifications")
    assert message["kind"] == "session_failed"
    assert message["body"]["session_code"] == "P001S001"
    assert message["body"]["failure_kind"] == "TruncatedRecordingError"


def test_one_id_leads_from_the_event_to_the_job_and_the_page_also_after_a_retry(services: Services) -> None:
    services.save_upload("P001", "a.c3d", make_c3d())
    (event,) = services.database.fetch_all("select correlation_id from app.storage_events")
    services.retry_session("P001S001")
    jobs = services.database.fetch_all(
        "select args ->> 'correlation_id' as id from procrastinate.procrastinate_jobs"
        " where task_name = 'analyse_session'"
    )
    assert event["correlation_id"].startswith("upload-")
    assert {job["id"] for job in jobs} == {event["correlation_id"]}
    assert services.load_review("P001S001").correlation_id == event["correlation_id"]
