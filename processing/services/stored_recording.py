"""Reading a session's recording; what goes wrong is told without the file's name, which holds a date and a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from processing.errors import NotFoundError, PermanentError, ReplacedRecordingError, StorageUnavailableError
from processing.ports import ObjectStore

_log = structlog.get_logger(__name__)


@contextmanager
def told_by_session(session_code: str) -> Iterator[None]:
    """Tell what the store says about a session's recording in words that researchers may read; the log has the rest.

    Raises
    ------
    NotFoundError
        If the recording is not in the bucket.
    ReplacedRecordingError
        If what is there cannot be a recording, for example because it is larger than one may be.
    StorageUnavailableError
        If the bucket does not answer.
    """
    try:
        yield
    except StorageUnavailableError as error:
        _log.warning("recording_unavailable", session_code=session_code, reason=str(error))
        raise StorageUnavailableError("The store of recordings does not answer at the moment.") from None
    except NotFoundError as error:
        _log.info("recording_missing", session_code=session_code, reason=str(error))
        # Without the code: whoever waits for another viewer's drawing of the same bytes is told the same.
        raise NotFoundError("The recording of this session is not in the bucket any more.") from None
    except PermanentError as error:
        _log.warning("recording_refused", session_code=session_code, reason=str(error))
        raise ReplacedRecordingError(
            "What the bucket holds under this session's name is not a recording that can be read."
        ) from None


def read_recording_of(store: ObjectStore, session_code: str, object_name: str) -> bytes:
    """Return the bytes of a session's recording; errors as :func:`told_by_session` tells them."""
    with told_by_session(session_code):
        return store.read(object_name)
