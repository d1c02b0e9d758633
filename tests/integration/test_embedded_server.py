"""The embedded server starts wherever the data folder is, harms nobody, and is stopped by its last user."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from processing.database.embedded import embedded_postgres, ensure_running, is_running
from processing.database.embedded_folders import Owner, private_folder
from processing.database.embedded_server import find_postmaster
from processing.errors import InvalidParameterError
from tests.integration.stack import answers

ROOT = Path(__file__).resolve().parents[2]
USER = """
import sys
from pathlib import Path
import psycopg
from processing.database.embedded import embedded_postgres
with embedded_postgres(Path(sys.argv[1])) as url:
    psycopg.connect(url).close()
    print("in", flush=True)
    sys.stdin.read()
"""


def _user(cluster_dir: Path) -> subprocess.Popen[str]:
    """Start another process that uses the server until its input closes."""
    return subprocess.Popen(
        [sys.executable, "-c", USER, str(cluster_dir)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def _wait_until_in(user: subprocess.Popen[str]) -> None:
    assert user.stdout is not None
    assert user.stdout.readline() == "in\n", user.communicate()[1]


def _leave(user: subprocess.Popen[str]) -> None:
    _, errors = user.communicate("")
    assert user.returncode == 0, errors


@pytest.mark.parametrize(
    "name", ["with a space", 'it\'s "quoted", $HOME', "l" * 120], ids=["space", "quotes", "long"]
)
def test_any_folder_will_do_and_nobody_else_can_connect(tmp_path: Path, name: str) -> None:
    with embedded_postgres(tmp_path / name / "postgres") as url:
        assert answers(url)
        socket_dir = Path(psycopg.conninfo.conninfo_to_dict(url)["host"] or "")
        status = socket_dir.stat()
        assert (socket_dir / ".s.PGSQL.5432").is_socket()
        assert status.st_mode & 0o077 == 0
        assert status.st_uid == (tmp_path / name / "postgres").stat().st_uid
    assert not (socket_dir / ".s.PGSQL.5432").exists()
    assert socket_dir == tmp_path / name / "postgres" or not socket_dir.exists()


def test_a_planted_socket_folder_is_refused(tmp_path: Path) -> None:
    me = Owner(os.geteuid(), os.getegid())
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    for name in ("link", "open"):
        with pytest.raises(InvalidParameterError, match="should be a private folder"):
            private_folder(tmp_path / name, me)
    assert private_folder(tmp_path / "new", me) == private_folder(tmp_path / "new", me)


def test_a_stale_file_that_names_an_innocent_process_harms_nobody(cluster_dir: Path) -> None:
    # Of the server's own user: PostgreSQL itself would take it for a server and refuse to start.
    with subprocess.Popen(["sleep", "60"], user=cluster_dir.stat().st_uid) as innocent:
        lines = [innocent.pid, cluster_dir, int(time.time()), 5432, cluster_dir, "", "1 2", "ready"]
        (cluster_dir / "postmaster.pid").write_text("\n".join(map(str, lines)) + "\n")
        assert not is_running(cluster_dir)
        with embedded_postgres(cluster_dir) as url:
            assert answers(url)
        assert innocent.poll() is None
        innocent.kill()


@pytest.mark.parametrize("content", ["", "12", "1\n/somewhere\n"])
def test_a_half_written_file_is_no_server(cluster_dir: Path, content: str) -> None:
    (cluster_dir / "postmaster.pid").write_text(content)
    with embedded_postgres(cluster_dir) as url:
        assert answers(url)


def test_four_at_once_all_work_and_the_last_one_stops_the_server(tmp_path: Path) -> None:
    cluster_dir = tmp_path / "postgres"
    users = [_user(cluster_dir) for _ in range(4)]
    for user in users:
        _wait_until_in(user)
    for user in users:
        assert is_running(cluster_dir)
        _leave(user)
    assert not is_running(cluster_dir)


def test_the_one_who_started_the_server_does_not_stop_it_under_others(cluster_dir: Path) -> None:
    starter = _user(cluster_dir)
    _wait_until_in(starter)
    with embedded_postgres(cluster_dir) as url:
        _leave(starter)
        assert answers(url)
    assert not is_running(cluster_dir)


def test_what_a_killed_user_left_running_is_used_and_stopped_by_the_next(cluster_dir: Path) -> None:
    user = _user(cluster_dir)
    _wait_until_in(user)
    user.kill()
    user.communicate()
    left = find_postmaster(cluster_dir)
    assert left is not None
    with embedded_postgres(cluster_dir) as url:
        assert answers(url)
        found = find_postmaster(cluster_dir)
        assert found is not None
        assert found.process == left.process
    assert not is_running(cluster_dir)


def test_a_killed_server_comes_back_under_the_same_address_and_is_stopped(cluster_dir: Path) -> None:
    with embedded_postgres(cluster_dir) as url, psycopg.connect(url, autocommit=True) as busy:
        busy.execute("select 1")
        killed = find_postmaster(cluster_dir)
        assert killed is not None
        killed.process.send_signal(signal.SIGKILL)
        psutil.wait_procs([killed.process], timeout=5)
        ensure_running(cluster_dir)
        again = find_postmaster(cluster_dir)
        assert again is not None
        assert again.process != killed.process
        assert answers(url)
    assert not is_running(cluster_dir)


def test_a_cluster_whose_making_was_interrupted_is_made_anew(tmp_path: Path) -> None:
    half = tmp_path / "postgres.making"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with embedded_postgres(tmp_path / "postgres") as url:
        assert answers(url)
    assert not half.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can try to be somebody else")
def test_another_user_of_the_machine_cannot_connect(cluster_dir: Path) -> None:
    with embedded_postgres(cluster_dir) as url:
        path = Path(psycopg.conninfo.conninfo_to_dict(url)["host"] or "") / ".s.PGSQL.5432"
        child = os.fork()
        if child == 0:
            os.setuid(65534)
            try:
                socket.socket(socket.AF_UNIX).connect(str(path))
            except PermissionError:
                os._exit(13)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 13
