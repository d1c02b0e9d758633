"""Object names: what may be one, and how to show one to a person or a log."""

from __future__ import annotations

from processing.errors import InvalidParameterError, UnreadableRecordingError

MAX_NAME_CHARS = 1000
_SHOWN_CHARS = 120


def check_object_name(name: str) -> str:
    """Return ``name`` if it is a plain relative POSIX path of text.

    Raises
    ------
    InvalidParameterError
        If the name is empty or too long, is absolute, has an empty, ``.`` or ``..`` part, or holds a NUL, a
        backslash or half a surrogate pair. None of these can be an object of either store, and each has been
        a way out of a folder somewhere.
    """
    problem = _problem_with(name)
    if problem is not None:
        raise InvalidParameterError(f"Object name {show_name(name)} {problem}")
    return name


def is_recording_name(name: str) -> bool:
    """Return whether a name ends in ``.c3d``, in any case."""
    return name.lower().endswith(".c3d")


def show_name(name: str) -> str:
    """Return a name as one short, quoted line of printable ASCII: names are data from outside."""
    shown = name if len(name) <= _SHOWN_CHARS else name[: _SHOWN_CHARS - 3] + "..."
    return ascii(shown)


def refuse_size(name: str, size_bytes: int, max_bytes: int) -> None:
    """Raise UnreadableRecordingError if an object is larger than what a recording may be."""
    if size_bytes > max_bytes:
        raise UnreadableRecordingError(
            f"Object {show_name(name)} holds {size_bytes} bytes; a recording may hold at most {max_bytes}"
        )


def _problem_with(name: str) -> str | None:
    if not name:
        return "is empty"
    if len(name) > MAX_NAME_CHARS:
        return f"has {len(name)} characters; at most {MAX_NAME_CHARS} are allowed"
    if "\0" in name:
        return "holds a NUL character"
    if "\\" in name:
        return "holds a backslash; folders are separated by '/'"
    if name.startswith("/"):
        return "is absolute; names are relative to the bucket"
    if any(part in ("", ".", "..") for part in name.split("/")):
        return "has an empty, '.' or '..' part"
    try:
        name.encode()
    except UnicodeEncodeError:
        return "is not valid Unicode text"
    return None
