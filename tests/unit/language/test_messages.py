"""The catalogues' keeper: a new word is asked for, its translation kept, and a word that comes back finds its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from processing.language import messages


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Catalogues of the test's own, still empty."""
    (tmp_path / "__init__.py").touch()
    monkeypatch.setattr(messages, "FOLDER", tmp_path)
    return tmp_path


def used(*keys: str | tuple[str, str]) -> Catalog:
    """Return what the pages would use."""
    catalog = Catalog()
    for key in keys:
        catalog.add(key)
    catalog.add("Open", context="verb")
    return catalog


def said(language: str, key: str, context: str | None = None) -> object:
    message = messages.read_catalog(language).get(key, context)
    return None if message is None else message.string


def test_new_words_are_missing_until_they_are_filled_in() -> None:
    lacks = messages.missing(messages.update("fr", used("Knee", ("{n} leg", "{n} legs"))))
    assert set(lacks.untranslated) == {"Knee", "{n} leg", "verb|Open"}
    unknown = messages.fill(
        "fr",
        {"Knee": "Genou", "{n} leg": ["{n} jambe", "{n} jambes"], "verb|Open": "Ouvrir", "Hip": "Hanche"},
    )
    assert unknown == ["Hip"]
    assert messages.missing(messages.read_catalog("fr")).untranslated == ()
    assert (said("fr", "Knee"), said("fr", "Open", "verb")) == ("Genou", "Ouvrir")
    assert said("fr", "{n} leg") == ("{n} jambe", "{n} jambes")


def test_a_part_of_a_sentence_keeps_the_spaces_around_it() -> None:
    messages.update("nl", used(", held "))
    messages.fill("nl", {", held ": ", vastgehouden"})
    assert said("nl", ", held ") == ", vastgehouden "


def test_a_word_that_comes_back_finds_its_translation_unless_it_was_pruned() -> None:
    messages.update("fr", used("Knee"))
    messages.fill("fr", {"Knee": "Genou"})
    messages.update("fr", used())
    messages.update("fr", used("Knee"))
    assert said("fr", "Knee") == "Genou"
    messages.update("fr", used(), prune=True)
    messages.update("fr", used("Knee"))
    assert not said("fr", "Knee")


def test_the_command_lists_what_is_missing_as_json_that_it_takes_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(messages, "extracted", lambda: used("Knee", ("{n} leg", "{n} legs")))
    monkeypatch.setattr("sys.argv", ["messages", "--list", "nl"])
    assert messages.main() == 0
    asked = json.loads(capsys.readouterr().out)
    assert asked == {"Knee": "", "{n} leg": ["{n} leg", "{n} legs"], "verb|Open": ""}
    path = folder / "nl.json"
    path.write_text(
        json.dumps({"Knee": "Knie", "{n} leg": ["{n} been", "{n} benen"], "verb|Open": "Openen", "x": "y"})
    )
    monkeypatch.setattr("sys.argv", ["messages", "--fill", "nl", str(path)])
    assert messages.main() == 0
    printed = capsys.readouterr()
    assert "not used anywhere: x" in printed.err
    assert "nl: 3 keys, 0 not translated" in printed.out
    assert "fr: 3 keys, 3 not translated" in printed.out
