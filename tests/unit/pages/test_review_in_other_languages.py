"""The review and the pages below it in French and Dutch: nothing of the catalogues is left in English."""

from __future__ import annotations

import json
import re
from functools import cache

import pytest
from streamlit.testing.v1 import AppTest

from pages._components import offered
from pages._components.mark_words import REASONS
from pages._components.mvc_passport.circumstances import OFFERED
from processing.emg.corrections import REJECTION_REASONS
from processing.language import Language, speaking
from processing.language.messages import read_catalog
from processing.language.sentences import template_pattern
from tests.unit.pages.conftest import Launch, texts
from tests.unit.pages.fakes import FakeServices, make_review

BELOW = ("review.py", "inspector.py", "signal_details.py")
FEWEST_WORDS = 3  # one or two words may be a name or the same in both languages


def services() -> FakeServices:
    review = make_review()
    return FakeServices(reviews={review.summary.session_code: review})


@cache
def english_left(language: Language) -> list[re.Pattern[str]]:
    """Return an expression for each sentence of the pages that reads differently in a language."""
    return [
        template_pattern(str(form))
        for entry in read_catalog(language)
        if entry.id and entry.string and not entry.context
        for form in (entry.id if isinstance(entry.id, tuple | list) else (entry.id,))
        if str(form) != (entry.string if isinstance(entry.string, str) else entry.string[0])
        and len(re.findall(r"[A-Za-z]{2,}", re.sub(r"\{\w+\}", "", str(form)))) >= FEWEST_WORDS
    ]


def said_by(at: AppTest) -> list[str]:
    """Return every line that a page says, its pictures' words and its controls' labels among them."""
    lines = texts(at).splitlines()
    for kind in ("button", "toggle", "selectbox", "number_input", "expander", "button_group", "text_area"):
        lines += [str(element.label) for element in at.get(kind) if hasattr(element, "label")]
    for component in at.get("bidi_component"):
        data = json.loads(component.proto.json)
        lines += [str(data.get("alt", "")), *(str(item["label"]) for item in data.get("legend", []))]
        lines += [str(note["text"]) for note in _annotations(data)]
    for frame in at.dataframe:
        lines += [str(cell) for cell in (*frame.value.columns, *frame.value.to_numpy().ravel())]
    return [line for line in lines if line]


def _annotations(data: dict[str, str]) -> list[dict[str, str]]:
    notes: list[dict[str, str]] = (
        json.loads(data["spec"])["layout"].get("annotations", []) if "spec" in data else []
    )
    return notes


@pytest.mark.parametrize("language", ["fr", "nl"])
@pytest.mark.parametrize("page", BELOW)
def test_no_english_sentence_is_left(launch: Launch, page: str, language: Language) -> None:
    at = launch(services(), page, session="P001S001", lang=language)
    assert not at.exception
    left = {
        line
        for line in said_by(at)
        for pattern in english_left(language)
        if pattern.fullmatch(line.strip("* ")) is not None
    }
    assert not left


@pytest.mark.parametrize("page", BELOW)
def test_the_same_check_finds_english_sentences_on_an_english_page(launch: Launch, page: str) -> None:
    at = launch(services(), page, session="P001S001", lang="en")
    assert [line for line in said_by(at) if any(p.fullmatch(line.strip("* ")) for p in english_left("fr"))]


def test_numbers_of_the_review_have_a_decimal_comma(launch: Launch) -> None:
    at = launch(services(), "inspector.py", session="P001S001", lang="fr")
    assert "5,00–7,50\u202fs" in texts(at)
    assert not re.search(r"\d\.\d", texts(at))


def test_a_reason_chosen_in_french_is_stored_in_english_and_shown_in_dutch(launch: Launch) -> None:
    stored = services()
    at = launch(stored, "review.py", session="P001S001", lang="fr")
    with speaking("fr"):  # AppTest formats the options itself, outside of the page
        for label in ("Suivante", "Rejeter"):
            next(button for button in at.button if button.label == label).click().run()
        next(box for box in at.selectbox if box.label == "Raison du rejet").set_value("not a try").run()
    result = stored.reviews["P001S001"].result
    assert result is not None
    assert result.channels[0].rejected[0].mark.reason == "not a try"
    at = launch(stored, "review.py", session="P001S001", lang="nl")
    assert "geen poging" in texts(at)


def test_reasons_for_a_rejection_can_all_be_translated() -> None:
    assert REASONS == REJECTION_REASONS


@pytest.mark.parametrize("said_in", ["en", "fr", "nl"])
@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_an_offered_word_is_kept_in_english_whatever_language_it_was_shown_in(
    said_in: Language, language: Language
) -> None:
    for choices in (REASONS, OFFERED):
        with speaking(said_in):
            shown = [offered.shown(choice, choices) for choice in choices]
        with speaking(language):
            assert [offered.kept(text, choices) for text in shown] == list(choices)


def test_words_that_somebody_typed_stay_as_they_are() -> None:
    with speaking("fr"):
        assert offered.shown("toux", REASONS) == "toux"
        assert offered.kept("toux", REASONS) == "toux"
