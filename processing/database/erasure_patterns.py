"""How a patient's code and the names of their files look inside other texts, as patterns for PostgreSQL."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

# What may stand beside a whole name where a program wrote it: quotes, or the edges of a field.
_BEFORE = r"(?<![^'\"(,=>])"
_AFTER = r"(?![^'\"),\\<])"
# A person writes names between words.
_BEFORE_IN_WORDS = r"(?<![^'\"(,=>:[:space:]])"
_AFTER_IN_WORDS = r"(?![^'\"),\\<;:!?.[:space:]])(?!\.[^[:space:]])"


def code_pattern(code: str) -> str:
    """Return what matches a patient's code and the codes of their sessions, but no longer word."""
    # In JSON as text a line break is a backslash and a letter: that letter is no part of a word.
    return rf"((?<![A-Za-z0-9])|(?<=\\[bfnrt])){code}(S[0-9]+)?(?![A-Za-z0-9])"


def name_patterns(names: Iterable[str], *, in_words: bool) -> list[str]:
    """Return what matches these names and no name that only ends or begins alike.

    ``a.c3d`` is part of ``data.c3d``, ``in/a.c3d`` and ``my a.c3d``, which may be files of somebody else. Between the
    words of a sentence (``in_words``) a blank ends a name.
    """
    before, after = (_BEFORE_IN_WORDS, _AFTER_IN_WORDS) if in_words else (_BEFORE, _AFTER)
    return [
        before + _literally(form) + after
        for name in names
        for form in sorted(_forms(name), key=lambda form: (-len(form), form))
    ]


def _forms(name: str) -> set[str]:
    """Return a name as it stands in text, in error messages (ASCII), in JSON, and in a row of these as text."""
    plain = {name, ascii(name)[1:-1]}
    in_json = {json.dumps(form, ensure_ascii=False)[1:-1] for form in plain}
    in_row = {form.replace("\\", "\\\\").replace('"', '""') for form in plain | in_json}
    return plain | in_json | in_row


def _literally(text: str) -> str:
    return re.sub(r"([^\w\s/-])", r"\\\1", text)
