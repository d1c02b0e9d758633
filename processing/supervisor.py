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

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_STOP_S = 25.0
_LONGEST_PAUSE_S = 30.0
_STEADY_S = 60.0


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
    failures: int = field(default=0)

    def start(self) -> None:
        """Start the child in a session of its own, so that Ctrl-C in the terminal reaches only its owner."""
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
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
            # The group may outlive its leader: an isolated reader, for example.
            _signal_group(program, signal.SIGKILL)
            program.process.wait()

    def _look_after(self, program: Program) -> None:
        if program.running:
            return
        now = time.monotonic()
        if program.restart_at == 0.0:
            code = None if program.process is None else program.process.returncode
            program.failures = 0 if now - program.started_at > _STEADY_S else program.failures + 1
            pause_s = min(0.2 * 2.0**program.failures, _LONGEST_PAUSE_S)
            program.restart_at = now + pause_s
            self._report(
                f"{program.name} ended with status {code}; starting it again in {pause_s:.1f} s "
                f"(log: {program.log_path})."
            )
        elif now >= program.restart_at:
            program.restart_at = 0.0
            program.start()


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
