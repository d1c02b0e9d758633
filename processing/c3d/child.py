"""The isolated reader's side: a template that has imported everything, and forks one reader for each recording.

Three processes, each with one duty. The template never sees a byte of a recording: it only forks. A keeper forks the
reader, says how it ended, and kills it when nobody waits any more. The reader takes its limits, answers, and is gone.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import json
import os
import resource
import select
import signal
import socket
import struct
from collections.abc import Callable, Mapping
from typing import Any, Final

from processing.c3d.reader import read_recording
from processing.c3d.wire import encode_error, encode_recording
from processing.recording import Recording, Side

STARTED: Final = struct.Struct("!ii")  # the process ids of keeper and reader
ENDED: Final = struct.Struct("!i")  # the reader's exit status, or the negative number of the signal


def pack_request(
    data: bytes,
    *,
    file_name: str | None,
    channel_map: Mapping[str, Side | None] | None,
    cpu_s: int,
    memory_bytes: int,
) -> bytes:
    """Return what the parent writes in front of the file's bytes: one line of JSON."""
    request = {
        "file_name": file_name,
        "channel_map": None if channel_map is None else dict(channel_map),
        "cpu_s": cpu_s,
        "memory_bytes": memory_bytes,
        "size": len(data),
    }
    return json.dumps(request).encode() + b"\n"


def answer(request_fd: int) -> None:
    """Read the recording of one request under its limits, and write it or its error to standard output."""
    try:
        reply = encode_recording(_read(request_fd))
    except Exception as error:
        reply = encode_error(error)
    view = memoryview(reply)
    while view:
        view = view[os.write(1, view) :]


def main(socket_fd: int, serve: Callable[[int], None] = answer) -> None:
    """Fork for each request that comes through a socket, until its other end is closed.

    Parameters
    ----------
    socket_fd : int
        A Unix stream socket. A request is one byte with three file descriptors: the control socket, the file with
        the request, and where the answer goes.
    serve : callable
        What the reader does with the descriptor of the request.
    """
    requests = socket.socket(fileno=socket_fd)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel collects the keepers
    gc.freeze()  # what is shared with the forks stays shared
    while True:
        message, descriptors, _, _ = socket.recv_fds(requests, 1, 3)
        if not message:
            os._exit(0)
        if os.fork() == 0:
            requests.close()
            _keep(*descriptors, serve=serve)
        for descriptor in descriptors:
            os.close(descriptor)


def _keep(control_fd: int, request_fd: int, answer_fd: int, *, serve: Callable[[int], None]) -> None:
    """Fork the reader, wait for its end or for that of whoever asked, and exit."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    alive, alive_in_reader = os.pipe()  # closes by itself when the reader is gone, however
    life, life_here = os.pipe()  # closes by itself when this process is gone
    reader = os.fork()
    if reader == 0:
        os.setsid()  # so that the kill reaches whatever the reader might start
        os.dup2(life, 0)
        os.dup2(answer_fd, 1)
        for descriptor in (alive, life, life_here, answer_fd, control_fd):
            os.close(descriptor)
        _serve(request_fd, serve)
    for descriptor in (alive_in_reader, life, request_fd, answer_fd):
        os.close(descriptor)
    with contextlib.suppress(OSError):  # nobody listens any more
        os.write(control_fd, STARTED.pack(os.getpid(), reader))
    waiting = select.poll()
    waiting.register(alive, select.POLLIN)
    waiting.register(control_fd, select.POLLIN)
    waiting.poll()
    # To one that is ending already this changes nothing, its status is settled; to its group, and to one that has
    # no group of its own yet, it is the end.
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(reader, signal.SIGKILL)
    _, status = os.waitpid(reader, 0)
    with contextlib.suppress(OSError):
        os.write(control_fd, ENDED.pack(os.waitstatus_to_exitcode(status)))
    os._exit(0)


def _serve(request_fd: int, serve: Callable[[int], None]) -> None:
    """Be the reader, and exit without any clean-up that could hang."""
    code = 1
    try:
        _end_with_keeper()
        serve(request_fd)
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    finally:
        os._exit(code)


def _end_with_keeper() -> None:
    """Have the kernel end this process when its standard input closes: then its keeper is gone.

    Also while native code holds the interpreter.
    """
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)
    closed = select.poll()
    closed.register(0, 0)
    if closed.poll(0):  # it closed before the kernel was asked
        os._exit(0)


def _read(request_fd: int) -> Recording:
    with os.fdopen(request_fd, "rb") as file:
        file.seek(0)
        request: dict[str, Any] = json.loads(file.readline())
        _limit(cpu_s=request["cpu_s"], memory_bytes=request["memory_bytes"])
        data = file.read(request["size"])
    return read_recording(data, file_name=request["file_name"], channel_map=request["channel_map"])


def _limit(*, cpu_s: int, memory_bytes: int) -> None:
    """Take away what a reader does not need; nothing can be raised again."""
    limits = {
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_CPU: cpu_s,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_CORE: 0,
    }
    for which, limit in limits.items():
        _, hard = resource.getrlimit(which)
        value = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(which, (value, value))
