"""The commands ``backup`` and ``restore`` say what was left out, refused and erased again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from processing.cli.main import main
from processing.errors import InvalidParameterError, StorageUnavailableError
from processing.services import Services, backup
from processing.services.backup import make_backup, read_backup, restore_backup
from processing.services.erasure_list import note_erasure
from processing.settings import Settings
from processing.storage import LocalObjectStore

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def here(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """What the commands find in their environment: a database and a bucket."""
    assert settings.database_url is not None
    monkeypatch.setenv("DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.database_url.get_secret_value())
    return settings


@pytest.fixture
def move(empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A function that lets the commands after it find an empty database and a new folder."""

    def go() -> None:
        monkeypatch.setenv("DATABASE_URL", empty_database)
        monkeypatch.setenv("DATA_DIR", str(tmp_path / "new"))

    return go


@pytest.fixture
def two_patients(here: Settings, database_url: str) -> None:
    """P001 and P002 are in the database that the commands find."""
    with psycopg.connect(database_url) as connection:
        connection.execute("insert into app.patients (code) values ('P001'), ('P002')")


def _patients(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [code for (code,) in connection.execute("select code from app.patients order by code")]


def test_a_backup_into_an_empty_folder_says_what_it_holds_and_names_what_is_left_out(
    here: Settings, services: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    services.store.write("P001/1.c3d", b"a recording")
    with (here.bucket_dir / "P001" / "huge.c3d").open("wb") as file:
        file.truncate(here.max_recording_bytes + 1)
    (tmp_path / "monday").mkdir()

    assert main(["backup", "monday"]) == 0

    said = capsys.readouterr().out
    assert f"{len(read_backup(tmp_path / 'monday').dumped.rows)} tables, 1 recordings" in said
    assert "  left out: P001/huge.c3d is larger than a recording may be\n" in said
    assert "The recordings are not in it" not in said
    assert sorted(path.name for path in (tmp_path / "monday").iterdir()) == [
        "database.dump", "manifest.json", "recordings",
    ]  # fmt: skip


def test_a_backup_of_the_database_alone_reminds_of_the_bucket(
    here: Settings, services: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    services.store.write("P001/1.c3d", b"a recording")
    assert main(["backup", "--no-recordings", "monday"]) == 0
    said = capsys.readouterr().out
    assert "0 recordings" in said
    assert "The recordings are not in it: the bucket needs copies of its own.\n" in said
    assert read_backup(tmp_path / "monday").objects == {}


def test_a_restore_says_who_is_erased_again_and_refuses_a_list_that_is_not_there(
    two_patients: None,
    empty_database: str,
    move: Callable[[], None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["backup", "monday"]) == 0
    note_erasure(tmp_path / "list", "P002", reason="Asked for it", requested_by="X", at=NOW)
    move()

    assert main(["restore", "monday", "--erasures", "list", "--erasures", "lost"]) == 1
    assert "There is no list of erasures 'lost'." in capsys.readouterr().err
    assert main(["restore", "monday", "--erasures", "list"]) == 0

    said = capsys.readouterr().out
    assert "Restored; every table has the rows that were saved.\n" in said
    assert "Erased again, as they were since the backup or by then: P002.\n" in said
    assert _patients(empty_database) == ["P001"]


def test_who_was_erased_before_the_backup_is_not_erased_again_and_stays_on_the_list(
    two_patients: None,
    empty_database: str,
    move: Callable[[], None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["erase-patient", "P002", "--reason", "Asked for it", "--by", "X", "--yes"]) == 0
    assert main(["backup", "monday"]) == 0
    move()
    capsys.readouterr()

    assert main(["restore", "monday"]) == 0

    assert "Erased again" not in capsys.readouterr().out
    assert _patients(empty_database) == ["P001"]
    lines = (tmp_path / "new" / "erasures.jsonl").read_text().splitlines()
    assert [json.loads(line)["code"] for line in lines] == ["P002"]


def test_an_embedded_installation_is_restored_over_a_bucket_that_is_empty(
    here: Settings, services: Services, tmp_path: Path
) -> None:
    services.store.write("P001/1.c3d", b"a recording")
    make_backup(here, tmp_path / "monday")
    new = Settings(_env_file=None, data_dir=tmp_path / "new", database_url=None)
    new.bucket_dir.mkdir(parents=True)

    assert restore_backup(new, tmp_path / "monday") == []

    assert (new.bucket_dir / "P001" / "1.c3d").read_bytes() == b"a recording"
    assert new.cluster_dir.exists()


def test_a_backup_of_another_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"format": 2}')
    with pytest.raises(InvalidParameterError, match="has format 2; this version reads 1"):
        read_backup(tmp_path)


def test_a_recording_that_never_comes_to_rest_fails_the_backup_and_leaves_no_folder(
    here: Settings, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.store.write("P001/1.c3d", b"a recording")
    waits: list[float] = []

    def changing(_: LocalObjectStore, name: str) -> bytes:
        raise StorageUnavailableError(f"Object '{name}' changed while it was read")

    monkeypatch.setattr(LocalObjectStore, "read", changing)
    monkeypatch.setattr(backup.time, "sleep", waits.append)
    with pytest.raises(StorageUnavailableError, match=r"'P001/1\.c3d' changed while it was read"):
        make_backup(here, tmp_path / "monday")
    assert waits == [0.5] * 9
    assert not list(tmp_path.glob("*monday*"))
