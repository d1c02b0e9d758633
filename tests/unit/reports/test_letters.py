"""No letter of a name or a note stops a report."""

from __future__ import annotations

from dataclasses import replace

import pytest

from processing.reports import ReportOptions, typeset_report
from processing.reports.letters import settable, without_letters_like
from processing.use_cases.notes import Note, SessionNotes
from tests.unit.reports.reading import words_of
from tests.unit.reports.sources import MADE, ordinary


def said_with_note(text: str) -> str:
    note = Note("n", None, text, None, True, MADE, None, 1)
    source = replace(ordinary(), notes=SessionNotes((note,), True, True, False))
    return words_of(typeset_report(source, ReportOptions()).pdf())


@pytest.mark.parametrize("text", ["Łukasz Şimşek Đặng", "Иванов", "Γιώργος", "naïve œuvre €", "½ ‰ ™"])
def test_letters_of_europe_are_printed(text: str) -> None:
    assert text in said_with_note(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("good 😀 done", "good □ done"),
        ("日本語 and ไทย", "□□□ and □□□"),
        ("✅ done → next", "□ done → next"),
        ("half a sign \ud83d here", "half a sign □ here"),
        ("bell\u0007 and null\x00", "bell and null"),
    ],
)
def test_what_cannot_be_printed_is_a_box_and_the_rest_stays(text: str, shown: str) -> None:
    said = said_with_note(text)
    assert shown in said
    assert "L ● Left" in said
    assert "CH1 Raw → Left" in said


def test_scripts_from_all_over_the_world_still_make_a_report() -> None:
    # One letter of every hundredth place of the table of letters.
    letters = "".join(chr(code) for code in range(0xA0, 0x2FFFF, 100) if not 0xD800 <= code < 0xE000)
    assert "Score of 100: 77.8" in said_with_note(letters)


def test_an_endless_word_may_be_broken_but_not_a_hash_or_the_name_of_a_setting() -> None:
    assert settable("W" * 30).count("\u200b") == 2
    for word in ("9f2c" * 16, "low_frequency_doubtful_percent"):
        assert settable(word) == word


def test_only_letters_beside_the_one_are_replaced() -> None:
    assert without_letters_like("ก")("a ก ข é 日") == "a □ □ é 日"
    assert without_letters_like("日")("a ก 本 😀") == "a ก □ □"
