"""The one error that a caller who holds only the first bytes of a file can do something about."""

from __future__ import annotations

from processing.c3d.wording import grouped
from processing.errors import TruncatedRecordingError


class IncompleteHeadError(TruncatedRecordingError):
    """The bytes given end before the parameter section does.

    ``needed_bytes`` is how many bytes from the start of the file would do: fetch these and try again. A
    file that is itself shorter raises the plain ``TruncatedRecordingError``.
    """

    def __init__(self, *, needed_bytes: int, given_bytes: int) -> None:
        super().__init__(
            f"The recording's description takes the first {grouped(needed_bytes)} bytes of the file, "
            f"but only {grouped(given_bytes)} are at hand. The file was probably not uploaded completely."
        )
        self.needed_bytes = needed_bytes
        self.given_bytes = given_bytes

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling in spite of the keyword-only arguments."""
        return (_rebuild, (self.needed_bytes, self.given_bytes))


def _rebuild(needed_bytes: int, given_bytes: int) -> IncompleteHeadError:
    return IncompleteHeadError(needed_bytes=needed_bytes, given_bytes=given_bytes)
