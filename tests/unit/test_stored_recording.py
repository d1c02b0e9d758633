"""What is said about a recording that cannot be read: which kind of trouble, and no file's name."""

from __future__ import annotations

import pytest

from processing.errors import (
    NotFoundError,
    ProcessingError,
    ReplacedRecordingError,
    StorageUnavailableError,
    UnreadableRecordingError,
)
from processing.services.stored_recording import told_by_session

NAME = "P001/Ghostly_2025-03-10.c3d"


@pytest.mark.parametrize(
    ("found", "told", "words"),
    [
        (NotFoundError, NotFoundError, "not in the bucket any more"),
        (UnreadableRecordingError, ReplacedRecordingError, "not a recording that can be read"),
        (StorageUnavailableError, StorageUnavailableError, "does not answer at the moment"),
    ],
)
def test_what_the_store_says_is_told_by_its_kind_and_without_the_name(
    found: type[ProcessingError], told: type[ProcessingError], words: str
) -> None:
    with pytest.raises(ProcessingError) as caught, told_by_session("P001S001"):
        raise found(f"Object {NAME!r} holds 300000000 bytes; a recording may hold at most 200000000")
    assert type(caught.value) is told
    assert words in str(caught.value)
    assert NAME not in str(caught.value)
