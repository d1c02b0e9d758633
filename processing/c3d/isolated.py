"""Reading a C3D file in a disposable child with limits: the boundary that a damaged file does not cross.

A plain subprocess, not multiprocessing's forkserver: it never imports the parent's ``__main__`` again,
gets an empty environment, and sends no pickles. What the forkserver saves, the imports, is saved here by
keeping one child ready.
"""

from __future__ import annotations

import atexit
import contextlib
import math
import os
import threading
from collections.abc import Mapping, Sequence
from typing import Final

from processing.c3d.child import pack_request
from processing.c3d.child_process import READER_COMMAND, ChildProcess
from processing.c3d.wire import decode
from processing.c3d.wording import grouped
from processing.errors import ReaderCrashedError, UnreadableRecordingError
from processing.recording import Recording, Side

MAX_RECORDING_BYTES: Final = 64 << 20
# 16-bit samples become 32-bit ones, which doubles them; the rest is for the metadata.
_ANSWER_PER_BYTE: Final = 2
_METADATA_BYTES: Final = 4 << 20


class IsolatedReader:
    """Reads each recording in a child of its own, and keeps the next one ready. Threads may share it."""

    def __init__(self, command: Sequence[str] = READER_COMMAND) -> None:
        self._command = tuple(command)
        self._lock = threading.Lock()
        self._spare: ChildProcess | None = None
        self._closed = False

    def read(
        self,
        data: bytes,
        *,
        file_name: str | None = None,
        channel_map: Mapping[str, Side | None] | None = None,
        timeout_s: float = 10.0,
        memory_bytes: int = 1 << 30,
    ) -> Recording:
        """Return the recording in a C3D file; see ``read_recording_isolated``."""
        if len(data) > MAX_RECORDING_BYTES:
            raise UnreadableRecordingError(
                f"The file has {grouped(len(data))} bytes; a recording may have "
                f"{grouped(MAX_RECORDING_BYTES)}."
            )
        line = pack_request(
            data,
            file_name=file_name,
            channel_map=channel_map,
            cpu_s=math.ceil(timeout_s) + 1,
            memory_bytes=memory_bytes,
        )
        child = self._take()
        try:
            limit = _ANSWER_PER_BYTE * len(data) + _METADATA_BYTES
            answer = child.ask([line, data], timeout_s=timeout_s, max_answer_bytes=limit)
        finally:
            child.close()
            self._refill()
        return decode(answer)

    def close(self) -> None:
        """End the child that is kept ready; later reads start one each."""
        with self._lock:
            self._closed = True
            spare, self._spare = self._spare, None
        if spare is not None and spare.parent_pid == os.getpid():
            spare.close()

    def _take(self) -> ChildProcess:
        with self._lock:
            spare, self._spare = self._spare, None
        # After a fork two processes would own one spare; only its parent may use it.
        if spare is not None and spare.parent_pid == os.getpid():
            if spare.alive:
                return spare
            spare.close()
        return ChildProcess(self._command)

    def _refill(self) -> None:
        with self._lock:
            if self._spare is None and not self._closed:
                # A host that cannot start a process now must not lose the answer it already has.
                with contextlib.suppress(ReaderCrashedError):
                    self._spare = ChildProcess(self._command)


_reader = IsolatedReader()
atexit.register(_reader.close)


def read_recording_isolated(
    data: bytes,
    *,
    file_name: str | None = None,
    channel_map: Mapping[str, Side | None] | None = None,
    timeout_s: float = 10.0,
    memory_bytes: int = 1 << 30,
) -> Recording:
    """Return the recording in a C3D file, read in a child process that is thrown away.

    Parameters
    ----------
    data, file_name, channel_map
        As for ``read_recording``; 64 MiB at most.
    timeout_s : float
        Wall clock after which the child is killed; its processor time is limited to the same.
    memory_bytes : int
        Limit of the child's address space.

    Returns
    -------
    recording : Recording
        The same as ``read_recording`` returns.

    Raises
    ------
    UnreadableRecordingError, TruncatedRecordingError, MissingChannelError, InvalidParameterError
        As ``read_recording``.
    ReaderCrashedError
        If the child died, ran out of time or memory, or answered nonsense.
    """
    return _reader.read(
        data, file_name=file_name, channel_map=channel_map, timeout_s=timeout_s, memory_bytes=memory_bytes
    )
