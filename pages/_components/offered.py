"""Words that a field offers beside any others: kept in English, shown in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence

from processing.language import LANGUAGES, speaking
from processing.language import gettext as _


def shown(text: str, offered: Sequence[str]) -> str:
    """Return an offered text in the reader's language, and any other as somebody typed it."""
    return _(text) if text in offered else text


def kept(text: str, offered: Sequence[str]) -> str:
    """Return what is stored for a field's text: the English of an offered one, in whichever language it was shown.

    A field may hold what it showed before its reader changed the language.
    """
    for language in LANGUAGES:
        with speaking(language):
            for english in offered:
                if _(english) == text:
                    return english
    return text
