"""What is said of a file that goes while it is read: it becomes the session's failure, which researchers read too."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from processing.errors import NotFoundError
from processing.ports import StoredObject
from processing.use_cases.process_session import read_object

NAME = "P001/Ghostly_Emg_20260310_10-15-32-0412.c3d"


class _Leaving:
    """A store whose file is there when it is looked at, and gone when it is read."""

    def stat(self, name: str) -> StoredObject:
        return StoredObject(name, "v1", 1, datetime(2026, 3, 10, tzinfo=UTC))

    def read(self, name: str) -> bytes:
        raise NotFoundError(f"Object '{name}' is not in the bucket 'b'")


def test_a_file_that_goes_while_it_is_read_is_not_named() -> None:
    with pytest.raises(NotFoundError, match="has not arrived") as caught:
        read_object(_Leaving(), NAME)  # type: ignore[arg-type]
    assert "Ghostly" not in str(caught.value)
