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
from processing.language.dates_numbers import DECIMAL_SIGN, format_day, format_day_time, format_number
from processing.language.sentences import sentence

__all__ = [
    "DECIMAL_SIGN",
    "LANGUAGES",
    "Language",
    "current_language",
    "follow_language_of",
    "format_day",
    "format_day_time",
    "format_number",
    "gettext",
    "mark",
    "ngettext",
    "pgettext",
    "sentence",
    "speaking",
]
