"""Opening a session or a patient is kept in the audit log, once an hour for each caller as long as they read on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from rest_api.dependencies import Caller


async def note_opened(caller: Caller, session_code: str) -> None:
    """Keep that a caller reads a session, before anything of it leaves.

    Raises
    ------
    AccessDeniedError, DatabaseUnavailableError
        If it could not be kept: then nothing may leave.
    """
    record = partial(caller.services.record_access, "read", session_code, reason=caller.label)
    await _note(caller, session_code, record)


async def note_patient_opened(caller: Caller, patient_code: str) -> None:
    """Keep that a caller reads a patient's course; errors as in :func:`note_opened`."""
    record = partial(caller.services.progress.record_opened, patient_code, reason=caller.label)
    await _note(caller, patient_code, record)


async def _note(caller: Caller, what: str, record: Callable[[], None]) -> None:
    opened, name = caller.api.opened, caller.admitted.name
    if not opened.is_noted(name, what):
        await caller.run(record)
        opened.note(name, what)
