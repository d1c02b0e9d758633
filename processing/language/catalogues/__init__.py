"""The catalogues: English sentences are the keys, one ``.po`` file a language holds their translations."""

from __future__ import annotations

import gettext as _gettext
import io
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from processing.language.current import Language, current_language

_FOLDER = Path(__file__).parent


@cache
def catalogue(language: Language) -> _gettext.NullTranslations:
    """Return the translations of one language; English needs none.

    The ``.po`` file is compiled in memory, so that no compiled copy can be older than its source.
    """
    path = _FOLDER / f"{language}.po"
    if language == "en" or not path.exists():
        return _gettext.NullTranslations()
    with path.open("rb") as source:
        catalog = read_po(source, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return _gettext.GNUTranslations(compiled)


@cache
def context_keys(language: Language, context: str) -> tuple[str, ...]:
    """Return the English keys that one language's catalogue holds for a context."""
    path = _FOLDER / f"{language}.po"
    if language == "en" or not path.exists():
        return ()
    with path.open("rb") as source:
        catalog = read_po(source, locale=language)
    return tuple(str(entry.id) for entry in catalog if entry.id and entry.context == context)


def gettext(message: str) -> str:
    """Return ``message`` in the current language; placeholders ``{name}`` are left for ``str.format``."""
    return catalogue(current_language()).gettext(message) if message else ""


def ngettext(singular: str, plural: str, n: int) -> str:
    """Return the form for ``n`` things in the current language."""
    return catalogue(current_language()).ngettext(singular, plural, n)


def pgettext(context: str, message: str) -> str:
    """Return ``message`` in the current language where one English word has several translations."""
    return catalogue(current_language()).pgettext(context, message)


def mark(message: str) -> str:
    """Return ``message`` as it is, marked for the catalogues: for constants, translated when they are shown."""
    return message
