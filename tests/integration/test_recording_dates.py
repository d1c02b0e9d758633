"""Dates that cannot be, recordings without one, and files that must not hide what is there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from processing.c3d import read_recording
from processing.database import migrations
from processing.services import Services
from processing.use_cases.attention import PatientRow
from processing.use_cases.read_models import SessionInputs
from tests.builders import make_c3d

GOOD = [(2.0, 4.5), (7.0, 9.5)]


@pytest.fixture(autouse=True)
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read in this process: what is tested here is not the isolation."""
    monkeypatch.setattr("processing.services.facade.read_recording_isolated", read_recording)


def _recorded(at: datetime, **changes: Any) -> bytes:
    when = {"INFO": {"TIME": [str(part) for part in (at.year, at.month, at.day, at.hour, at.minute)]}}
    return make_c3d(contractions_s=GOOD, duration_s=12.0, parameters=when, **changes)


def _analyse_all(services: Services) -> None:
    services.reconcile()
    pending = "select id::text from app.therapy_sessions where result_version = 0 order by object_name"
    for session in services.database.fetch_all(pending):
        assert services.analyse_session(session["id"]) == "completed"


def _row(services: Services, code: str = "P001") -> PatientRow:
    (row,) = services.attention.overview(datetime.now(UTC).date(), [code]).rows
    return row


def _days_ago(n: int) -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, second=0, microsecond=0) - timedelta(days=n)


def test_a_date_after_the_arrival_is_doubtful_and_the_session_listed_by_its_arrival(
    services: Services,
) -> None:
    future, ordinary = datetime(2099, 3, 1, 11, 50), _days_ago(3)
    services.store.write("P001/a.c3d", _recorded(future, seed=1))
    services.store.write("P001/b.c3d", _recorded(ordinary, seed=2))
    services.store.write("P001/tomorrow.c3d", _recorded(_days_ago(-1) - timedelta(hours=1), seed=3))
    _analyse_all(services)
    by_name = {
        services.load_review(s.session_code).summary.object_name: s
        for s in services.progress.timeline("P001").sessions
    }
    doubtful = by_name["P001/a.c3d"]
    assert (doubtful.of_arrival, doubtful.dated) == (True, future)
    assert doubtful.at.date() in {_days_ago(0).date(), _days_ago(1).date()}
    assert (by_name["P001/b.c3d"].of_arrival, by_name["P001/b.c3d"].at) == (False, ordinary)
    assert not by_name["P001/tomorrow.c3d"].of_arrival  # a tablet's zone may be ahead
    review = services.load_review(doubtful.session_code)
    assert review.summary.recorded_at is None
    assert review.result is not None
    assert "2099-03-01 11:50, lies after its arrival" in " ".join(review.result.metadata.notices)
    assert review.inputs.day == doubtful.at.date()


def test_a_file_replaced_later_may_be_of_a_later_day_and_stays_so_when_it_is_analysed_again(
    services: Services,
) -> None:
    services.store.write("P001/a.c3d", _recorded(_days_ago(40), seed=1))
    _analyse_all(services)
    with psycopg.connect(services.database.url) as connection:
        connection.execute("update app.therapy_sessions set received_at = now() - interval '30 days'")
    services.store.write("P001/a.c3d", _recorded(_days_ago(2), seed=2))
    services.reconcile()
    (session,) = services.database.fetch_all("select id::text from app.therapy_sessions")
    for force in (False, True):
        services.analyse_session(session["id"], force=force)
        (found,) = services.progress.timeline("P001").sessions
        assert (found.at, found.of_arrival) == (
            _days_ago(2).replace(hour=found.at.hour, minute=found.at.minute),
            False,
        )


def test_a_recording_without_a_date_that_is_there_twice_counts_once(services: Services) -> None:
    never_set = _recorded(datetime(1970, 1, 1), seed=4)
    services.store.write("P001/x.c3d", never_set)
    _analyse_all(services)
    first = _row(services)
    services.store.write("P001/y.c3d", never_set)
    services.store.write("P001/z.c3d", _recorded(datetime(1970, 1, 1), seed=5))
    _analyse_all(services)
    row = _row(services)
    assert row.patient.n_sessions == 3
    assert (sum(day.n_done for day in first.strip.days), sum(day.n_done for day in row.strip.days)) == (1, 2)
    assert len(row.patient.sessions) == 2
    named = services.database.fetch_one(
        "select object_name from app.therapy_sessions where session_code = %(code)s",
        {"code": row.latest_code},
    )
    assert named == {"object_name": "P001/z.c3d"}
    review = services.load_review(first.latest_code or "")
    assert review.result is not None
    assert "1970-01-01 00:00, is that of a clock that was never set" in " ".join(
        review.result.metadata.notices
    )


