"""How numbers and bytes from a file are worded in the sentences a clinician reads."""

from __future__ import annotations

from collections.abc import Sequence

_NARROW = "\u202f"  # narrow no-break space
_MAX_QUOTED = 60
_MAX_LISTED = 8


def grouped(count: int) -> str:
    """Return a count with its thousands apart, ``1 228 096``, by spaces at which no line is broken."""
    return f"{count:,}".replace(",", _NARROW)


def quoted(text: str) -> str:
    """Return text from a file in quotes, shortened so that a damaged file cannot flood a page."""
    return repr(text if len(text) <= _MAX_QUOTED else text[: _MAX_QUOTED - 1] + "…")


def listed(texts: Sequence[str]) -> str:
    """Return quoted texts in a row, the first few of many."""
    shown = ", ".join(quoted(text) for text in texts[:_MAX_LISTED])
    rest = len(texts) - _MAX_LISTED
    return f"{shown} and {rest} more" if rest > 0 else shown or "none"
