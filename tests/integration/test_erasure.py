"""A patient is erased on request: nothing names them afterwards but the entry that says so; nobody else loses a row."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from processing.cli.main import main
from processing.database import erasure
from processing.errors import (
    AccessDeniedError,
    InvalidParameterError,
    NotFoundError,
    StorageUnavailableError,
)
from processing.services import Services, build_services, closing_services
from processing.services.erasure import ErasureService
from processing.settings import Settings
from processing.use_cases.erasure import ErasureReport
from processing.use_cases.ingest_types import StorageEvent
from tests.integration.clinic import Clinic, make_clinic
from tests.integration.conftest import fresh_database

REASON = "Withdrew from the trial"
OUTSIDE = "arrived/without folder.c3d"
HOLDING_OTHERS = ("P002/1.c3d", "P002/2.c3d")

# What is said about the patient beside their own rows. The session's key stands for %(s)s.
_ADD = (
    "update app.patient_identities set family_name = 'Vandenberghe-Öz', hospital_number = 'H-778899'"
    " where patient_id = %(p)s",
    "update app.processing_parameters set file_sha256 = repeat('a', 64) where session_id = %(s)s",
    "update app.clinical_notes set text = 'Mrs Vandenberghe-Öz:\nP001 was tired.' where session_id = %(s)s",
    "update app.clinical_notes set text = 'As tired as\nP001 in P001S002.' where session_id = %(other)s",
    "update app.therapy_sessions set processing_status = 'failed', failure_kind = 'X', failure_message = 'Flat.'"
    " where session_code = 'P001S002'",
    "insert into app.inbox_dismissals (session_id)"
    " select id from app.therapy_sessions where session_code = 'P001S002'",
    """update app.reprocessing_runs set title = 'Only P001', selection = '{"patient_codes": ["P001", "P002"]}'""",
    "insert into app.scoring_choice (revision, configuration_id, reason)"
    " select 2, id, 'P001 scored oddly' from app.scoring_configuration where protected",
    "insert into app.reconciliation_runs (started_at, error_kind, error_message)"
    " values (now(), 'X', 'Object P001/1.c3d')",
    "insert into app.audit_log (action, table_name, row_key) values ('read', 'therapy_sessions', 'P001S001')",
    "insert into app.audit_log (action, table_name, row_key) values ('read', 'therapy_sessions', 'P002S001')",
    # A file of nobody that an administrator gave to the patient.
    "insert into app.storage_events (event_id, source, event_type, bucket, object_name, outcome, reason, session_id)"
    " values ('parked-1', 'webhook', 'INSERT', 'b', %(outside)s, 'parked', 'Given to a patient.', %(s)s)",
)


@pytest.fixture(scope="module")
def clinic(server_url: str) -> Iterator[Clinic]:
    for url in fresh_database(server_url):
        clinic = make_clinic(url)
        values = {
            "p": clinic.patients["P001"],
            "s": clinic.sessions["P001S001"],
            "other": clinic.sessions["P002S001"],
            "outside": OUTSIDE,
        }
        with psycopg.connect(url) as connection:
            for statement in _ADD:
                connection.execute(statement.encode(), values)
        yield clinic


@pytest.fixture(scope="module")
def services(clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    settings = Settings(
        _env_file=None,
        data_dir=tmp_path_factory.mktemp("erasing"),
        database_url=clinic.url,
        storage_bucket="b",
    )
    for name in ("P001/1.c3d", "P001/2.c3d", "P001/.upload.part", "P001/deeper/notes.txt", OUTSIDE):
        (settings.bucket_dir / name).parent.mkdir(parents=True, exist_ok=True)
        (settings.bucket_dir / name).write_bytes(name.encode())
    for name in HOLDING_OTHERS:
        (settings.bucket_dir / name).parent.mkdir(parents=True, exist_ok=True)
        (settings.bucket_dir / name).write_bytes(name.encode())
    with closing_services(build_services(settings, clinic.url)) as built:
        yield built


@pytest.fixture(scope="module")
def others_before(clinic: Clinic, services: Services) -> dict[str, Any]:
    return _rows_of_others(clinic)


@pytest.fixture(scope="module")
def forgotten() -> list[str]:
    return []


@pytest.fixture(scope="module")
def report(services: Services, others_before: dict[str, Any], forgotten: list[str]) -> ErasureReport:
    """The first try dies after the files are gone; the second completes it."""
    broken = ErasureService(services.database, services.store, forget=_away)
    with pytest.raises(StorageUnavailableError, match="away"):
        broken.erase("P001", reason=REASON, requested_by="A. Janssens")
    whole = ErasureService(services.database, services.store, forget=forgotten.append)
    return whole.erase("P001", reason="another reason, the second time", requested_by="somebody else")


def _away(_: str) -> None:
    raise StorageUnavailableError("The shared cache is away.")


def test_a_plan_names_files_and_rows_and_changes_nothing(clinic: Clinic, services: Services) -> None:
    plan = services.erasure.plan("P001")
    assert plan.files == (
        "P001/.upload.part",
        "P001/1.c3d",
        "P001/2.c3d",
        "P001/deeper/notes.txt",
        OUTSIDE,
    )
    assert plan.subject.n_rows is not None
    assert plan.subject.n_rows["clinical_notes"] == 1
    assert plan.subject.n_rows["procrastinate_jobs"] == 2
    assert plan.subject.words == ("Vandenberghe-Öz", "H-778899")
    with psycopg.connect(clinic.url) as connection:
        assert _count(connection, "select count(*) from app.patients where code = 'P001'") == 1


def test_everything_is_gone_and_the_erasure_is_complete(report: ErasureReport) -> None:
    assert report.remaining == report.mentions == {}
    assert report.complete
    assert report.erased.completed_at is not None
    # Interrupted or not, who asked for it first and why is what stays.
    assert (report.erased.reason, report.erased.requested_by) == (REASON, "A. Janssens")


def test_no_row_of_any_table_holds_code_keys_name_or_number(clinic: Clinic, report: ErasureReport) -> None:
    needles = [
        "P001",
        str(clinic.patients["P001"]),
        *(str(key) for code, key in clinic.sessions.items() if code.startswith("P001")),
        "Vandenberghe",
        "H-778899",
        OUTSIDE,
        "a" * 64,
    ]
    found = {}
    with psycopg.connect(clinic.url) as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables"
            " where table_schema in ('app', 'procrastinate') and table_type = 'BASE TABLE'"
        ).fetchall()
        for schema, table in tables:
            query = sql.SQL("select t::text from {} t").format(sql.Identifier(schema, table))
            for (row,) in connection.execute(query):
                hits = [needle for needle in needles if needle in row]
                if hits:
                    found[f"{table}: {row}"] = hits
    kept = [place for place in found if place.startswith(("erased_patients: ", "audit_log: "))]
    assert len(tables) > 30
    assert len(kept) == len(found) == 2, found
    assert all(hits == ["P001"] for hits in found.values())


def test_the_audit_log_says_once_who_erased_whom_and_why(clinic: Clinic, report: ErasureReport) -> None:
    with psycopg.connect(clinic.url) as connection:
        entries = connection.execute(
            "select action, row_key, reason, before - 'requested_at' from app.audit_log"
            " where table_name = 'erased_patients'"
        ).fetchall()
    assert entries == [
        ("delete", "P001", REASON, {"requested_by": "A. Janssens", "n_sessions": 2, "n_files": 5})
    ]


def test_earlier_entries_keep_who_did_something_and_when_but_not_to_whom(
    clinic: Clinic, report: ErasureReport
) -> None:
    with psycopg.connect(clinic.url) as connection:
        opened = connection.execute(
            "select row_key from app.audit_log where action = 'read' order by id"
        ).fetchall()
        erased = connection.execute(
            "select distinct coalesce(before, after) from app.audit_log where row_key = 'erased'"
            " and action <> 'read'"
        ).fetchall()
    assert opened == [("erased",), ("P002S001",)]
    assert erased == [({"erased": True},)]


def test_the_audit_log_is_still_append_only_afterwards(clinic: Clinic, report: ErasureReport) -> None:
    with psycopg.connect(clinic.url) as connection, pytest.raises(psycopg.Error, match="append-only"):
        connection.execute("delete from app.audit_log")


def test_files_of_the_patient_are_gone_and_no_other_file(services: Services, report: ErasureReport) -> None:
    left = [path for path in services.settings.bucket_dir.rglob("*") if path.is_file()]
    assert sorted(path.relative_to(services.settings.bucket_dir).as_posix() for path in left) == list(
        HOLDING_OTHERS
    )
    assert not (services.settings.bucket_dir / "P001").exists()


def test_the_shared_cache_forgets_the_recordings(report: ErasureReport, forgotten: list[str]) -> None:
    assert forgotten == ["a" * 64]


def test_other_patients_keep_every_row(
    clinic: Clinic, others_before: dict[str, Any], report: ErasureReport
) -> None:
    assert _rows_of_others(clinic) == others_before


def test_a_mention_in_somebody_elses_row_is_taken_out_of_it(clinic: Clinic, report: ErasureReport) -> None:
    with psycopg.connect(clinic.url) as connection:
        note = connection.execute(
            "select text from app.clinical_notes where session_id = %s", (clinic.sessions["P002S001"],)
        ).fetchone()
        run = connection.execute("select title, selection from app.reprocessing_runs").fetchone()
    assert note == ("As tired as\nerased in erased.",)
    assert run == ("Only erased", {"patient_codes": ["erased", "P002"]})


def test_neither_an_event_nor_the_reconciliation_nor_a_person_brings_the_patient_back(
    clinic: Clinic, services: Services, report: ErasureReport
) -> None:
    path = services.settings.bucket_dir / "P001" / "late.c3d"
    path.parent.mkdir()
    path.write_bytes(b"from a tablet that was offline")
    services.reconcile()
    event = StorageEvent("INSERT", "b", "P001/late.c3d", "v9", 30, "webhook", {})
    late = services.ingest(event, event_id="late", correlation_id="c")
    assert (late.outcome, late.session_code) == ("parked", None)
    assert late.reason is not None
    assert "erased on request" in late.reason
    administrator = services.for_viewer(clinic.identity("administrator"))
    with pytest.raises(InvalidParameterError, match="P001 was erased on request"):
        administrator.patients.add("P001")
    with pytest.raises(InvalidParameterError, match="P001 was erased on request"):
        administrator.save_upload("P001", "again.c3d", b"")
    with psycopg.connect(clinic.url) as connection:
        assert _count(connection, "select count(*) from app.patients where code = 'P001'") == 0

    again = services.erasure.erase("P001", reason=REASON, requested_by="A. Janssens")

    assert again.complete
    assert again.n_files == 1
    assert not path.exists()


def test_an_analysis_under_way_is_left_to_end_and_then_forgotten(clinic: Clinic, services: Services) -> None:
    """Of a session of P004, which a living worker holds, then a dead one."""
    event = StorageEvent("INSERT", "b", "P004/1.c3d", "v1", 30, "webhook", {})
    services.ingest(event, event_id="held", correlation_id="c")
    with psycopg.connect(clinic.url) as connection:
        connection.execute("set search_path = procrastinate")
        connection.execute(
            "with w as (insert into procrastinate_workers default values returning id)"
            " update procrastinate_jobs set status = 'doing', worker_id = (select id from w)"
            " where id = (select job_id from app.storage_events where event_id = 'held')"
        )
    hasty = ErasureService(services.database, services.store, forget=lambda _: None, jobs_wait_s=0.0)

    report = hasty.erase("P004", reason=REASON, requested_by="x")

    assert (report.n_running, report.complete, report.erased.completed_at) == (1, False, None)
    with psycopg.connect(clinic.url) as connection:
        assert _count(connection, "select count(*) from app.patients where code = 'P004'") == 0
        connection.execute(
            "update procrastinate.procrastinate_workers set last_heartbeat = now() - interval '1 hour'"
        )
    subject = replace(services.erasure.plan("P004").subject, session_ids=_sessions_of_jobs(clinic))
    assert erasure.end_jobs(services.database, subject, "b") == 0
    assert hasty.erase("P004", reason=REASON, requested_by="x").complete


def test_a_code_that_nothing_is_known_of_is_not_closed(services: Services) -> None:
    with pytest.raises(NotFoundError, match="no patient 'P777'"):
        services.erasure.erase("P777", reason=REASON, requested_by="x")
    assert (
        services.ingest(
            StorageEvent("INSERT", "b", "P777/1.c3d", "v1", 30, "webhook", {}),
            event_id="777",
            correlation_id="c",
        ).session_code
        == "P777S001"
    )


def test_only_a_role_that_may_set_the_log_aside_erases(clinic: Clinic, services: Services) -> None:
    settings = services.settings.model_copy(update={"database_url": None})
    with (
        closing_services(build_services(settings, clinic.url_of("app_worker"))) as worker,
        pytest.raises(AccessDeniedError, match="session_replication_role"),
    ):
        worker.erasure.erase("P002", reason=REASON, requested_by="x")


def test_the_command_asks_lists_and_says_what_is_left_to_do(
    clinic: Clinic,
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", clinic.url)
    monkeypatch.setenv("DATA_DIR", str(services.settings.data_dir))
    monkeypatch.setenv("STORAGE_BUCKET", "b")
    command = ["erase-patient", "P003", "--reason", REASON, "--by", "A. Janssens"]

    assert main([*command, "--dry-run"]) == 0
    assert "Nothing was deleted" in capsys.readouterr().out
    assert main(command) == 1  # nobody at a terminal
    assert "Add --yes" in capsys.readouterr().err
    assert not services.settings.erasures_path.exists()
    assert main([*command, "--yes"]) == 0
    assert "Nothing names P003 any more" in capsys.readouterr().out

    (line,) = services.settings.erasures_path.read_text().splitlines()
    assert json.loads(line)["code"] == "P003"


def _rows_of_others(clinic: Clinic) -> dict[str, Any]:
    """Return how many rows belong to the other patients, by table."""
    counts = {}
    sessions = [key for code, key in clinic.sessions.items() if code.startswith("P002")]
    with psycopg.connect(clinic.url) as connection:
        tables = connection.execute(
            "select table_name, column_name from information_schema.columns where table_schema = 'app'"
            " and column_name in ('session_id', 'patient_id')"
            " and table_name in (select relname from pg_class where relkind = 'r')"
        ).fetchall()
        for table, column in tables:
            keys = sessions if column == "session_id" else [clinic.patients["P002"]]
            query = sql.SQL("select count(*) from {} where {} = any(%s)").format(
                sql.Identifier("app", table), sql.Identifier(column)
            )
            counts[table] = connection.execute(query, (keys,)).fetchone()
    return counts


def _sessions_of_jobs(clinic: Clinic) -> tuple[str, ...]:
    with psycopg.connect(clinic.url) as connection:
        return tuple(
            row[0]
            for row in connection.execute(
                "select args ->> 'session_id' from procrastinate.procrastinate_jobs where status = 'doing'"
            )
        )


def _count(connection: psycopg.Connection[Any], query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])