def test_many_files_that_could_not_be_read_hide_neither_result_nor_days(services: Services) -> None:
    for n in (2, 3):
        services.store.write(f"P001/{n}.c3d", _recorded(_days_ago(n), seed=n))
    _analyse_all(services)
    newest = _row(services).latest_code
    with psycopg.connect(services.database.url) as connection:
        for number in range(70):
            connection.execute(
                "select app.ingest_storage_event(%s, 'webhook', 'INSERT', 'c3d-examples', %s, 'v1', 10, 'c', null)",
                (f"bad-{number}", f"P001/bad-{number}.c3d"),
            )
        connection.execute(
            "update app.therapy_sessions set processing_status = 'failed', failure_kind = 'x', failure_message = 'Bad.'"
            " where object_name like '%/bad-%'"
        )
    row = _row(services)
    assert (row.latest_code, len(row.good_counts("left"))) == (newest, 2)
    assert [day.n_done for day in row.strip.days[-4:-2]] == [1, 1]
    assert row.patient.unreadable is not None
    assert row.patient.unreadable.n_files == 70


def test_one_recording_of_an_earlier_year_does_not_end_the_plan(services: Services) -> None:
    services.store.write("P001/old.c3d", _recorded(datetime(2023, 5, 4, 10), seed=9))
    for n in (6, 7):
        services.store.write(f"P001/{n}.c3d", _recorded(_days_ago(n), seed=n))
    _analyse_all(services)
    row = _row(services)
    assert row.course is not None
    assert row.course.first == _days_ago(7).date()
    assert "missed" in [alert.rule for alert in row.alerts]
    progress = services.progress.of_patient("P001", today=date.today())
    assert progress.adherence is not None
    assert progress.adherence.first == _days_ago(7).date()


def test_dates_that_were_stored_before_this_rule_are_put_right_and_back(services: Services) -> None:
    for name, at in (("ok", _days_ago(3)), ("past", datetime(1980, 1, 1)), ("future", datetime(2098, 1, 1))):
        services.store.write(f"P001/{name}.c3d", _recorded(at, seed=len(name)))
    _analyse_all(services)
    names = [migration.name for migration in migrations.migration_status(services.database.url)]
    before = services.database.fetch_all("table app.session_summaries order by 1")
    packed = services.database.fetch_all("table app.newest_results")
    assert packed
    migrations.rollback(services.database.url, len(names) - names.index("recordings_once"), lose_entries=True)
    dates = "select split_part(object_name, '/', 2) as name, recorded_at from app.therapy_sessions"
    stored = {row["name"]: row["recorded_at"] for row in services.database.fetch_all(dates)}
    assert stored["future.c3d"] == datetime(2098, 1, 1)
    services.database.execute(
        "update app.therapy_sessions set recorded_at = '1980-01-01' where object_name = 'P001/past.c3d'"
    )
    migrations.upgrade(services.database.url)
    stored = {row["name"]: row["recorded_at"] for row in services.database.fetch_all(dates)}
    assert stored == {"ok.c3d": _days_ago(3).replace(hour=stored["ok.c3d"].hour, minute=stored["ok.c3d"].minute),
                      "past.c3d": None, "future.c3d": None}  # fmt: skip
    assert services.database.fetch_all("table app.session_summaries order by 1") == before
    assert services.database.fetch_all("table app.newest_results") == packed


def test_the_packed_results_follow_every_change_of_a_session(services: Services) -> None:
    for n in range(14):
        services.store.write(f"P001/{n:02}.c3d", _recorded(_days_ago(20 - n), seed=n))
    _analyse_all(services)
    sessions = _row(services).patient.sessions
    assert [s.at.date() for s in sessions] == [_days_ago(n).date() for n in range(7, 19)]
    assert sessions[0].left is not None
    newest = _row(services).latest_code
    assert newest is not None
    services.save_inputs(
        newest, SessionInputs(perceived_effort_cr10=8, mvc_left_uv=200.0, mvc_right_uv=200.0)
    )
    (first, *_) = _row(services).patient.sessions
    assert (first.effort_cr10, first.good("left")) == (8.0, _good_of(services, newest))
    services.database.execute(
        "delete from app.therapy_sessions where session_code = %(code)s", {"code": newest}
    )
    assert [s.at.date() for s in _row(services).patient.sessions] == [
        _days_ago(n).date() for n in range(8, 20)
    ]
    services.database.execute("delete from app.therapy_sessions")
    assert services.database.fetch_all("table app.newest_results") == []


def _good_of(services: Services, code: str) -> int | None:
    found = {s.session_code: s for s in services.progress.timeline("P001").sessions}[code]
    return None if found.left is None else found.left.good
