"""Whose language a page speaks: the address's, else the chosen one, else the browser's, else English."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages._components import local_time, state, words
from processing.language import LANGUAGES, speaking
from tests.unit.pages.conftest import PAGES, Launch, texts
from tests.unit.pages.fakes import RECEIVED, FakeServices, every_state, opener

SWITCH = "language:switch"


def _open(monkeypatch: pytest.MonkeyPatch, *, locale: str | None = None, **query: str) -> AppTest:
    monkeypatch.setattr("processing.services.open_services", opener(FakeServices(reviews=every_state())))
    at = AppTest.from_file(PAGES / "main.py", default_timeout=30)
    if locale is not None:
        at.context["locale"] = locale
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    return _run(at.switch_page("upload.py"))


def _run(at: Any) -> AppTest:
    """Run the page again. AppTest looks chosen words up outside of the page, so it needs the page's language."""
    known = at if isinstance(at, AppTest) else at.root
    with speaking(known.session_state[state.LANGUAGE]):
        ran: AppTest = at.run()
    return ran


@pytest.fixture(autouse=True)
def _ready(launch: Launch) -> None:
    """Use the set-up of ``launch`` without its page."""


def test_without_a_wish_the_page_is_english(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _open(monkeypatch).title[0].value == "Upload"


@pytest.mark.parametrize(
    ("locale", "title"), [("nl-BE", "Uploaden"), ("fr", "Téléverser"), ("de-DE", "Upload")]
)
def test_a_browser_s_language_is_spoken_where_it_is_known(
    monkeypatch: pytest.MonkeyPatch, locale: str, title: str
) -> None:
    assert _open(monkeypatch, locale=locale).title[0].value == title


def test_the_address_goes_before_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _open(monkeypatch, locale="nl-BE", lang="fr").title[0].value == "Téléverser"


def test_nonsense_in_the_address_counts_as_not_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _open(monkeypatch, lang="<script>").title[0].value == "Upload"


def test_the_switch_goes_before_the_address_and_brings_it_in_line(monkeypatch: pytest.MonkeyPatch) -> None:
    at = _open(monkeypatch, lang="fr")
    at.query_params["lang"] = "fr"
    _run(at.segmented_control(key=SWITCH).set_value("nl"))
    assert at.title[0].value == "Uploaden"
    assert at.query_params["lang"] in ("nl", ["nl"])


def test_the_browser_is_told_the_language_and_a_choice_is_kept_in_its_cookie(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at = _open(monkeypatch, locale="nl-BE")
    told = "\n".join(each.proto.body for each in at.get("html"))
    assert "document.documentElement.lang = 'nl'" in told
    assert "document.cookie" not in told
    _run(at.segmented_control(key=SWITCH).set_value("fr"))
    told = "\n".join(each.proto.body for each in at.get("html"))
    assert "document.documentElement.lang = 'fr'" in told
    assert "ghostly_language=fr; path=/; max-age=31536000; SameSite=Lax" in told


def test_another_person_in_the_same_tab_keeps_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    at = _open(monkeypatch)
    _run(at.segmented_control(key=SWITCH).set_value("fr"))
    at.session_state[state.VIEWER] = "somebody else"
    assert _run(at).title[0].value == "Téléverser"


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_page_of_a_review_is_drawn_in_every_language(launch: Launch, language: str) -> None:
    at = launch(FakeServices(reviews=every_state()), "review.py", session="P001S001", lang=language)
    assert not at.exception
    sentence = {"en": "Left: 1 of 4 good", "fr": "Gauche\u00a0: 1 bonnes sur 4", "nl": "Links: 1 van 4 goed"}
    assert sentence[language] in texts(at)


@pytest.mark.parametrize(
    ("language", "number", "day"),
    [("en", "12.3", "10 Mar 2025"), ("fr", "12,3", "10 mars 2025"), ("nl", "12,3", "10 mrt 2025")],
)
def test_numbers_and_days_follow_the_language(language: str, number: str, day: str) -> None:
    with speaking(language):  # type: ignore[arg-type]
        assert words.number(12.345) == number
        assert local_time.day(RECEIVED.date()) == day
