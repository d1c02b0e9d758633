"""The list of sessions page by page: complete, in order, under row-level security, and by an index."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID, uuid4

import psycopg
import pytest

from benchmarks.database_plans import ExplainingDatabase, indexes_used, tables_read_whole
from processing.database import Database
from processing.database.sessions import page_of_sessions
from processing.use_cases.read_models import SessionFilters
from processing.use_cases.session_pages import SessionPlace
from tests.integration.clinic import Clinic, make_clinic
from tests.integration.conftest import fresh_database

N_PATIENTS, PER_PATIENT = 300, 20
# Every third session has no time of its own, several share one, and every tenth could not be read.
_ROWS = """
with p as (
    insert into app.patients (code, therapist)
    select 'P' || lpad((100 + n)::text, 3, '0'), case when n %% 2 = 0 then %(busy)s::uuid end
    from generate_series(1, %(n)s) n returning id, code
), s as (
    insert into app.therapy_sessions
        (session_code, patient_id, bucket, object_name, announced_version, recorded_at, received_at, processing_status,
         failure_message)
    select p.code || 'S' || lpad(k::text, 3, '0'), p.id, 'c3d-examples', p.code || '/' || k || '.c3d', 'v1',
           case when k %% 3 > 0 then timestamp '2026-01-01' + k * interval '1 day' end,
           timestamptz '2026-01-01 12:00Z' + k * interval '1 day' + hashtext(p.code) %% 5 * interval '1 hour',
           case when k %% 10 = 0 then 'failed' else 'pending' end, case when k %% 10 = 0 then 'Too short.' end
    from p, generate_series(1, %(per)s) k
    returning id
)
insert into app.session_settings (session_id) select id from s
"""


@pytest.fixture(scope="module")
def clinic(server_url: str) -> Iterator[Clinic]:
    """A therapist with 150 patients of 300, each with 20 sessions; the other half has no therapist."""
    for url in fresh_database(server_url):
        made = make_clinic(url)
        busy = uuid4()
        made.people["busy"] = busy
        with psycopg.connect(url) as connection:
            connection.execute("insert into auth.users (id, email) values (%s, 'busy@x.test')", (busy,))
            connection.execute(
                "insert into app.user_profiles (user_id, role) values (%s, 'therapist')", (busy,)
            )
            connection.execute(_ROWS, {"busy": busy, "n": N_PATIENTS, "per": PER_PATIENT})
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("vacuum analyze")
        yield made


@pytest.fixture
def database(clinic: Clinic) -> Iterator[Database]:
    made = Database(clinic.url_of("app_dashboard"))
    yield made
    made.close()


def _codes(database: Database, filters: SessionFilters, *, until: int = 10**6) -> list[str]:
    """Turn pages until there is none, and return what they showed."""
    codes: list[str] = []
    page = page_of_sessions(database, filters)
    while True:
        codes += [session.session_code for session in page.sessions]
        if page.older is None or len(codes) >= until:
            return codes
        page = page_of_sessions(database, filters, page.older)


def _expected(clinic: Clinic, where: str) -> list[str]:
    with psycopg.connect(clinic.url) as connection:
        rows = connection.execute(
            "select s.session_code from app.therapy_sessions s join app.patients p on p.id = s.patient_id"
            f" where {where} order by s.session_at desc, s.id desc".encode()
        ).fetchall()
    return [code for (code,) in rows]


@pytest.mark.parametrize(
    ("filters", "where"),
    [
        (SessionFilters(limit=97), "true"),
        (SessionFilters(statuses=("failed",), limit=7), "s.processing_status = 'failed'"),
        (SessionFilters(statuses=("pending", "failed"), limit=500), "true"),
        (
            SessionFilters(recorded_from=date(2026, 1, 5), recorded_until=date(2026, 1, 6), limit=50),
            "s.session_at >= '2026-01-05' and s.session_at < '2026-01-07'",
        ),
    ],
)
def test_pages_one_after_the_other_show_every_session_of_own_patients_once(
    clinic: Clinic, database: Database, filters: SessionFilters, where: str
) -> None:
    viewer = database.acting_as(clinic.identity("busy"))
    own = f"{where} and p.therapist = '{clinic.people['busy']}'"
    expected = _expected(clinic, own)
    assert len(expected) > filters.limit
    assert _codes(viewer, filters) == expected


def test_the_way_back_shows_the_same_pages(clinic: Clinic, database: Database) -> None:
    viewer, filters = database.acting_as(clinic.identity("administrator")), SessionFilters(limit=30)
    first = page_of_sessions(viewer, filters)
    second = page_of_sessions(viewer, filters, first.older)
    third = page_of_sessions(viewer, filters, second.older)
    assert third.newer is not None
    back = page_of_sessions(viewer, filters, third.newer)
    assert back.sessions == second.sessions
    again = page_of_sessions(viewer, filters, back.newer)
    assert (again.sessions, again.newer) == (first.sessions, None)


def test_a_place_whose_sessions_are_gone_leads_to_the_newest(clinic: Clinic, database: Database) -> None:
    viewer = database.acting_as(clinic.identity("administrator"))
    nowhere = SessionPlace(datetime(1999, 1, 1), UUID(int=0))
    assert page_of_sessions(viewer, SessionFilters(limit=5), nowhere) == page_of_sessions(
        viewer, SessionFilters(limit=5)
    )


def test_a_place_in_an_address_is_the_place_again() -> None:
    place = SessionPlace(datetime(2026, 1, 2, 3, 4, 5, 678), uuid4(), newer=True)
    assert SessionPlace.from_text(place.to_text()) == place


@pytest.fixture
def explaining(clinic: Clinic) -> Iterator[ExplainingDatabase]:
    made = ExplainingDatabase(clinic.url_of("app_dashboard"))
    yield made
    made.close()


@pytest.mark.parametrize("person", ["busy", "researcher", "administrator"])
@pytest.mark.parametrize(
    ("filters", "index"),
    [
        (SessionFilters(limit=25), "therapy_sessions_newest"),
        (SessionFilters(statuses=("failed",), limit=25), "therapy_sessions_"),
        (SessionFilters(patient_code="P102", limit=25), "therapy_sessions_patient"),
    ],
)
def test_a_page_deep_in_the_list_is_found_by_an_index_under_row_level_security(
    clinic: Clinic, explaining: ExplainingDatabase, person: str, filters: SessionFilters, index: str
) -> None:
    place = SessionPlace(datetime(2026, 1, 12), UUID(int=0))
    page_of_sessions(explaining.acting_as(clinic.identity(person)), filters, place)
    assert explaining.plans
    assert tables_read_whole(explaining.plans, ["therapy_sessions"]) == []
    assert any(name.startswith(index) for name in indexes_used(explaining.plans))
    assert "Sort" not in [node["Node Type"] for node in explaining.plans[0]["Plans"][:1]]
