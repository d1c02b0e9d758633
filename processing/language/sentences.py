"""Sentences that the core made in English, also long ago, said in the reader's language.

The core, and what it stored, speaks English with the numbers filled in: "1 drop-out (0.45 s, ...)". The catalogues hold
such sentences as templates, extracted from the core's own source (``extraction.py``). A text is matched with the
templates, what stood at the placeholders is put into the translation. What matches nothing stays English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import structlog

from processing.language.catalogues import catalogue, context_keys
from processing.language.current import Language, current_language
from processing.language.dates_numbers import DECIMAL_SIGN

CORE = "core"  # the context of the core's templates in the catalogues
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_NUMBER = re.compile(r"(?<![\w.])[-−]?\d+\.\d+(?![\w.]*\w)")
_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?]) (?=[A-Z'“])")
_LETTER = re.compile(r"[^\W\d_]")
_MICROVOLTS = re.compile(r"(?<=\d )uV\b")  # as the core spells them
_FEWEST_LETTERS = 3  # of a template beside its placeholders: one with fewer would match anything

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Template:
    pattern: re.Pattern[str]
    translation: str


def sentence(text: str | None) -> str:
    """Return a sentence of the core in the current language; English where there is no translation of it.

    Numbers get the language's decimal sign, microvolts their letter. The answer is as safe as ``text``: untrusted names
    in it stay as they are.
    """
    if not text:
        return ""
    language = current_language()
    return _MICROVOLTS.sub("µV", text if language == "en" else _translated(language, text))


@lru_cache(maxsize=8192)
def _translated(language: Language, text: str) -> str:
    found = _matched(language, text)
    if found is not None:
        return found
    parts = _BETWEEN_SENTENCES.split(text)
    if len(parts) > 1:
        return _in_parts(language, parts)
    # Only how long it is: the sentence may name a file or a person.
    log.info("sentence_without_translation", language=language, n_letters=len(text))
    return text


def _in_parts(language: Language, parts: Sequence[str]) -> str:
    """Return several sentences, the longest known beginning first; one that nobody knows stays English."""
    for n in range(len(parts) - 1, 0, -1):
        found = _matched(language, " ".join(parts[:n]))
        if found is not None:
            return f"{found} {_translated(language, ' '.join(parts[n:]))}"
    return f"{parts[0]} {_translated(language, ' '.join(parts[1:]))}"


def _matched(language: Language, text: str) -> str | None:
    for stem, end in _with_and_without_stop(text):
        word = _literal(language, stem)
        if word is not None:
            return word + end
        for template in _templates(language):
            match = template.pattern.fullmatch(stem)
            if match is not None:
                values = {name: _filled(language, value) for name, value in match.groupdict().items()}
                return template.translation.format(**values) + end
    return None


def _with_and_without_stop(text: str) -> Iterator[tuple[str, str]]:
    yield text, ""
    if text.endswith("."):
        yield text[:-1], "."


def _filled(language: Language, value: str) -> str:
    """Return what stood at a placeholder: a sentence or word of the core, or a name or number as it is."""
    if re.search(r"[^\W\d_]{2}", value):
        known = _matched(language, value)
        if known is not None:
            return known
    sign = DECIMAL_SIGN[language]
    return value if sign == "." else _NUMBER.sub(lambda found: found[0].replace(".", sign), value)


def _literal(language: Language, text: str) -> str | None:
    known = catalogue(language)
    for said in (known.pgettext(CORE, text), known.gettext(text)):
        if said != text:
            return said
    return None


@cache
def _templates(language: Language) -> tuple[_Template, ...]:
    """Return the templates with the most literal text first, so that the most special one wins."""
    known = catalogue(language)
    found = []
    for key in context_keys(language, CORE):
        translation = known.pgettext(CORE, key)
        if "{" in key and translation != key:
            found.append((len(_LETTER.findall(_PLACEHOLDER.sub("", key))), key, translation))
    found.sort(key=lambda each: -each[0])
    return tuple(_Template(template_pattern(key), said) for n, key, said in found if n >= _FEWEST_LETTERS)


def template_pattern(template: str) -> re.Pattern[str]:
    """Return the expression that a filled-in template matches; a placeholder that comes twice must be the same."""
    parts, end, seen = [], 0, set()
    for found in _PLACEHOLDER.finditer(template):
        parts.append(re.escape(template[end : found.start()]))
        name = found[1]
        parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>.+?)")
        seen.add(name)
        end = found.end()
    parts.append(re.escape(template[end:]))
    return re.compile("".join(parts), re.DOTALL)
