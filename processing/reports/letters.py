"""Letters that the typefaces cannot print are shown as an empty box, so that no name or note stops a report."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

BOX = "□"
_LONG_WORD = re.compile(r"\S{25,}")
_NAMES_AND_HASHES = re.compile(r"[a-z0-9_…;]+")
_BREAK_EVERY = 10
# Signs of no shape, and halves of signs; a line's end stays.
_UNPRINTABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_HALVES = re.compile("[\ud800-\udfff]")
# From here on: Chinese, Japanese, Korean, pictures.
_FAR = 0x2E80
_ROW = 128
_NOT_LATIN = re.compile("[\u0180-\u1dff\u1f00-\u200a\u2030-\U0010ffff]")
# What the sheets themselves say with signs, and can print.
_OWN_SIGNS = "●▲■□→↑≥≤−–—·×…“”’µ✓✗"


def on_strings(value: Any, change: Callable[[str], str]) -> Any:
    """Return values with every string changed, but for pictures."""
    if isinstance(value, Mapping):
        return {key: item if key == "picture" else on_strings(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [on_strings(item, change) for item in value]
    return change(value) if isinstance(value, str) else value


def settable(text: str) -> str:
    """Return a text that the typesetter takes: no control signs, and endless words may be broken.

    Hashes and names of settings are not broken: they are short enough, and are to be found by searching.
    """
    cleaned = _HALVES.sub(BOX, _UNPRINTABLE.sub(" ", text))
    return _LONG_WORD.sub(_with_breaks, cleaned)


def without_letters_like(letter: str) -> Callable[[str], str]:
    """Return what replaces a letter that cannot be printed, and its neighbours in the table of letters, by a box.

    Neighbours, because the typesetter names one letter at a time and a script has thousands.
    """
    code = ord(letter[0])
    first = code - code % _ROW
    last = 0x10FFFF if code >= _FAR else first + _ROW - 1
    row = re.compile(f"[{re.escape(chr(_FAR if code >= _FAR else first))}-{re.escape(chr(last))}]")
    return lambda text: row.sub(lambda found: found.group() if found.group() in _OWN_SIGNS else BOX, text)


def only_latin(text: str) -> str:
    """Return a text with a box for every letter that is neither Latin nor a sign of the sheets' own."""
    return _NOT_LATIN.sub(lambda found: found.group() if found.group() in _OWN_SIGNS else BOX, text)


def _with_breaks(found: re.Match[str]) -> str:
    word = found.group()
    if _NAMES_AND_HASHES.fullmatch(word):
        return word
    return "\u200b".join(word[at : at + _BREAK_EVERY] for at in range(0, len(word), _BREAK_EVERY))
