"""The catalogues hold every word that is used, translated, with the same placeholders."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Catalog

from processing.language import LANGUAGES
from processing.language.messages import TRANSLATED, extracted, key_of, missing, read_catalog

PLACEHOLDER = re.compile(r"\{\w*\}")


@pytest.fixture(scope="module")
def used() -> Catalog:
    return extracted()


@pytest.fixture(params=TRANSLATED)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_language_but_english_has_a_catalogue() -> None:
    assert {"en", *TRANSLATED} == set(LANGUAGES)


def test_every_word_that_is_used_is_in_the_catalogue(language: str, used: Catalog) -> None:
    held = {key_of(entry) for entry in read_catalog(language) if entry.id}
    assert not [key_of(entry) for entry in used if entry.id and key_of(entry) not in held], (
        "run make messages"
    )


def test_every_word_is_translated(language: str) -> None:
    lacks = missing(read_catalog(language))
    assert not lacks.untranslated, (
        f"{len(lacks.untranslated)} without a translation: {lacks.untranslated[:20]}"
    )
    assert not lacks.fuzzy


def test_a_translation_has_the_placeholders_of_its_key(language: str) -> None:
    differ = []
    for entry in read_catalog(language):
        if not entry.id:
            continue
        plural = isinstance(entry.id, tuple | list)
        wanted = {name for text in (entry.id if plural else [entry.id]) for name in PLACEHOLDER.findall(text)}
        forms = entry.string if isinstance(entry.string, tuple | list) else [entry.string]
        for form in filter(None, forms):
            found = set(PLACEHOLDER.findall(form))
            # "One session" may leave its number out.
            if found != wanted and not (plural and found <= wanted):
                differ.append(key_of(entry))
    assert not differ, differ


def test_a_translation_keeps_markdown_signs_and_ends_of_its_key(language: str) -> None:
    differ = []
    for entry in read_catalog(language):
        forms = entry.string if isinstance(entry.string, tuple | list) else [entry.string]
        if not entry.id or not all(forms):
            continue
        key, said = (
            (entry.id[-1], entry.string[-1])
            if isinstance(entry.id, tuple | list)
            else (entry.id, entry.string)
        )
        same_signs = all(key.count(sign) == said.count(sign) for sign in ("**", "`", ":material/", "\n"))
        same_ends = key[:1].isspace() == said[:1].isspace() and key[-1:].isspace() == said[-1:].isspace()
        if not (same_signs and same_ends):
            differ.append(key_of(entry))
    assert not differ, differ
