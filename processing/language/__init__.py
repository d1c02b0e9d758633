"""What is said on screen and on paper, in the reader's language."""

from __future__ import annotations

from processing.language.catalogues import gettext, mark, ngettext, pgettext
from processing.language.current import (
    LANGUAGES,
    Language,
    current_language,
    follow_language_of,
    speaking,
)

__all__ = [
    "LANGUAGES",
    "Language",
    "current_language",
    "follow_language_of",
    "gettext",
    "mark",
    "ngettext",
    "pgettext",
    "speaking",
]
