"""A backup is made while everything runs, restored elsewhere, and is the same installation again."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from processing.cli.main import main
from processing.database import migrations
from processing.database.dump import client_for
from processing.database.embedded import embedded_postgres
from processing.database.embedded_server import client_program
from processing.errors import DatabaseUnavailableError, InvalidParameterError, NotFoundError
from processing.ports import ObjectStore
from processing.services import Services, backup, build_services, closing_services
from processing.services.backup import make_backup, read_backup, restore_backup
from processing.services.erasure_list import note_erasure
from processing.settings import Settings
from tests.builders import make_c3d
from tests.integration.clinic import Clinic, make_clinic
from tests.integration.conftest import fresh_database


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("backups")


@pytest.fixture(scope="module")
def clinic(server_url: str) -> Iterator[Clinic]:
    for url in fresh_database(server_url):
        yield make_clinic(url)


@pytest.fixture(scope="module")
def saved(clinic: Clinic, folder: Path) -> Settings:
    """An installation with a row in every table and one real session, backed up; what the settings name is it."""
    settings = Settings(
        _env_file=None, data_dir=folder / "first", database_url=clinic.url, storage_bucket="b"
    )
    with closing_services(build_services(settings, clinic.url)) as services:
        _add_session(services)
        make_backup(settings, folder / "monday")
        # What arrives after the copy is not in it.
        services.store.write("P005/late.c3d", make_c3d(duration_s=2.0))
    return settings


@pytest.fixture(scope="module")
def restored(saved: Settings, folder: Path) -> Settings:
    """The backup in an embedded installation of its own; P003 was erased after the backup."""
    erasures = folder / "erasures.jsonl"
    note_erasure(
        erasures, "P003", reason="Asked for it", requested_by="X", at=datetime(2026, 11, 1, tzinfo=UTC)
    )
    settings = Settings(_env_file=None, data_dir=folder / "second", storage_bucket="b")
    assert restore_backup(settings, folder / "monday", erasures=[erasures]) == ["P003", "P999"]
    return settings


@pytest.fixture(scope="module")
def restored_url(restored: Settings) -> Iterator[str]:
    with embedded_postgres(restored.cluster_dir) as url:
        yield url


def test_every_row_is_the_same_again(clinic: Clinic, saved: Settings, restored_url: str) -> None:
    before, after = _contents(clinic.url, without="P003"), _contents(restored_url, without="P003")
    assert len(before) > 30
    # The erasure of P003 changes what is said about everybody at once.
    assert {name for name in before if before[name] != after[name]} <= {
        "app.audit_log", "app.erased_patients", "app.reprocessing_items", "procrastinate.procrastinate_events",
    }  # fmt: skip


def test_rights_policies_functions_and_triggers_are_the_same_again(
    clinic: Clinic, saved: Settings, restored_url: str
) -> None:
    assert _schema(clinic.url) == _schema(restored_url)
    assert all(migration.applied for migration in migrations.migration_status(restored_url))
    worker = Clinic(restored_url).url_of("app_worker")
    with psycopg.connect(worker) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select * from app.patient_identities")


def test_sessions_and_recordings_are_there_and_the_reconciliation_finds_nothing_new(
    saved: Settings, restored: Settings, restored_url: str
) -> None:
    with closing_services(build_services(restored, restored_url)) as services:
        review = services.load_review("P004S001")
        assert review.result is not None
        assert services.store.read("P004/real.c3d") == (saved.bucket_dir / "P004/real.c3d").read_bytes()
        run = services.operations.reconcile()
        assert (run.n_listed, run.n_queued) == (1, 0)


def test_a_patient_erased_since_the_backup_is_erased_again(restored: Settings, restored_url: str) -> None:
    with psycopg.connect(restored_url) as connection:
        row = connection.execute(
            "select (select count(*) from app.patients where code = 'P003'),"
            " (select completed_at is not null from app.erased_patients where code = 'P003')"
        ).fetchone()
    assert row == (0, True)
    # The new installation's own list knows, too.
    lines = restored.erasures_path.read_text().splitlines()
    assert [json.loads(line)["code"] for line in lines] == ["P003", "P999"]


def test_the_embedded_database_is_backed_up_by_the_command(
    restored: Settings, restored_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("DATA_DIR", str(restored.data_dir))
    monkeypatch.setenv("STORAGE_BUCKET", "b")
    assert main(["backup", "tuesday"]) == 0
    tuesday = read_backup(folder / "tuesday")
    assert set(tuesday.objects) == {"P004/real.c3d"}
    assert "P003" in {erased.code for erased in tuesday.erasures}
    assert (folder / "tuesday").stat().st_mode & 0o077 == 0
    assert main(["restore", "tuesday"]) == 1  # into the installation that is there


def test_a_backup_names_who_was_erased_meanwhile_and_leaves_out_what_is_no_recording(
    clinic: Clinic, saved: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(clinic.url) as connection:
        connection.execute(
            "insert into app.erased_patients (code, reason, requested_by) values ('P888', 'Asked', 'X')"
        )
        copy = backup._copy_objects

        def and_then_erase(store: ObjectStore, target: Path) -> tuple[dict[str, str], list[str]]:
            done = copy(store, target)
            connection.commit()  # the erasure happens after the dump
            return done

        monkeypatch.setattr(backup, "_copy_objects", and_then_erase)
        with (saved.bucket_dir / "P005" / "huge.c3d").open("wb") as file:
            file.truncate(saved.max_recording_bytes + 1)
        made = make_backup(saved, folder / "meanwhile")
    (saved.bucket_dir / "P005" / "huge.c3d").unlink()
    assert (made.left_out, "P005/huge.c3d" in made.objects) == (["P005/huge.c3d"], False)
    assert "P888" in [one.code for one in read_backup(folder / "meanwhile").erasures]
    assert read_backup(folder / "meanwhile").left_out == ("P005/huge.c3d",)


def test_the_database_alone_is_restored_beside_its_recordings(
    saved: Settings, restored: Settings, folder: Path
) -> None:
    make_backup(saved, folder / "alone", recordings=False)
    settings = Settings(_env_file=None, data_dir=folder / "beside", storage_bucket="b")
    for code in ("P001", "P003"):
        (settings.bucket_dir / code).mkdir(parents=True)
        (settings.bucket_dir / code / "1.c3d").write_bytes(b"there before")
    assert "P003" in restore_backup(settings, folder / "alone", erasures=[folder / "erasures.jsonl"])
    left = [path for path in settings.bucket_dir.rglob("*") if path.is_file()]
    assert [path.relative_to(settings.bucket_dir).as_posix() for path in left] == ["P001/1.c3d"]
    assert settings.cluster_dir.exists()


def test_nothing_is_overwritten(saved: Settings, restored: Settings, folder: Path) -> None:
    with pytest.raises(InvalidParameterError, match="not empty"):
        make_backup(saved, folder / "monday")
    with pytest.raises(InvalidParameterError, match="not empty"):
        restore_backup(restored, folder / "monday")
    with pytest.raises(InvalidParameterError, match="database is not empty"):
        restore_backup(
            Settings(_env_file=None, data_dir=folder / "third", database_url=saved.database_url),
            folder / "monday",
        )


def test_a_damaged_or_foreign_folder_is_refused_before_anything_is_made(
    saved: Settings, folder: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-r", folder / "monday", copy], check=True)
    dump = copy / "database.dump"
    dump.write_bytes(dump.read_bytes()[:-1] + b"x")
    fresh = Settings(_env_file=None, data_dir=tmp_path / "data")
    with pytest.raises(InvalidParameterError, match="damaged"):
        restore_backup(fresh, copy)
    subprocess.run(["cp", folder / "monday" / "database.dump", dump], check=True)
    recording = copy / "recordings" / "P004" / "real.c3d"
    recording.write_bytes(recording.read_bytes()[:-1] + b"x")
    with pytest.raises(InvalidParameterError, match=r"'P004/real\.c3d' of the backup is damaged"):
        restore_backup(fresh, copy)
    recording.write_bytes((folder / "monday" / "recordings" / "P004" / "real.c3d").read_bytes())
    with pytest.raises(NotFoundError, match="no backup"):
        restore_backup(fresh, tmp_path)
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["database"]["migrations"].append("20991231000000")
    (copy / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(InvalidParameterError, match="newer version"):
        restore_backup(fresh, copy)
    assert not fresh.cluster_dir.exists()


def test_a_server_elsewhere_needs_the_programs_of_this_machine(
    saved: Settings, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wheel's pg_dump knows no TLS."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DatabaseUnavailableError, match="'pg_dump' is not installed here"):
        client_for("pg_dump", {"host": "db.example"})
    (tmp_path / "pg_dump").write_text("#!/bin/sh\necho")
    (tmp_path / "pg_dump").chmod(0o700)
    assert client_for("pg_dump", {"host": "db.example"}) == tmp_path / "pg_dump"
    assert client_for("pg_dump", {"host": "/run/postgresql"}) == client_program("pg_dump")


def test_a_backup_that_fails_leaves_no_folder_behind(saved: Settings, folder: Path) -> None:
    (saved.bucket_dir / "P004" / "locked.c3d").symlink_to("/nowhere")  # not listed: no failure
    gone = saved.model_copy(update={"database_url": _nowhere(saved)})
    with pytest.raises(DatabaseUnavailableError, match="cannot be reached"):
        make_backup(gone, folder / "never")
    assert not list(folder.glob("*never*"))


def _nowhere(settings: Settings) -> object:
    return type(settings)(_env_file=None, database_url="postgresql://x@127.0.0.1:1/x").database_url


def _add_session(services: Services) -> None:
    services.save_upload(
        "P004", "real.c3d", make_c3d(duration_s=20.0, contractions_s=[(2.0, 5.0), (8.0, 11.0)])
    )
    session = services.session_status("P004S001")
    assert session is not None
    assert services.analyse_session(session["session_id"]) == "completed"


def _contents(url: str, *, without: str) -> dict[str, list[str]]:
    """Return every table's rows as text, but for those of one patient."""
    found = {}
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "select array_agg(x) from (select id::text as x from app.therapy_sessions where session_code like %(c)s"
            " union select id::text from app.patients where code = %(p)s) a",
            {"c": f"{without}%", "p": without},
        ).fetchone()
        hidden = [without, *((row and row[0]) or [])]
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables"
            " where table_schema in ('app', 'auth', 'procrastinate', 'supabase_migrations')"
            " and table_type = 'BASE TABLE'"
        ).fetchall()
        for schema, table in tables:
            query = sql.SQL("select t::text from {} t").format(sql.Identifier(schema, table))
            rows = sorted(text for (text,) in connection.execute(query))
            found[f"{schema}.{table}"] = [text for text in rows if not any(key in text for key in hidden)]
    return found


def _schema(url: str) -> list[str]:
    """Return the schema as PostgreSQL writes it down, without what differs by chance: order, and needless brackets."""
    done = subprocess.run(
        [client_program("pg_dump"), "--schema-only", "--no-owner", f"--dbname={url}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = (line for line in done.stdout.splitlines() if line and not line.startswith(("--", "\\")))
    return sorted(line.translate({ord("("): None, ord(")"): None}) for line in lines)
