"""The isolated reader's side: takes one request, answers it under limits, and is gone.

The parent starts it early; it imports, waits for a line on standard input, and then finds the request in a
file that it inherited. Standard input that closes instead means that the parent is gone or wants no more.
"""

from __future__ import annotations

import fcntl
import json
import os
import resource
import select
import signal
import sys
from collections.abc import Mapping
from typing import Any

from processing.c3d.reader import read_recording
from processing.c3d.wire import encode_error, encode_recording
from processing.recording import Recording, Side


def main(request_fd: int) -> None:
    """Wait for a request, answer it on standard output, and exit without any clean-up that could hang."""
    if sys.stdin.buffer.readline() != b"read\n":
        os._exit(0)
    _end_with_parent()
    try:
        answer = encode_recording(_read(request_fd))
    except Exception as error:
        answer = encode_error(error)
    view = memoryview(answer)
    while view:
        view = view[os.write(1, view) :]
    os._exit(0)


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


def _end_with_parent() -> None:
    """Have the kernel end this process when its standard input closes: then its parent is gone.

    Also while native code holds the interpreter. Not PR_SET_PDEATHSIG, which watches the thread that started
    the child: readers are shared by threads, and a thread that ends would take another one's reader with it.
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
