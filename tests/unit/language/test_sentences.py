"""Sentences of the core are said in the reader's language, with the values that stood in them."""

from __future__ import annotations

import pytest

from processing.errors import NotFoundError
from processing.language import LANGUAGES, Language, sentence, speaking
from processing.language.extraction import core_templates
from processing.language.sentences import template_pattern


def test_english_stays_as_it_is() -> None:
    said = "1 drop-out (0.45 s, 0.3 % of the recording): the signal was lost there"
    with speaking("en"):
        assert sentence(said) == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "1 perte de signal (0,45 s, 0,3\u00a0% de l'enregistrement)\u00a0: le signal y a été perdu"),
        ("nl", "1 signaaluitval (0,45 s, 0,3 % van de opname): daar ging het signaal verloren"),
    ],
)
def test_numbers_of_a_sentence_get_the_language_s_decimal_sign(language: str, said: str) -> None:
    with speaking(language):  # type: ignore[arg-type]
        assert (
            sentence("1 drop-out (0.45 s, 0.3 % of the recording): the signal was lost there").replace(
                "\u202f", "\u00a0"
            )
            == said
        )


def test_a_sentence_within_a_sentence_is_translated_too() -> None:
    with speaking("fr"):
        assert (
            sentence("not judged: the signal cannot be trusted")
            == "non évalué\u00a0: le signal n'est pas fiable"
        )


def test_a_part_of_a_sentence_keeps_its_place() -> None:
    with speaking("nl"):
        said = sentence("No contraction, only 2 faint bursts over a noise level of 3.4 uV")
    assert said == "Geen contractie, alleen 2 zwakke uitbarstingen boven een ruisniveau van 3,4 µV"


def test_names_stand_in_a_sentence_as_they_are() -> None:
    with speaking("nl"):
        assert "'P001S{0}%s 1.5.c3d'" in sentence("There is no session 'P001S{0}%s 1.5.c3d'.")


def test_several_sentences_are_translated_one_by_one() -> None:
    with speaking("fr"):
        said = sentence("Nobody is signed in. This note was deleted meanwhile. Nothing was saved.")
    assert said == "Personne n'est connecté. Cette note a été supprimée entre-temps. Rien n'a été enregistré."


def test_what_nobody_knows_stays_english() -> None:
    with speaking("fr"):
        assert sentence("A tablet fell into the pool of P001") == "A tablet fell into the pool of P001"
        assert sentence(None) == ""


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_an_error_is_shown_in_the_reader_s_language(language: str) -> None:
    error = NotFoundError("There is no patient 'P014'.")
    with speaking(language):  # type: ignore[arg-type]
        assert sentence(str(error)) != str(error)


def test_a_choice_within_a_sentence_gives_a_template_for_each() -> None:
    source = (
        "def f(n):\n"
        '    s = "" if n == 1 else "s"\n'
        '    return f"{n} spike{s} above {limit_uv:.0f} uV" + (", left out" if n else "")\n'
    )
    assert core_templates(source) == [
        "{n} spike above {limit_uv} uV, left out",
        "{n} spike above {limit_uv} uV",
        "{n} spikes above {limit_uv} uV, left out",
        "{n} spikes above {limit_uv} uV",
    ]


def test_queries_events_and_docstrings_are_no_sentences() -> None:
    source = (
        'SQL = "select a, b from app.patients where code = %(code)s"\n'
        "def f():\n"
        '    """Do something for a person."""\n'
        '    log.info("something happened here", n=1)\n'
    )
    assert core_templates(source) == []


def test_a_sum_of_numbers_is_one_value() -> None:
    assert core_templates('x = f"{hits + misses} looks at signals"') == ["{hits} looks at signals"]


def test_a_placeholder_that_comes_twice_means_the_same() -> None:
    pattern = template_pattern("{leg} is {leg}")
    assert pattern.fullmatch("left is left")
    assert not pattern.fullmatch("left is right")


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_microvolts_are_spelled_as_everywhere_on_screen(language: Language) -> None:
    with speaking(language):
        said = sentence("The baseline moves by up to 1.32 uV within a second")
    assert "32 µV" in said
    assert "uV" not in said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "tableaux en xlsx, avec les dates, avec les notes\u00a0; cette séance"),
        ("nl", "tabellen als xlsx, met datums, met de notities; deze sessie"),
    ],
)
def test_the_parts_of_a_reason_in_the_audit_log_are_each_translated(language: Language, said: str) -> None:
    with speaking(language):
        assert (
            sentence("tables as xlsx, with dates, with notes; this session").replace("\u202f", "\u00a0")
            == said
        )


def test_what_the_database_says_of_a_file_in_the_inbox_is_translated() -> None:
    with speaking("nl"):
        assert (
            sentence("Given to a patient: session P001S001.") == "Aan een patiënt gegeven: sessie P001S001."
        )
