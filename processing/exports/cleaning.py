"""Text that a person or a tablet wrote, made harmless for every format."""

from __future__ import annotations

import re

# What XML, and so a spreadsheet, cannot hold: control characters, halves of surrogate pairs, non-characters.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NEW_LINES = re.compile("\r\n?|[\u2028\u2029]")
_FORMULA = ("=", "+", "-", "@", "\t", "\n", "＝", "＋", "－", "＠")


def cleaned(text: str) -> str | None:
    """Return a text without what some format could not hold; lines end in ``\\n``, and empty text is missing."""
    return _UNWRITABLE.sub("", _NEW_LINES.sub("\n", text)) or None


def looks_like_a_formula(text: str) -> bool:
    """Whether a spreadsheet that reads this text from a CSV file may take it for a formula."""
    return text.startswith(_FORMULA)
