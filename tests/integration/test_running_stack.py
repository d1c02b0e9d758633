"""The product as it is started: what it promises about processes, restarts and first starts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.builders import make_c3d
from tests.running_stack import ROOT, RunningStack


def test_a_first_start_shows_six_demonstration_sessions_of_three_patients(demo_stack: RunningStack) -> None:
    sessions = demo_stack.sessions()
    assert len(sessions) >= 6
    demo = [session for session in sessions if session["patient"] in {"P001", "P002", "P003"}]
    assert [session["status"] for session in demo] == ["completed"] * 6


def test_a_second_start_with_the_same_data_is_refused(demo_stack: RunningStack) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "processing", "start"],
        cwd=ROOT, env=demo_stack.environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert second.returncode == 1
    assert "Another 'start' already runs" in second.stderr


def test_a_file_copied_into_the_bucket_by_hand_is_found(demo_stack: RunningStack) -> None:
    demo_stack.put("P050/by-hand.c3d", make_c3d())
    found = subprocess.run(
        [sys.executable, "-m", "processing", "reconcile"],
        cwd=ROOT, env=demo_stack.environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert "objects queued" in found.stdout
    (session,) = demo_stack.wait_for({"P050S001"})
    assert session["status"] == "completed"


def test_a_worker_killed_during_a_job_comes_back_and_completes_it(demo_stack: RunningStack) -> None:
    codes = set()
    for number in range(6):
        stored = demo_stack.put(f"P060/{number}.c3d", make_c3d(duration_s=60.0, seed=number))
        codes.add(demo_stack.announce(stored).json()["session_code"])
    deadline = time.monotonic() + 20
    while not any(demo_stack.status(code) == "processing" for code in codes):
        assert time.monotonic() < deadline, "no job was ever seen at work"
    killed = demo_stack.worker_pid()
    os.kill(killed, signal.SIGKILL)

    sessions = demo_stack.wait_for(codes, timeout_s=75)

    assert [session["status"] for session in sessions] == ["completed"] * 6
    assert demo_stack.worker_pid() != killed


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopping_leaves_no_process_and_a_second_start_is_quick(
    tmp_path: Path, number: signal.Signals
) -> None:
    stack = RunningStack(tmp_path / "data")
    stack.start()
    running = stack.processes()
    assert len(running) >= 5  # owner, listener, worker, dashboard, database
    assert stack.stop(number) == 0
    _, alive = psutil.wait_procs(running, timeout=5)
    assert alive == []
    assert stack.processes() == []
