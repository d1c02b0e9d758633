"""The parent's side of the isolated reader: one template with an empty environment, and the readers that it forks."""

from __future__ import annotations

import contextlib
import fcntl
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Final

from processing.c3d.child import ENDED, STARTED
from processing.errors import ReaderCrashedError

_ROOT: Final = Path(__file__).resolve().parents[2]
# -I: neither PYTHON* variables, nor the working directory, nor the user's own packages count.
TEMPLATE_COMMAND: Final = (
    sys.executable,
    "-I",
    "-c",
    "import sys; sys.path.insert(0, sys.argv[1]); from processing.c3d.child import main; "
    "main(int(sys.argv[2]))",
    str(_ROOT),
)
# Nothing of the parent's environment, which holds credentials; without the library path some Pythons do
# not start. One thread only: a process with several cannot be forked safely.
_KEPT: Final = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
_SET: Final = {"LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
_CHUNK_BYTES: Final = 1 << 20
_GONE_WITHIN_S: Final = 1.0


class ReaderTemplate:
    """A process that has imported what reading needs, and forks a reader in a few milliseconds.

    Parameters
    ----------
    command : sequence of str
        What to run; the number of the socket's file descriptor is added as the last argument.
    """

    def __init__(self, command: Sequence[str] = TEMPLATE_COMMAND) -> None:
        self.parent_pid = os.getpid()
        self._requests, theirs = socket.socketpair()
        try:
            self._process = subprocess.Popen(
                [*command, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_SET | {name: os.environ[name] for name in _KEPT if name in os.environ},
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        except OSError as exc:
            self._requests.close()
            raise ReaderCrashedError(f"The isolated reader could not be started: {exc}.") from exc
        finally:
            theirs.close()

    @property
    def pid(self) -> int:
        """The template's process id."""
        return self._process.pid

    @property
    def usable(self) -> bool:
        """Whether this process can have readers forked: it is the template's parent, and the template lives."""
        return self.parent_pid == os.getpid() and self._process.poll() is None

    def fork(self, request: Sequence[bytes]) -> Reader:
        """Return a new reader that begins with a request at once.

        Raises
        ------
        ReaderCrashedError
            If the request cannot be handed over.
        """
        control, theirs = socket.socketpair()
        answer, answer_in_reader = os.pipe()
        _widen(answer)
        try:
            with _anonymous_file() as file:
                for part in request:
                    file.write(part)
                file.flush()
                descriptors = [theirs.fileno(), file.fileno(), answer_in_reader]
                socket.send_fds(self._requests, [b"r"], descriptors)
        except OSError as exc:
            control.close()
            os.close(answer)
            raise ReaderCrashedError(
                f"The recording could not be handed to the isolated reader: {exc}."
            ) from exc
        finally:
            theirs.close()
            os.close(answer_in_reader)
        return Reader(control, answer)

    def close(self) -> None:
        """End the template for certain; readers at work end with whoever asked them, not with it."""
        self._requests.close()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            self._process.kill()
        self._process.wait()


class Reader:
    """One forked reader that was asked; ``close`` it, whatever happened."""

    def __init__(self, control: socket.socket, answer_fd: int) -> None:
        self._control = control
        self._answer_fd = answer_fd
        self._said = b""

    def answer(self, *, timeout_s: float, max_bytes: int) -> bytes:
        """Return the reader's whole answer.

        Raises
        ------
        ReaderCrashedError
            If the reader dies, is too slow, or says more than ``max_bytes``.
        """
        deadline = time.monotonic() + timeout_s
        said = _read_until(self._answer_fd, deadline, timeout_s=timeout_s, max_bytes=max_bytes)
        status = self._status(max(deadline - time.monotonic(), 0.1))
        if status:
            cause = f"signal {-status}" if status < 0 else f"exit status {status}"
            raise ReaderCrashedError(f"The isolated reader died ({cause}) while reading the recording.")
        return said

    def close(self) -> bool:
        """Have the reader killed if it lives, and return whether it is known to be gone."""
        os.close(self._answer_fd)
        with self._control, contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_WR)
            if self._hear_out(_GONE_WITHIN_S):
                return True
            if (
                len(self._said) >= STARTED.size
            ):  # its keeper was stopped: it cannot have ended, so its ids hold
                for pid in reversed(STARTED.unpack(self._said[: STARTED.size])):
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.kill(pid, signal.SIGKILL)
            return self._hear_out(_GONE_WITHIN_S)
        return False

    def _status(self, timeout_s: float) -> int:
        if not self._hear_out(timeout_s):
            raise ReaderCrashedError("The isolated reader answered but did not end.")
        if len(self._said) != STARTED.size + ENDED.size:
            raise ReaderCrashedError("The isolated reader was killed before it could read the recording.")
        status: int = ENDED.unpack(self._said[STARTED.size :])[0]
        return status

    def _hear_out(self, timeout_s: float) -> bool:
        """Return whether the keeper closed its end within a time, and keep what it said."""
        deadline = time.monotonic() + timeout_s
        while (left_s := deadline - time.monotonic()) > 0:
            self._control.settimeout(left_s)
            try:
                part = self._control.recv(64)
            except TimeoutError:
                return False
            except ConnectionResetError:
                return True
            if not part:
                return True
            self._said += part
        return False


def _read_until(descriptor: int, deadline: float, *, timeout_s: float, max_bytes: int) -> bytes:
    """Return everything up to the end of a pipe, within the time and size that are allowed."""
    chunks: list[bytes] = []
    size = 0
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while True:
            if not selector.select(max(deadline - time.monotonic(), 0.0)):
                raise ReaderCrashedError(f"The isolated reader did not finish within {timeout_s:g} s.")
            chunk = os.read(descriptor, _CHUNK_BYTES)
            if not chunk:
                return b"".join(chunks)
            chunks.append(chunk)
            size += len(chunk)
            if size > max_bytes:
                raise ReaderCrashedError(f"The isolated reader answered more than {max_bytes} bytes.")
            if time.monotonic() > deadline:
                raise ReaderCrashedError(f"The isolated reader did not finish within {timeout_s:g} s.")


def _widen(pipe_fd: int) -> None:
    """Let a whole recording through a pipe in few pieces, where the system can."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # the user's share of pipe memory is used up
            fcntl.fcntl(pipe_fd, fcntl.F_SETPIPE_SZ, _CHUNK_BYTES)


def _anonymous_file() -> IO[Any]:
    """Return a file without a name: in memory where the system can, else a temporary one."""
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("recording", os.MFD_CLOEXEC), "w+b")
    return tempfile.TemporaryFile()
