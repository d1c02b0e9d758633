"""One disposable child process: started with an empty environment, asked once, killed for certain."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Final

from processing.errors import ReaderCrashedError

_ROOT: Final = Path(__file__).resolve().parents[2]
# -I: neither PYTHON* variables, nor the working directory, nor the user's own packages count.
READER_COMMAND: Final = (
    sys.executable,
    "-I",
    "-c",
    "import sys; sys.path.insert(0, sys.argv[1]); from processing.c3d.child import main; "
    "main(int(sys.argv[2]))",
    str(_ROOT),
)
# Nothing of the parent's environment, which holds credentials; without the library path some Pythons do
# not start.
_KEPT: Final = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
_SET: Final = {"LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
_CHUNK_BYTES: Final = 1 << 20


class ChildProcess:
    """A child that waits for its one request.

    Parameters
    ----------
    command : sequence of str
        What to run; the number of the request's file descriptor is added as the last argument.
    """

    def __init__(self, command: Sequence[str] = READER_COMMAND) -> None:
        self.parent_pid = os.getpid()
        self._request = _anonymous_file()
        try:
            # A session of its own, so that the kill reaches whatever the child might have started.
            self._process = subprocess.Popen(
                [*command, str(self._request.fileno())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                pipesize=_CHUNK_BYTES,
                stderr=subprocess.DEVNULL,
                env=_SET | {name: os.environ[name] for name in _KEPT if name in os.environ},
                pass_fds=(self._request.fileno(),),
                start_new_session=True,
            )
        except OSError as exc:
            self._request.close()
            raise ReaderCrashedError(f"The isolated reader could not be started: {exc}.") from exc

    @property
    def alive(self) -> bool:
        """Whether the child still waits."""
        return self._process.poll() is None

    def ask(self, request: Sequence[bytes], *, timeout_s: float, max_answer_bytes: int) -> bytes:
        """Return the child's whole answer.

        Raises
        ------
        ReaderCrashedError
            If the child dies, is too slow, or says more than ``max_answer_bytes``.
        """
        deadline = time.monotonic() + timeout_s
        try:
            for part in request:
                self._request.write(part)
            self._request.flush()
        except OSError as exc:
            raise ReaderCrashedError(
                f"The recording could not be handed to the isolated reader: {exc}."
            ) from exc
        stdin, stdout = self._pipes()
        # A child that is dead already shows in its answer and exit status.
        with contextlib.suppress(BrokenPipeError):
            stdin.write(b"read\n")
            stdin.flush()
        answer = _read_until(stdout, deadline, timeout_s=timeout_s, max_bytes=max_answer_bytes)
        status = self._wait(deadline)
        if status:
            cause = f"signal {-status}" if status < 0 else f"exit status {status}"
            raise ReaderCrashedError(f"The isolated reader died ({cause}) while reading the recording.")
        return answer

    def close(self) -> None:
        """Kill the child if it lives, and collect it: no process and no zombie stays."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.kill()
            self._process.wait()
        for pipe in self._pipes():
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
        self._request.close()

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process.stdin is None or self._process.stdout is None:
            raise ReaderCrashedError("The isolated reader was started without pipes.")
        return self._process.stdin, self._process.stdout

    def _wait(self, deadline: float) -> int:
        try:
            return self._process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            raise ReaderCrashedError("The isolated reader answered but did not end.") from None


def _read_until(stdout: IO[bytes], deadline: float, *, timeout_s: float, max_bytes: int) -> bytes:
    """Return everything up to the end of a pipe, within the time and size that are allowed."""
    chunks: list[bytes] = []
    size = 0
    with selectors.DefaultSelector() as selector:
        selector.register(stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(max(deadline - time.monotonic(), 0.0)):
                raise ReaderCrashedError(f"The isolated reader did not finish within {timeout_s:g} s.")
            chunk = os.read(stdout.fileno(), _CHUNK_BYTES)
            if not chunk:
                return b"".join(chunks)
            chunks.append(chunk)
            size += len(chunk)
            if size > max_bytes:
                raise ReaderCrashedError(f"The isolated reader answered more than {max_bytes} bytes.")
            if time.monotonic() > deadline:
                raise ReaderCrashedError(f"The isolated reader did not finish within {timeout_s:g} s.")


def _anonymous_file() -> IO[Any]:
    """Return a file without a name: in memory where the system can, else a temporary one."""
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("recording", os.MFD_CLOEXEC), "w+b")
    return tempfile.TemporaryFile()
