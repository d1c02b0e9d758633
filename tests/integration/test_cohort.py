"""Timelines and overviews say what the results say, whoever changed them last, and to whom they may."""

from __future__ import annotations

import threading
from datetime import date, datetime
from typing import Any

import psycopg
import pytest

from processing.database import migrations
from processing.errors import InvalidParameterError, NotFoundError
from processing.services import Services
from processing.use_cases.cohort import Window
from tests.builders import make_c3d
from tests.integration.clinic import Clinic, make_clinic

_DIFFERENCE = """
select count(*) from (
    (table app.session_summaries except select * from app.session_summary_source)
    union all (select * from app.session_summary_source except table app.session_summaries)
) d
"""
_TOTALS = """
select coalesce(bool_and((t.n_sessions, t.n_scored, t.score_sum) = (y.n, y.scored, y.score_sum)), true)
from (select patient_id, count(*) as n, count(score) as scored, coalesce(sum(score::numeric), 0) as score_sum
      from app.session_summaries group by 1) y
full join app.patient_totals t using (patient_id)
where t.n_sessions is distinct from 0
"""


def _value(url: str, statement: str) -> Any:
    with psycopg.connect(url) as connection:
        row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return row[0]


@pytest.fixture
def analysed(services: Services) -> Services:
    """P001 with two analysed sessions of 2025-03-10 and one that could not be read."""
    for number in range(2):
        services.store.write(f"P001/{number}.c3d", make_c3d(seed=number))
    services.store.write("P001/bad.c3d", b"no C3D")
    services.reconcile()
    for (session_id,) in _rows(services, "select id::text from app.therapy_sessions order by session_code"):
        services.analyse_session(session_id)
    return services


