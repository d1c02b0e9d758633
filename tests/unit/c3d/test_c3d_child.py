"""Template, keeper and reader, each called in this process: who ends whom, what is said, what is taken away."""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import resource
import signal
import socket
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from processing.c3d import child, read_recording
from processing.c3d.child import ENDED, STARTED, answer, main, pack_request
from processing.c3d.child_process import Reader
from processing.c3d.wire import decode
from processing.errors import ReaderCrashedError, UnreadableRecordingError
from tests.builders import make_c3d

NAME = "Ghostly_Emg_20230321_17-23-09-0409.c3d"
HERE, LEAVE = os.getpid(), os._exit


class Left(BaseException):
    """What stands for the end of this process."""


@pytest.fixture(autouse=True)
def process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give back what these processes change for the rest of their life, and let none of them end the tests."""

    def leave(status: int) -> NoReturn:
        if os.getpid() != HERE:
            LEAVE(status)
        raise Left(status)

    fork, forked = os.fork, []

    def noted_fork() -> int:
        pid = fork()
        forked.append(pid)
        return pid

    monkeypatch.setattr(os, "_exit", leave)
    monkeypatch.setattr(os, "fork", noted_fork)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGCHLD, signal.SIGIO)}
    yield
    for pid in forked:
        with contextlib.suppress(ChildProcessError):  # the kernel, or its keeper, has collected it
            if os.waitpid(pid, os.WNOHANG) == (0, 0):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
    for number, handler in handlers.items():
        signal.signal(number, handler)
    gc.unfreeze()


def status_of(run: Callable[[], None]) -> int | None:
    """Return the status with which this process would have ended; a fork never comes back from here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the template leaves its socket to its end
        try:
            run()
        except Left as left:
            return int(str(left))
        finally:
            if os.getpid() != HERE:
                LEAVE(70)
    return None


def request_file(content: bytes = b"request") -> int:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        file.seek(0)
        return os.dup(file.fileno())


def readers_of(serve: Callable[[int], None], *, n_requests: int) -> list[Reader]:
    """Run the template until its other end is closed, and return the readers that it forked meanwhile."""
    asking, requests = socket.socketpair()
    readers = []
    for number in range(n_requests):
        control, theirs = socket.socketpair()
        reading, writing = os.pipe()
        descriptors = [theirs.fileno(), request_file(b"request %d" % number), writing]
        socket.send_fds(asking, [b"r"], descriptors)
        theirs.close()
        os.close(descriptors[1])
        os.close(writing)
        readers.append(Reader(control, reading))
    asking.close()
    assert status_of(lambda: main(requests.detach(), serve)) == 0
    return readers


def keep(serve: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, *, control: socket.socket) -> bytes:
    """Be the keeper of one reader until its end, and return what the reader answered."""
    pipe, pipes = os.pipe, []
    monkeypatch.setattr(os, "pipe", lambda: pipes.append(pipe()) or pipes[-1])
    reading, writing = pipe()
    with open(reading, "rb") as answered:
        assert status_of(lambda: child._keep(control.fileno(), request_file(), writing, serve=serve)) == 0
        (alive, _), (_, life_here) = pipes
        os.close(alive)
        os.close(life_here)
        return answered.read()  # to its end: nobody holds the other one any more


def echo(request_fd: int) -> None:
    os.write(1, b"answer to " + os.read(request_fd, 100))


def test_the_template_forks_for_each_request_and_keeps_none_of_its_descriptors() -> None:
    open_before = len(os.listdir("/dev/fd"))
    readers = readers_of(echo, n_requests=2)
    said = [reader.answer(timeout_s=10.0, max_bytes=100) for reader in readers]
    assert said == [b"answer to request 0", b"answer to request 1"]
    assert [reader.close() for reader in readers] == [True, True]
    assert len(os.listdir("/dev/fd")) <= open_before


def test_a_reader_whose_keeper_is_killed_ends_too_and_that_is_one_error() -> None:
    def kill_the_keeper(_: int) -> None:
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(60)

    (reader,) = readers_of(kill_the_keeper, n_requests=1)
    # That it did not run out of time says that the reader let go of its answer.
    with pytest.raises(ReaderCrashedError, match="was killed before it could read the recording"):
        reader.answer(timeout_s=10.0, max_bytes=100)
    assert reader.close()


