"""Reading a C3D file in a disposable child with limits: the boundary that a damaged file does not cross.

Not multiprocessing's forkserver: this template never imports the parent's ``__main__`` again, has an empty
environment, and sends no pickles. It saves the same, the imports: a fork takes milliseconds, a new process 0.15 s of
processor time.
"""

from __future__ import annotations

import atexit
import math
import os
import threading
from collections.abc import Mapping, Sequence
from typing import Final

from processing.c3d.child import pack_request
from processing.c3d.child_process import TEMPLATE_COMMAND, Reader, ReaderTemplate
from processing.c3d.wire import decode
from processing.c3d.wording import grouped
from processing.errors import UnreadableRecordingError
from processing.recording import Recording, Side

MAX_RECORDING_BYTES: Final = 64 << 20
# 16-bit samples become 32-bit ones, which doubles them; the rest is for the metadata.
_ANSWER_PER_BYTE: Final = 2
_METADATA_BYTES: Final = 4 << 20


class IsolatedReader:
    """Reads each recording in a child of its own, all forked from one template. Threads may share it."""

    def __init__(self, command: Sequence[str] = TEMPLATE_COMMAND) -> None:
        self._command = tuple(command)
        self._lock = threading.Lock()
        self._template: ReaderTemplate | None = None

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
        reader = self._fork([line, data])
        try:
            limit = _ANSWER_PER_BYTE * len(data) + _METADATA_BYTES
            answer = reader.answer(timeout_s=timeout_s, max_bytes=limit)
        finally:
            if not reader.close():
                self.close()  # a template that was stopped forks no more; the next reading has a new one
        return decode(answer)

    def close(self) -> None:
        """End the template; a later reading starts a new one."""
        with self._lock:
            self._end_template()

    def _fork(self, request: Sequence[bytes]) -> Reader:
        with self._lock:
            # After a fork of the program two processes would own one template; only its parent may use it.
            if self._template is None or not self._template.usable:
                self._end_template()
                self._template = ReaderTemplate(self._command)
            return self._template.fork(request)

    def _end_template(self) -> None:
        template, self._template = self._template, None
        if template is not None and template.parent_pid == os.getpid():
            template.close()


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