def _rows(services: Services, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(services.database.url) as connection:
        return connection.execute(statement.encode()).fetchall()


def _in_step(services: Services) -> bool:
    url = services.database.url
    return _value(url, _DIFFERENCE) == 0 and bool(_value(url, _TOTALS))


def test_a_timeline_says_what_the_results_say(analysed: Services) -> None:
    timeline = analysed.cohort.patient_timeline("P001")
    assert (timeline.n_sessions, len(timeline.sessions)) == (3, 3)
    session = next(s for s in timeline.sessions if s.status == "completed")
    review = analysed.load_review(session.session_code)
    assert review.result is not None
    channel = next(c for c in review.result.channels if c.side == "left")
    assert session.left is not None
    assert (session.left.verdict, session.left.found) == (channel.quality.verdict, len(channel.contractions))
    assert session.left.held == sum(c.meets_duration for c in channel.contractions)
    assert session.left.expected == review.result.score.left.expected
    assert session.score_low == pytest.approx(review.result.score.low, abs=0.001)
    failed = next(s for s in timeline.sessions if s.status == "failed")
    assert (failed.left, failed.right, failed.score) == (None, None, None)


def test_a_session_without_a_time_of_its_own_is_told_as_arrived_in_utc(analysed: Services) -> None:
    tablet = datetime(2025, 3, 10, 11, 50)
    analysed.database.execute(
        "update app.therapy_sessions set recorded_at = %(at)s where session_code = 'P001S001'", {"at": tablet}
    )
    first, *others = analysed.cohort.patient_timeline("P001").sessions
    assert (first.of_arrival, first.moment) == (False, tablet)
    assert len(others) == 2
    for session in others:
        assert session.moment == analysed.load_review(session.session_code).summary.received_at


def test_the_list_and_the_review_count_alike_where_nothing_was_held(analysed: Services) -> None:
    with psycopg.connect(analysed.database.url) as connection:
        connection.execute(
            "update app.emg_statistics set details = jsonb_set(details, '{contractions,rows}',"
            " (select jsonb_agg(jsonb_set(r, array[n::text], 'false')) from"
            "  (select ordinality - 1 as n from jsonb_array_elements_text(details #> '{contractions,columns}')"
            "   with ordinality c where c.value = 'meets_duration') k,"
            "  jsonb_array_elements(details #> '{contractions,rows}') r))"
        )
    summary = analysed.load_review("P001S001").summary
    assert [side.n_contractions > 0 for side in summary.sides] == [True, True]
    assert [(side.n_held, side.n_good, side.good_at_most) for side in summary.sides] == [(0, 0, 0), (0, 0, 0)]


@pytest.mark.parametrize(
    "change",
    [
        "update app.session_settings set perceived_effort_cr10 = 7",
        "insert into app.bfr_monitoring (session_id, percent_aop) select id, 50 from app.therapy_sessions",
        "update app.emg_statistics set side = case side when 'left' then 'right' else 'left' end",
        "update app.emg_statistics set details = details #- '{contractions,rows,0}'",
        "update app.performance_scores set total = 50, low = 50, high = 50",
        "update app.therapy_sessions set recorded_at = '2026-01-01'",
        "update app.therapy_sessions set result_version = 0, processing_status = 'pending', failure_message = null,"
        " failure_kind = null",
        "delete from app.processing_parameters where session_id in (select id from app.therapy_sessions limit 1)",
        "delete from app.therapy_sessions where session_code = 'P001S001'",
    ],
)
def test_summaries_and_totals_follow_every_change(analysed: Services, change: str) -> None:
    before = _rows(analysed, "table app.session_summaries")
    with psycopg.connect(analysed.database.url) as connection:
        connection.execute(change.encode())
    assert _rows(analysed, "table app.session_summaries") != before
    assert _in_step(analysed)


def test_sessions_from_before_the_summaries_get_theirs(analysed: Services) -> None:
    before = _rows(analysed, "table app.session_summaries order by 1")
    names = [migration.name for migration in migrations.migration_status(analysed.database.url)]
    migrations.rollback(analysed.database.url, len(names) - names.index("session_pages"), lose_entries=True)
    migrations.upgrade(analysed.database.url)
    assert _rows(analysed, "table app.session_summaries order by 1") == before
    assert _in_step(analysed)


def test_two_changes_at_once_are_both_in_the_summary(analysed: Services) -> None:
    url = analysed.database.url
    with psycopg.connect(url) as first:
        first.execute("update app.session_settings set perceived_effort_cr10 = 4")

        def second() -> None:
            with psycopg.connect(url) as connection:
                connection.execute(
                    "insert into app.bfr_monitoring (session_id, percent_aop)"
                    " select id, 55 from app.therapy_sessions"
                )

        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
    thread.join(10)
    assert _in_step(analysed)
    assert {(s.effort_cr10, s.percent_aop) for s in analysed.cohort.patient_timeline("P001").sessions} == {
        (4.0, 55.0)
    }


def test_the_overview_has_a_window_of_days_and_all_time(analysed: Services) -> None:
    with psycopg.connect(analysed.database.url) as connection:
        connection.execute("update app.performance_scores set total = 60, low = 60, high = 60")
        connection.execute(
            "update app.therapy_sessions set recorded_at = '2024-01-01 10:00' where session_code = 'P001S003'"
        )
    days = _rows(analysed, "select session_at::date from app.therapy_sessions order by session_at desc")
    window = Window(days[0][0], 14)
    (patient,) = analysed.cohort.cohort_overview(window)
    inside = [day for (day,) in days if window.first <= day <= window.last]
    assert (patient.n_sessions, len(patient.recent)) == (3, len(inside))
    assert (patient.n_scored, patient.mean_score) == (2, 60.0)
    assert sum(patient.sessions_per_day(window)) == len(inside)
    assert patient.sessions_per_day(window)[-1] == inside.count(window.last) > 0
    assert patient.first_at == datetime(2024, 1, 1, 10, 0)


@pytest.fixture
def clinic(database_url: str) -> Clinic:
    return make_clinic(database_url)


@pytest.mark.parametrize(
    ("person", "codes"),
    [
        ("therapist", ["P001"]),
        ("colleague", ["P002"]),
        ("researcher", ["P001", "P002", "P003"]),
        ("administrator", ["P001", "P002", "P003"]),
        ("stranger", []),
    ],
)
def test_everybody_sees_the_patients_that_are_theirs_to_see(
    services: Services, clinic: Clinic, person: str, codes: list[str]
) -> None:
    cohort = services.for_viewer(clinic.identity(person)).cohort
    found = cohort.cohort_overview(Window(date.today()))
    assert [patient.patient_code for patient in found] == codes
    assert [patient.n_sessions for patient in found] == [2] * len(codes)
    if codes == ["P001"]:
        assert len(cohort.patient_timeline("P001").sessions) == 2
        with pytest.raises(NotFoundError, match="no patient 'P002'"):
            cohort.patient_timeline("P002")


@pytest.mark.parametrize("days", [0, 93])
def test_a_window_that_is_none_is_refused(days: int) -> None:
    with pytest.raises(InvalidParameterError, match=f"{days} days; expected 1 to 92"):
        Window(date(2026, 1, 1), days)
