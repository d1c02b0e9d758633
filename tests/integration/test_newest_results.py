"""The packed newest results are those of the sessions at every moment, whatever happens at once."""

from __future__ import annotations

import threading
import time
from typing import Any

import psycopg
import pytest

from tests.integration.clinic import Clinic, make_clinic

_DRIFTED = """
select p.code, n.results, app.pack_results(p.id) from app.patients p
left join app.newest_results n on n.patient_id = p.id
where coalesce(n.results, '') <> coalesce(app.pack_results(p.id), '')
"""
_JUDGED = "update app.session_summaries set left_verdict = 'good' where session_id = %s"


@pytest.fixture
def clinic(database_url: str) -> Clinic:
    """Of P001 the first session has a result, the second none."""
    clinic = make_clinic(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute("delete from app.newest_results")
        connection.execute(_JUDGED, (clinic.sessions["P001S001"],))
    return clinic


def test_a_copy_without_a_result_hides_no_result(clinic: Clinic) -> None:
    with psycopg.connect(clinic.url) as connection:
        for day, code in (("2026-01-02", "P001S001"), ("2026-01-01", "P001S002")):
            connection.execute(
                "update app.session_summaries set undated = 'same', session_at = %s::date where session_id = %s",
                (day, clinic.sessions[code]),
            )
        (packed,) = _one(connection, "select results from app.newest_results")
        assert packed.startswith("2026-01-02")
        assert connection.execute(_DRIFTED).fetchall() == []


def test_a_result_that_comes_while_the_last_one_goes_is_kept(clinic: Clinic) -> None:
    """The first change holds the row and will delete it; the second waits for it."""
    first = psycopg.connect(clinic.url)
    first.execute("select from app.newest_results for update")
    done = []

    def second() -> None:
        with psycopg.connect(clinic.url) as connection:
            connection.execute(_JUDGED, (clinic.sessions["P001S002"],))
            done.append(True)

    thread = threading.Thread(target=second)
    thread.start()
    with psycopg.connect(clinic.url, autocommit=True) as watching:
        waiting = (
            "select count(*) from pg_stat_activity"
            " where wait_event_type = 'Lock' and datname = current_database()"
        )
        deadline = time.monotonic() + 10
        while _one(watching, waiting) == (0,) and time.monotonic() < deadline:
            time.sleep(0.01)
    first.execute(
        "update app.session_summaries set left_verdict = null where session_id = %s",
        (clinic.sessions["P001S001"],),
    )
    first.commit()
    first.close()
    thread.join(timeout=10)
    with psycopg.connect(clinic.url) as connection:
        assert done
        assert connection.execute(_DRIFTED).fetchall() == []
        assert _one(connection, "select count(*) from app.newest_results") == (1,)


def _one(connection: psycopg.Connection[Any], query: str) -> tuple[Any, ...]:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return tuple(row)