def test_a_keeper_says_who_reads_and_how_it_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        os.write(1, str(os.getpid()).encode())
        raise SystemExit(7)

    ours, control = socket.socketpair()
    with ours, control:
        reader = int(keep(fail, monkeypatch, control=control))
        assert ours.recv(64) == STARTED.pack(os.getpid(), reader) + ENDED.pack(7)


def test_a_keeper_kills_its_reader_when_nobody_waits_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, control = socket.socketpair()
    with ours, control:
        ours.shutdown(socket.SHUT_WR)
        assert keep(lambda _: time.sleep(60), monkeypatch, control=control) == b""
        said = ours.recv(64)
    assert ENDED.unpack(said[STARTED.size :]) == (-signal.SIGKILL,)


def test_a_keeper_whom_nobody_hears_kills_its_reader_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, control = socket.socketpair()
    ours.close()
    with control:
        assert keep(lambda _: time.sleep(60), monkeypatch, control=control) == b""


@pytest.fixture
def life() -> Iterator[int]:
    """Put a pipe in the place of standard input, and return the end that a keeper holds."""
    before = os.dup(0)
    reading, life = os.pipe()
    os.dup2(reading, 0)
    os.close(reading)
    yield life
    os.dup2(before, 0)
    os.close(before)
    with contextlib.suppress(OSError):
        os.close(life)


def test_the_kernel_signals_a_reader_when_its_keeper_is_gone(life: int) -> None:
    assert status_of(child._end_with_keeper) is None
    assert signal.getsignal(signal.SIGIO) is signal.SIG_DFL  # which ends a process
    heard: list[int] = []
    signal.signal(signal.SIGIO, lambda number, _: heard.append(number))
    os.close(life)
    deadline = time.monotonic() + 10.0
    while not heard and time.monotonic() < deadline:
        time.sleep(0.001)
    assert heard == [signal.SIGIO]


def test_a_reader_whose_keeper_was_gone_before_it_began_ends_at_once(life: int) -> None:
    os.close(life)
    assert status_of(child._end_with_keeper) == 0


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> dict[int, tuple[int, int]]:
    """Note the limits instead of taking them, which could not be undone; the machine allows 1 GiB of memory."""
    taken: dict[int, tuple[int, int]] = {}
    allowed = {resource.RLIMIT_AS: 1 << 30}
    monkeypatch.setattr(resource, "getrlimit", lambda which: (0, allowed.get(which, resource.RLIM_INFINITY)))
    monkeypatch.setattr(resource, "setrlimit", taken.__setitem__)
    return taken


def request(data: bytes) -> int:
    line = pack_request(
        data, file_name=NAME, channel_map={"CH1": "right", "CH2": "left"}, cpu_s=11, memory_bytes=2 << 30
    )
    return request_file(line + data)


def test_a_reader_answers_with_the_whole_recording_however_little_is_taken_at_once(
    limits: object, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    data, write = make_c3d(duration_s=5.0), os.write
    monkeypatch.setattr(os, "write", lambda descriptor, view: write(descriptor, view[:10_000]))
    answer(request(data))
    said = decode(capfdbinary.readouterr().out)
    expected = read_recording(data, file_name=NAME, channel_map={"CH1": "right", "CH2": "left"})
    assert said.metadata == expected.metadata
    assert said.emg_v.tobytes() == expected.emg_v.tobytes()


def test_a_reader_answers_with_the_error_of_a_file_that_is_none(
    limits: object, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    answer(request(b"PK" * 1000))
    with pytest.raises(UnreadableRecordingError, match="not a C3D recording"):
        decode(capfdbinary.readouterr().out)


def test_a_reader_takes_the_limits_of_its_request_and_never_more_than_the_machine_allows(
    limits: dict[int, tuple[int, int]], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    answer(request(b"any"))
    assert limits == {
        resource.RLIMIT_AS: (1 << 30, 1 << 30),
        resource.RLIMIT_CPU: (11, 11),
        resource.RLIMIT_FSIZE: (0, 0),
        resource.RLIMIT_NOFILE: (64, 64),
        resource.RLIMIT_CORE: (0, 0),
    }


def test_a_reader_under_its_limits_can_write_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write_a_file(_: int) -> None:
        child._limit(cpu_s=10, memory_bytes=1 << 40)
        try:
            (tmp_path / "copy").write_bytes(b"patient")
        except OSError as error:
            os.write(1, str(error.errno).encode())

    ours, control = socket.socketpair()
    with ours, control:
        assert int(keep(write_a_file, monkeypatch, control=control)) == errno.EFBIG
    assert (tmp_path / "copy").read_bytes() == b""
