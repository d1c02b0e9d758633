"""One owner for all processes: starts them in order, restarts what dies, leaves nothing behind."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from processing.errors import ProcessingError

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_STOP_S = 25.0
_LONGEST_PAUSE_S = 30.0
_STEADY_S = 60.0
_LARGEST_LOG_BYTES = 10_000_000


@dataclass(slots=True)
class Pauses:
    """How long to wait before something that ended is started again: longer each time it does not last."""

    failures: int = 0

    def next_s(self, lasted_s: float) -> float:
        """Return the pause after a run of that length."""
        self.failures = 0 if lasted_s > _STEADY_S else self.failures + 1
        return float(min(0.2 * 2.0**self.failures, _LONGEST_PAUSE_S))


@dataclass(slots=True)
class Program:
    """One long-running child: how to start it, and what became of it."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log_path: Path
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    restart_at: float = 0.0
    pauses: Pauses = field(default_factory=Pauses)

    def start(self) -> None:
        """Start the child in a session of its own, so that Ctrl-C in the terminal reaches only its owner."""
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        _rotate(self.log_path)
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=dict(self.environment),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        self.started_at = time.monotonic()

    @property
    def running(self) -> bool:
        """Whether the child is alive."""
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Keeps programs running until told to stop.

    Parameters
    ----------
    programs : sequence of Program
        Started in this order, stopped in the reverse.
    report : callable
        Takes one line for the person at the terminal.
    """

    def __init__(self, programs: Sequence[Program], *, report: Callable[[str], None] = print) -> None:
        self.programs = list(programs)
        self._report = report
        self._stop = threading.Event()

    def stop(self) -> None:
        """Ask :meth:`run` to end; may be called from a signal handler."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Whether somebody asked to stop."""
        return self._stop.is_set()

    def start(self) -> None:
        """Start every program once."""
        for program in self.programs:
            program.start()

    def watch(self) -> None:
        """Restart what dies, with growing pauses for what dies often, until asked to stop."""
        while not self._stop.wait(0.2):
            for program in self.programs:
                self._look_after(program)

    def shut_down(self) -> None:
        """Ask every child to end, wait, and kill the process group of one that does not."""
        for program in reversed(self.programs):
            _signal_group(program, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_S
        for program in self.programs:
            if program.process is None:
                continue
            try:
                program.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._report(f"{program.name} does not stop; killing it.")
            # The group may outlive its leader. Isolated readers are not in it: they end with the worker.
            _signal_group(program, signal.SIGKILL)
            program.process.wait()

    def _look_after(self, program: Program) -> None:
        if program.running:
            return
        now = time.monotonic()
        if program.restart_at == 0.0:
            code = None if program.process is None else program.process.returncode
            pause_s = program.pauses.next_s(now - program.started_at)
            program.restart_at = now + pause_s
            self._report(
                f"{program.name} ended with status {code}; starting it again in {pause_s:.1f} s "
                f"(log: {program.log_path})."
            )
        elif now >= program.restart_at:
            program.restart_at = 0.0
            program.start()


class DatabaseKeeper:
    """Starts the database's server again whenever it is found gone, in a thread of its own.

    Starting may take a minute after a crash, and the programs must be looked after meanwhile.

    Parameters
    ----------
    is_running, start : callable
        Whether the server lives; start it, raising ProcessingError if it does not come up.
    report : callable
        Takes one line for the person at the terminal.
    """

    def __init__(
        self,
        is_running: Callable[[], bool],
        start: Callable[[], None],
        *,
        report: Callable[[str], None] = print,
    ) -> None:
        self._is_running = is_running
        self._start = start
        self._report = report
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="database", daemon=True)

    def __enter__(self) -> DatabaseKeeper:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        pauses = Pauses()
        started_at = time.monotonic()
        while not self._stop.wait(0.2):
            if self._is_running():
                continue
            pause_s = pauses.next_s(time.monotonic() - started_at)
            self._report(f"database ended; starting it again in {pause_s:.1f} s.")
            if self._stop.wait(pause_s):
                return
            started_at = time.monotonic()
            try:
                self._start()
            except ProcessingError as error:
                self._report(f"{error.kind}: {error}")
            else:
                self._report("database runs again.")


def _rotate(log_path: Path) -> None:
    """Set a large log aside, in the place of the one before."""
    if log_path.exists() and log_path.stat().st_size > _LARGEST_LOG_BYTES:
        log_path.replace(log_path.with_name(f"{log_path.name}.1"))


def _signal_group(program: Program, number: signal.Signals) -> None:
    if program.process is None:
        return
    try:
        os.killpg(program.process.pid, number)
    except ProcessLookupError:
        return


def _die_with_parent() -> None:
    """Have the kernel end this child when its owner is killed without a chance to say goodbye (Linux)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
