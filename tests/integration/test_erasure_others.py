"""What an erasure leaves alone: everything of everybody else, to the byte, and files that only have a similar name."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from processing.database import erasure
from processing.services import Services, build_services, closing_services
from processing.settings import Settings
from processing.use_cases.erasure import ErasureReport
from tests.integration.clinic import Clinic, make_clinic
from tests.integration.conftest import fresh_database

AWKWARD = 'in/"q" é\\ta.c3d'.replace("\\t", "\t")
# Each holds a part of ``a.c3d``, and none means it.
NOT_IT = ("See data.c3d.", "See in/a.c3d.", "See a.c3d.old.", "See a.c3ds.")
OVERWRITTEN = "recording.c3d"

_EVENT = """
insert into app.storage_events
    (event_id, source, event_type, bucket, object_name, outcome, reason, session_id, body)
values (%(id)s, 'webhook', 'INSERT', 'b', %(name)s, 'parked', 'x', %(session)s, %(body)s)
"""


@pytest.fixture(scope="module")
def clinic(server_url: str) -> Iterator[Clinic]:
    for url in fresh_database(server_url):
        clinic = make_clinic(url)
        mine, other = clinic.sessions["P001S001"], clinic.sessions["P002S001"]
        with psycopg.connect(url) as connection:
            for number, (name, session) in enumerate(
                (
                    ("a.c3d", mine),
                    (AWKWARD, mine),
                    (OVERWRITTEN, mine),
                    (OVERWRITTEN, None),
                    ("my a.c3d", None),
                )
            ):
                values = {"id": f"parked-{number}", "name": name, "session": session}
                connection.execute(_EVENT, values | {"body": json.dumps({"name": name})})
            for text in NOT_IT:
                connection.execute(
                    "insert into app.clinical_notes (session_id, author, text) values (%s, %s, %s)",
                    (other, clinic.people["colleague"], text),
                )
            # Names that must differ, a log entry that holds a name, and another patient's job under the code.
            connection.execute(
                "insert into app.scoring_configuration (name, version, configuration)"
                " select n, 1, c.configuration from app.scoring_configuration c, unnest(array['P001', 'P001S001']) n"
                " where c.protected"
            )
            connection.execute(
                "insert into app.audit_log (action, table_name, row_key, before)"
                " values ('delete', 'storage_events', '77', %s)",
                (json.dumps({"object_name": AWKWARD}),),
            )
            connection.execute(
                'update procrastinate.procrastinate_jobs set args = args || \'{"correlation_id": "of P001"}\''
                " where args ->> 'session_id' = %s",
                (str(other),),
            )
        yield clinic


@pytest.fixture(scope="module")
def services(clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    settings = Settings(
        _env_file=None,
        data_dir=tmp_path_factory.mktemp("others"),
        database_url=clinic.url,
        storage_bucket="b",
    )
    for name in ("P001/1.c3d", "a.c3d", OVERWRITTEN, "my a.c3d"):
        (settings.bucket_dir / name).parent.mkdir(parents=True, exist_ok=True)
        (settings.bucket_dir / name).write_bytes(name.encode())
    with closing_services(build_services(settings, clinic.url)) as built:
        yield built


@pytest.fixture(scope="module")
def before(clinic: Clinic, services: Services) -> Counter[str]:
    return _rows(clinic)


@pytest.fixture(scope="module")
def report(clinic: Clinic, services: Services, before: Counter[str]) -> ErasureReport:
    """An erasure in which one more recording arrives between the plan and the closing of the code."""
    close = erasure.close_code

    def arrive_first(*args: object, **kwargs: object) -> object:
        with psycopg.connect(clinic.url) as connection:
            connection.execute(
                "select from app.ingest_storage_event("
                "'mid', 'webhook', 'INSERT', 'b', 'P001/mid.c3d', 'v', 9, 'c', '{}')"
            )
        return close(*args, **kwargs)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(erasure, "close_code", arrive_first)
        return services.erasure.erase("P001", reason="Withdrew", requested_by="x")


def test_an_arrival_between_plan_and_closing_is_erased_too(report: ErasureReport) -> None:
    assert report.complete, report
    assert report.n_rows["therapy_sessions"] == 3


def test_rows_of_others_are_the_same_to_the_byte(
    clinic: Clinic, before: Counter[str], report: ErasureReport
) -> None:
    keys = [str(key) for code, key in clinic.sessions.items() if code.startswith("P001")]
    named = (
        "P001",
        str(clinic.patients["P001"]),
        "parked-0",
        "parked-1",
        "parked-2",
        "storage_events,77,",
        *keys,
    )
    lost = [row for row in before - _rows(clinic) if not any(key in row for key in named)]
    # Notices of the two jobs that went with the patient.
    assert [row for row in lost if not row.startswith("procrastinate_events: ")] == []
    assert len(lost) == 2


def test_a_name_is_found_as_json_writes_it(clinic: Clinic, report: ErasureReport) -> None:
    with psycopg.connect(clinic.url) as connection:
        row = connection.execute("select before from app.audit_log where row_key = '77'").fetchone()
    assert row == ({"object_name": "erased"},)


def test_a_job_of_somebody_else_waits_on_without_the_code(clinic: Clinic, report: ErasureReport) -> None:
    with psycopg.connect(clinic.url) as connection:
        row = connection.execute(
            "select args ->> 'correlation_id', status::text from procrastinate.procrastinate_jobs"
            " where args ->> 'session_id' = %s",
            (str(clinic.sessions["P002S001"]),),
        ).fetchone()
    assert row == ("of erased", "todo")


def test_names_that_must_differ_still_do(clinic: Clinic, report: ErasureReport) -> None:
    with psycopg.connect(clinic.url) as connection:
        rows = connection.execute(
            "select name from app.scoring_configuration where name like 'erased%'"
        ).fetchall()
    assert len(set(rows)) == 2


def test_a_file_that_somebody_else_stored_under_the_same_name_stays(
    services: Services, report: ErasureReport
) -> None:
    left = [path.name for path in services.settings.bucket_dir.rglob("*") if path.is_file()]
    assert sorted(left) == ["my a.c3d", OVERWRITTEN]
    events = services.database.fetch_all("select event_id from app.storage_events where outcome = 'parked'")
    assert sorted(row["event_id"] for row in events) == ["parked-3", "parked-4"]


def _rows(clinic: Clinic) -> Counter[str]:
    """Return every row of every table as text."""
    found: Counter[str] = Counter()
    with psycopg.connect(clinic.url) as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables"
            " where table_schema in ('app', 'procrastinate', 'auth') and table_type = 'BASE TABLE'"
        ).fetchall()
        for schema, table in tables:
            rows = connection.execute(
                sql.SQL("select t::text from {} t").format(sql.Identifier(schema, table))
            )
            found.update(f"{table}: {row}" for (row,) in rows)
    return found
