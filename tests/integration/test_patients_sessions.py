"""What the sessions of a patient say about them: copies, and the MVC that a file brought."""

from __future__ import annotations

import psycopg
import pytest

from processing.services import Services
from processing.use_cases.read_models import SessionFilters
from tests.builders import make_c3d


@pytest.fixture
def analysed(services: Services, database_url: str) -> Services:
    """Two names of one recording and another one, all of P001; nothing of P002."""
    data = make_c3d()
    for name in ("P001/a.c3d", "P001/b.c3d"):
        services.store.write(name, data)
    services.store.write("P001/other.c3d", make_c3d(seed=7))
    services.reconcile()
    with psycopg.connect(database_url) as connection:
        connection.execute("insert into app.patients (code) values ('P002')")
        rows = connection.execute("select id::text from app.therapy_sessions order by received_at").fetchall()
    for (session_id,) in rows:
        services.analyse_session(session_id)
    return services


def test_a_copy_names_the_earliest_session_of_its_bytes(analysed: Services) -> None:
    found = analysed.list_sessions(SessionFilters())
    copies = [s for s in found if s.duplicate_of]
    (copy,) = copies
    (first,) = (s for s in found if s.session_code == copy.duplicate_of)
    assert {copy.object_name, first.object_name} == {"P001/a.c3d", "P001/b.c3d"}
    assert first.received_at <= copy.received_at
    assert analysed.load_review(copy.session_code).summary.duplicate_of == first.session_code


def test_copies_are_counted_for_each_patient_of_the_page(analysed: Services) -> None:
    found = analysed.patients.of_sessions(["P001", "P002"])
    assert {code: each.n_copies for code, each in found.items()} == {"P001": 1, "P002": 0}


def test_an_mvc_that_a_file_brought_is_not_missing(analysed: Services, database_url: str) -> None:
    code = analysed.list_sessions(SessionFilters())[0].session_code
    with psycopg.connect(database_url) as connection:
        connection.execute(
            """
            update app.emg_statistics e
            set details = jsonb_set(e.details, '{mvc}', '{"value_uv": 310.0, "source": "file"}')
            from app.therapy_sessions s
            where s.id = e.session_id and s.session_code = %s and e.side = 'left'
            """,
            (code,),
        )
    of_sessions = analysed.patients.of_sessions(["P001"])["P001"]
    left = of_sessions.mvc("left")
    assert left is not None
    assert (left.value_uv, left.source, left.session_code) == (310.0, "file", code)
    assert of_sessions.mvc("right") is None
    patient = analysed.patients.load("P001")
    now = patient.last_session_at
    assert now is not None
    assert "MVC left" in patient.missing(today=now.date(), stale_after_days=30)
    missing = patient.missing(today=now.date(), stale_after_days=30, sessions=of_sessions)
    assert "MVC left" not in missing
    assert "MVC right" in missing
