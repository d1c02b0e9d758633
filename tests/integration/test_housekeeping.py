"""What is old and no result is forgotten; what tells a repetition from news is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from processing.cli.main import main
from processing.database import Database
from processing.database.housekeeping import DatabaseAttic
from processing.database.migrations import SQL_ROOT
from processing.services import Services, program_url
from processing.use_cases.housekeeping import Retention, keep_house
from processing.use_cases.ingest_types import IngestOutcome, StorageEvent
from tests.builders import make_c3d

LATER = timedelta(days=400)
QUEUE = "-c search_path=procrastinate"


def announce(services: Services, name: str, version: str, event_id: str) -> IngestOutcome:
    event = StorageEvent(
        "INSERT", services.store.bucket, name, version, 100, "webhook", {"record": {"name": name}}
    )
    return services.ingest(event, event_id=event_id, correlation_id="c")


def make_older(services: Services, days: int = 100) -> None:
    """Let what is in inbox and queue have happened so many days ago."""
    with psycopg.connect(services.database.url, options=QUEUE) as connection:
        for statement in (
            f"update app.storage_events set received_at = received_at - interval '{days} days'",
            f"update procrastinate_events set at = at - interval '{days} days'",
            f"update app.notifications set created_at = created_at - interval '{days} days'",
        ):
            connection.execute(statement.encode())


def finish_jobs(services: Services, status: str = "succeeded") -> None:
    with psycopg.connect(services.database.url, options=QUEUE) as connection:
        connection.execute("update procrastinate_jobs set status = %s where status = 'todo'", (status,))


def counts(services: Services) -> dict[str, int]:
    row = services.database.fetch_one(
        "select (select count(*) from procrastinate.procrastinate_jobs) as jobs,"
        " (select count(*) from procrastinate.procrastinate_events) as job_events,"
        " (select count(*) from app.storage_events) as events,"
        " (select count(*) from app.storage_events where body is not null) as bodies"
    )
    assert row is not None
    return dict(row)


def test_finished_jobs_go_with_their_events_and_others_stay(services: Services) -> None:
    announce(services, "P001/old.c3d", "v1", "e1")
    finish_jobs(services)
    announce(services, "P001/waiting.c3d", "v1", "e2")
    make_older(services)
    announce(services, "P001/new.c3d", "v1", "e3")
    with psycopg.connect(services.database.url, options=QUEUE) as connection:
        connection.execute(
            "update procrastinate_jobs set status = 'failed' where id = (select max(id) from procrastinate_jobs)"
        )
    tidied = services.housekeeping.run()
    assert (tidied.finished_jobs, tidied.complete) == (1, True)
    assert [row["status"] for row in services.database.fetch_all(
        "select status::text from procrastinate.procrastinate_jobs order by id"
    )] == ["todo", "failed"]  # fmt: skip
    assert services.rescue_orphans() == 0


def test_a_repeated_event_is_still_known_after_its_body_is_gone(services: Services) -> None:
    first = announce(services, "P001/a.c3d", "v1", "e1")
    make_older(services)
    assert services.housekeeping.run().event_bodies == 1
    before = counts(services)
    again = announce(services, "P001/a.c3d", "v1", "e1")
    assert (again.created, again.outcome, again.session_id) == (False, "duplicate", first.session_id)
    assert counts(services) == before | {"bodies": 0}


def test_the_event_of_an_older_version_does_not_bring_it_back(services: Services) -> None:
    announce(services, "P001/a.c3d", "v1", "e1")
    announce(services, "P001/a.c3d", "v2", "e2")
    make_older(services)
    services.housekeeping.run()
    jobs = counts(services)["jobs"]
    assert announce(services, "P001/a.c3d", "v1", "e1").outcome == "duplicate"
    assert counts(services)["jobs"] == jobs


def test_ignored_events_go_and_are_ignored_again(services: Services) -> None:
    body = {"type": "DELETE", "record": None}
    assert services.record_ignored("e1", body, "Not an upload.")
    make_older(services)
    assert services.housekeeping.run().ignored_events == 1
    assert counts(services)["events"] == 0
    assert services.record_ignored("e1", body, "Not an upload.")
    assert counts(services) == {"jobs": 0, "job_events": 0, "events": 1, "bodies": 1}


def test_a_file_that_waits_for_a_patient_keeps_its_event(services: Services) -> None:
    announce(services, "nobody/a.c3d", "v1", "e1")
    make_older(services)
    assert services.housekeeping.run().total == 0
    services.database.execute("update app.storage_events set gone_at = now()")
    assert services.housekeeping.run().event_bodies == 1
    assert announce(services, "nobody/a.c3d", "v1", "e1").outcome == "parked"


def test_what_somebody_holds_is_left_for_the_next_time(services: Services) -> None:
    for number in range(2):
        announce(services, f"P001/{number}.c3d", "v1", f"e{number}")
    finish_jobs(services)
    make_older(services)
    with psycopg.connect(services.database.url, options=QUEUE) as holder:
        holder.execute("select 1 from procrastinate_jobs order by id limit 1 for update")
        holder.execute("select 1 from app.storage_events order by id limit 1 for update")
        tidied = services.housekeeping.run()
        assert (tidied.finished_jobs, tidied.event_bodies) == (1, 1)
    tidied = services.housekeeping.run()
    assert (tidied.finished_jobs, tidied.event_bodies) == (1, 1)


def test_a_worker_has_the_rights_for_it_and_cannot_empty_what_is_new(services: Services) -> None:
    announce(services, "P001/a.c3d", "v1", "e1")
    worker = Database(program_url(services.database.url, "worker"))
    try:
        attic = DatabaseAttic(worker)
        assert attic.empty_events(datetime.now(UTC) + LATER, 10) == (0, 0)
        finish_jobs(services)
        make_older(services)
        assert keep_house(attic, Retention()).total == 2
    finally:
        worker.close()


def test_a_backlog_is_worked_off_in_batches(services: Services) -> None:
    for number in range(5):
        announce(services, f"P001/{number}.c3d", "v1", f"e{number}")
    finish_jobs(services)
    make_older(services)
    attic = DatabaseAttic(services.database)
    first = keep_house(attic, Retention(), batch=2, most=2)
    assert (first.finished_jobs, first.event_bodies, first.complete) == (4, 4, False)
    rest = keep_house(attic, Retention(), batch=2, most=2)
    assert (rest.finished_jobs, rest.event_bodies, rest.complete) == (1, 1, True)


def test_messages_and_runs_go_but_the_newest_good_run_stays(services: Services) -> None:
    services.save_upload("P001", "a.c3d", make_c3d())
    for _ in range(2):
        services.operations.reconcile()
    services.database.execute(
        "insert into app.notifications (kind, dedupe_key, body) values ('alert', 'k', '{}')"
    )
    make_older(services)
    services.database.execute(
        "update app.reconciliation_runs set started_at = started_at - interval '100 days'"
    )
    tidied = services.housekeeping.run()
    assert (tidied.notifications, tidied.reconciliation_runs) == (1, 1)
    assert len(services.operations.list_runs()) == 1


def test_taking_a_job_finds_its_lock_by_an_index(services: Services) -> None:
    rows = services.database.fetch_all(
        "select indexdef from pg_indexes where schemaname = 'procrastinate' and indexname = 'app_jobs_by_lock'"
    )
    assert len(rows) == 1
    assert "(lock)" in rows[0]["indexdef"]


@pytest.mark.parametrize("days", [0, -1])
def test_nothing_is_kept_for_less_than_a_day(services: Services, days: int) -> None:
    from processing.errors import InvalidParameterError
    from processing.settings import Settings

    with pytest.raises(InvalidParameterError, match="KEEP_FINISHED_JOBS_DAYS"):
        Settings(_env_file=None, keep_finished_jobs_days=days)  # type: ignore[call-arg]


def test_a_long_queue_has_the_same_facts_as_when_each_job_was_looked_at(services: Services) -> None:
    """The function before this one is in the rollback; both are asked in one transaction, so with one clock."""
    undo = (SQL_ROOT / "rollbacks" / "20261122200100_facts_of_a_long_queue.sql").read_text()
    services.database.execute(undo.replace("app.operations_facts()", "app.facts_before()"))
    both = "select app.operations_facts() -> 'queue' as now, app.facts_before() -> 'queue' as before"
    changes = (
        "select 1",
        "update procrastinate_events set at = at - interval '1 minute' * (100 - job_id)",
        "update procrastinate_jobs set attempts = 3, scheduled_at = now() + interval '1 hour' where id % 5 = 0",
        "update procrastinate_jobs set scheduled_at = now() - interval '2 hours' where id % 5 = 1",
        "update procrastinate_jobs set status = 'doing' where id % 5 = 2",
        "update procrastinate_events set at = at - interval '20 minutes' where type = 'started'",
        "update procrastinate_jobs set status = 'doing' where status = 'todo' and scheduled_at is null",
        "update procrastinate_jobs set status = 'doing' where status = 'todo'",
        "update procrastinate_jobs set status = 'succeeded'",
    )
    seen = []
    for number in range(10):
        announce(services, f"P001/{number}.c3d", "v1", f"e{number}")
    for change in changes:
        with psycopg.connect(services.database.url, options=QUEUE) as connection:
            connection.execute(change.encode())
        row = services.database.fetch_one(both)
        assert row is not None
        assert row["now"] == pytest.approx(row["before"], abs=1e-3)
        seen.append((row["now"]["waiting"], row["now"]["running"]))
    assert seen[0] == (10, 0)
    assert seen[-1] == (0, 0)
    assert set(seen) == {(10, 0), (8, 2), (4, 6), (0, 10), (0, 0)}


def test_the_command_works_off_what_is_old_and_says_what_it_was(
    services: Services, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    announce(services, "P001/a.c3d", "v1", "e1")
    finish_jobs(services)
    make_older(services, days=3)
    monkeypatch.setenv("DATABASE_URL", services.database.url)
    monkeypatch.setenv("DATA_DIR", str(services.settings.data_dir))
    assert main(["housekeeping"]) == 0
    assert "forgotten: 0 finished jobs, 0 bodies" in capsys.readouterr().out
    monkeypatch.setenv("KEEP_FINISHED_JOBS_DAYS", "2")
    assert main(["housekeeping"]) == 0
    assert "forgotten: 1 finished jobs, 0 bodies" in capsys.readouterr().out
