"""The owner of the processes restarts what dies and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from processing.errors import DatabaseUnavailableError
from processing.supervisor import DatabaseKeeper, Program, Supervisor

ROOT = Path(__file__).resolve().parents[2]


def _program(folder: Path, code: str, name: str = "child") -> Program:
    return Program(name, [sys.executable, "-c", code], dict(os.environ), folder / f"{name}.log", folder)


def _wait_for(condition: Callable[[], bool], timeout_s: float = 10.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_program_that_is_killed_is_started_again(tmp_path: Path) -> None:
    program = _program(tmp_path, "import time; time.sleep(60)")
    lines: list[str] = []
    supervisor = Supervisor([program], report=lines.append)
    supervisor.start()
    assert program.process is not None
    first = program.process.pid
    watching = threading.Thread(target=supervisor.watch)
    watching.start()
    os.kill(first, signal.SIGKILL)
    _wait_for(lambda: program.process is not None and program.process.pid != first and program.running)
    supervisor.stop()
    watching.join()
    supervisor.shut_down()
    assert any("ended with status -9" in line for line in lines)


def test_a_program_that_keeps_failing_is_given_longer_pauses(tmp_path: Path) -> None:
    program = _program(tmp_path, "raise SystemExit(3)")
    lines: list[str] = []
    supervisor = Supervisor([program], report=lines.append)
    supervisor.start()
    watching = threading.Thread(target=supervisor.watch)
    watching.start()
    _wait_for(lambda: len(lines) >= 2)
    supervisor.stop()
    watching.join()
    supervisor.shut_down()
    assert "in 0.4 s" in lines[0]
    assert "in 0.8 s" in lines[1]


def test_shutting_down_ends_grandchildren_and_the_unwilling(tmp_path: Path) -> None:
    code = (
        "import signal, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    program = _program(tmp_path, code)
    supervisor = Supervisor([program], report=lambda _: None)
    supervisor.start()
    _wait_for(lambda: program.log_path.read_text().strip().isdigit())
    grandchild = int(program.log_path.read_text())
    supervisor.shut_down()
    assert not program.running
    _wait_for(lambda: not _alive(grandchild) or _is_zombie(grandchild))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux's kernel ends a child with its owner")
def test_programs_end_with_an_owner_that_is_killed(tmp_path: Path) -> None:
    owner_code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from processing.supervisor import Program\n"
        "folder = Path(sys.argv[1])\n"
        "program = Program('child', ['sleep', '60'], {'PATH': sys.argv[2]}, folder / 'child.log', folder)\n"
        "program.start()\n"
        "print(program.process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", owner_code, tmp_path, os.environ["PATH"]],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    ) as owner:  # fmt: skip
        assert owner.stdout is not None
        child = int(owner.stdout.readline())
        assert _alive(child)
        owner.kill()
    _wait_for(lambda: not _alive(child) or _is_zombie(child))


def test_when_one_program_cannot_be_started_the_others_are_ended(tmp_path: Path) -> None:
    started = _program(tmp_path, "import time; time.sleep(60)", "started")
    missing = Program("missing", [str(tmp_path / "nothing")], {}, tmp_path / "missing.log", tmp_path)
    never = _program(tmp_path, "", "never")
    supervisor = Supervisor([started, missing, never], report=lambda _: None)
    with pytest.raises(FileNotFoundError, match="nothing"):
        supervisor.start()
    assert started.running
    supervisor.shut_down()
    assert not started.running
    assert never.process is None


def test_a_large_log_is_set_aside_when_a_program_starts(tmp_path: Path) -> None:
    program = _program(tmp_path, "print('new')")
    for name, size in (("child.log", 10_000_001), ("child.log.1", 5)):
        (tmp_path / name).write_bytes(b"x" * size)
    program.start()
    assert program.process is not None
    program.process.wait()
    assert program.log_path.read_text() == "new\n"
    assert (tmp_path / "child.log.1").stat().st_size == 10_000_001


def test_a_database_that_ends_is_started_again() -> None:
    alive = threading.Event()
    alive.set()
    lines: list[str] = []
    with DatabaseKeeper(alive.is_set, alive.set, report=lines.append):
        alive.clear()
        _wait_for(lambda: "database runs again." in lines)
    assert "database ended; starting it again in 0.4 s." in lines


def test_a_database_that_cannot_start_is_tried_again_after_longer_pauses() -> None:
    def start() -> None:
        raise DatabaseUnavailableError("The disk is full.")

    lines: list[str] = []
    with DatabaseKeeper(lambda: False, start, report=lines.append):
        _wait_for(lambda: len(lines) >= 3)
    assert "in 0.4 s" in lines[0]
    assert lines[1] == "DatabaseUnavailableError: The disk is full."
    assert "in 0.8 s" in lines[2]


def _is_zombie(pid: int) -> bool:
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
