"""The product as it is started: what it promises about processes, restarts and first starts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest
from psycopg.rows import TupleRow

from processing.database.embedded import is_running
from tests.builders import make_c3d
from tests.running_stack import ROOT, RunningStack


def test_a_first_start_shows_six_demonstration_sessions_of_three_patients(demo_stack: RunningStack) -> None:
    sessions = demo_stack.sessions()
    assert len(sessions) >= 6
    demo = [session for session in sessions if session["patient"] in {"P001", "P002", "P003"}]
    assert [session["status"] for session in demo] == ["completed"] * 6


def test_the_api_answers_beside_the_listener_under_the_dashboards_login(demo_stack: RunningStack) -> None:
    with httpx.Client(base_url=demo_stack.listener_url, trust_env=False) as client:
        listed = client.get("/api/v1/sessions", params={"patient": "P001"}).json()["sessions"]
        assert {session["code"] for session in listed} >= {"P001S001", "P001S002"}
        assert client.get("/api/v1/sessions", headers={"Host": "elsewhere.example"}).status_code == 403
        assert client.get("/health/live").json() == {"status": "ok"}
        assert client.get("/api/v1/sessions/P001S001").status_code == 200
    with psycopg.connect(demo_stack.database_url) as connection:
        programs = connection.execute(
            "select distinct program from app.audit_log where action = 'read' and reason = 'REST API'"
        ).fetchall()
    assert programs == [("app_dashboard",)]


def test_a_second_start_with_the_same_data_is_refused(demo_stack: RunningStack) -> None:
    second = demo_stack.run("start")
    assert second.returncode == 1
    assert "Another 'start' already runs" in second.stderr


def test_the_data_is_the_owners_alone(demo_stack: RunningStack) -> None:
    recordings = list((demo_stack.data_dir / "buckets").rglob("*.c3d"))
    assert recordings
    for path in [*recordings, demo_stack.data_dir / "webhook-secret", demo_stack.data_dir / "logs"]:
        assert path.stat().st_mode & 0o077 == 0, path
    # As root the database runs as another user, which must pass through.
    assert demo_stack.data_dir.stat().st_mode & 0o077 == (0o001 if os.geteuid() == 0 else 0)


def test_a_worker_killed_during_a_job_comes_back_and_completes_it(demo_stack: RunningStack) -> None:
    codes = set()
    for number in range(6):
        stored = demo_stack.put(f"P060/{number}.c3d", make_c3d(duration_s=60.0, seed=number))
        codes.add(demo_stack.announce(stored).json()["session_code"])
    worker = demo_stack.worker_pid()
    with psycopg.connect(demo_stack.database_url, autocommit=True) as connection:
        job_id = _stop_at_work(connection, worker)
        os.kill(worker, signal.SIGKILL)

        sessions = demo_stack.wait_for(codes, timeout_s=75)

        assert [session["status"] for session in sessions] == ["completed"] * 6
        assert demo_stack.worker_pid() != worker
        events = connection.execute(
            "select type::text from procrastinate.procrastinate_events where job_id = %s order by id",
            (job_id,),
        ).fetchall()
    assert [event for (event,) in events].count("started") >= 2, (
        "the job was not at work when its worker was killed"
    )


def _stop_at_work(connection: psycopg.Connection[TupleRow], worker: int) -> int:
    """Freeze the worker at a moment when it has a recording on its hands, and return that job."""
    at_work = (
        "select id from procrastinate.procrastinate_jobs where status = 'doing' and queue_name = 'analysis'"
    )
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if connection.execute(at_work).fetchone() is not None:
            os.kill(worker, signal.SIGSTOP)
            job = connection.execute(at_work).fetchone()
            if job is not None:
                return int(job[0])
            os.kill(worker, signal.SIGCONT)
        time.sleep(0.005)
    raise AssertionError("no job was ever seen at work")


def test_a_killed_database_is_back_within_seconds_and_takes_events(demo_stack: RunningStack) -> None:
    killed, url = demo_stack.postmaster_pid(), demo_stack.database_url
    os.kill(killed, signal.SIGKILL)
    began = time.monotonic()
    while demo_stack.is_ready() or psutil.pid_exists(killed):
        assert time.monotonic() - began < 20, "the database was killed and nobody noticed"
        time.sleep(0.02)
    while not demo_stack.is_ready():
        assert time.monotonic() - began < 20, demo_stack.logs()
        time.sleep(0.05)
    assert demo_stack.postmaster_pid() != killed
    assert demo_stack.database_url == url

    answer = demo_stack.announce(demo_stack.put("P070/after.c3d", make_c3d()))

    assert answer.status_code == 202
    (session,) = demo_stack.wait_for({answer.json()["session_code"]})
    assert session["status"] == "completed"


def test_reprocess_goes_on_after_a_session_that_does_not_exist(demo_stack: RunningStack) -> None:
    done = demo_stack.run("reprocess", "P001S001", "P999S999", "P001S002")
    assert done.returncode == 1
    assert "P999S999: NotFoundError" in done.stderr
    assert "P001S001: queued as job" in done.stdout
    assert "P001S002: queued as job" in done.stdout
    demo_stack.wait_for({"P001S001", "P001S002"})


def test_a_file_copied_into_the_bucket_by_hand_is_found_once(tmp_path: Path) -> None:
    stack = RunningStack(tmp_path / "data")  # not started: no worker takes part
    assert stack.run("migrate", "--upgrade").returncode == 0
    stack.put("P050/by-hand.c3d", make_c3d())
    assert stack.run("reconcile").stdout.startswith("1 ")
    assert stack.run("reconcile").stdout.startswith("0 ")
    (session,) = stack.sessions()
    assert (session["code"], session["object"], session["status"]) == (
        "P050S001", "P050/by-hand.c3d", "pending",
    )  # fmt: skip


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopping_leaves_no_process_and_a_second_start_is_quick(
    tmp_path: Path, number: signal.Signals
) -> None:
    stack = RunningStack(tmp_path / "data")
    stack.start()
    answer = stack.announce(stack.put("P001/one.c3d", make_c3d()))
    stack.wait_for({answer.json()["session_code"]})
    assert stack.reader_pids()  # the worker keeps one ready
    running = stack.processes()
    assert len(running) >= 6  # owner, listener, worker with its reader, dashboard, database
    assert stack.stop(number) == 0
    _, alive = psutil.wait_procs(running, timeout=5)
    assert alive == []
    assert stack.processes() == []


def test_a_database_killed_meanwhile_is_stopped_too(tmp_path: Path) -> None:
    with RunningStack(tmp_path / "data") as stack:
        killed = psutil.Process(stack.postmaster_pid())
        killed.kill()
        psutil.wait_procs([killed], timeout=5)
        deadline = time.monotonic() + 20
        while not is_running(stack.data_dir / "postgres"):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert stack.postmaster_pid() != killed.pid
        assert stack.stop() == 0
        assert stack.processes() == []


def test_a_reader_ends_with_a_parent_that_is_killed() -> None:
    # Native code that keeps the interpreter, as a hanging C3D reader does.
    busy = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from processing.c3d.child import main\n"
        "main(int(sys.argv[2]), lambda _: sum(range(10**12)))"
    )
    parent = (
        "import sys\n"
        "from processing.c3d.isolated import IsolatedReader\n"
        f"IsolatedReader([sys.executable, '-c', {busy!r}, {str(ROOT)!r}]).read(b'x', timeout_s=60)"
    )
    with subprocess.Popen([sys.executable, "-c", parent], cwd=ROOT) as owner:
        deadline = time.monotonic() + 20
        readers: list[psutil.Process] = []
        # The template, the keeper and the reader, which is busy.
        while len(readers) < 3 or max(process.cpu_times().user for process in readers) < 0.5:
            assert time.monotonic() < deadline
            readers = psutil.Process(owner.pid).children(recursive=True)
            time.sleep(0.05)
        owner.kill()
    _, alive = psutil.wait_procs(readers, timeout=5)
    assert alive == []
