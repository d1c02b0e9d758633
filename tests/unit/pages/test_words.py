"""Numbers of at most three figures, missing values in words, and the sentence above a session."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pages._components import classes, words
from pages._components.session_outcome import outcome_words
from processing.cli.sessions import to_plain
from processing.emg.results import Mvc
from tests.unit.pages.fakes import (
    FOUR_KINDS,
    LOOSE_FINDING,
    make_channel,
    make_contraction,
    make_foreign_review,
    make_quality,
    make_review,
    without_mvc,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (131.44, "131"),
        (12.345, "12.3"),
        (2.0, "2"),
        (0.6, "0.6"),
        (0.04567, "0.0457"),
        (5432.1, "5430"),
        (999.6, "1000"),
        (-3.14159, "−3.14"),
        (0.0, "0"),
    ],
)
def test_numbers_have_at_most_three_figures(value: float, text: str) -> None:
    assert words.number(value) == text


def test_times_and_decibels_stand_beside_each_other_with_the_same_decimals() -> None:
    assert [words.seconds(value) for value in (0.988, 0.87, 1.4)] == [
        "0.99\u202fs",
        "0.87\u202fs",
        "1.40\u202fs",
    ]
    assert [words.decibels(value) for value in (35.0, 35.44, -0.5)] == [
        "35.0\u202fdB",
        "35.4\u202fdB",
        "−0.5\u202fdB",
    ]
    assert words.seconds(None) == words.NOT_RECORDED


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_what_is_missing_is_said_in_words(value: float | None) -> None:
    assert words.number(value, "µV") == "— not recorded"


@pytest.mark.parametrize(
    ("strong", "held", "kind"),
    [
        (True, True, classes.GOOD),
        (True, False, classes.INTENSITY_ONLY),
        (False, True, classes.DURATION_ONLY),
        (False, False, classes.NEITHER),
        (None, True, classes.HELD_UNKNOWN),
        (None, False, classes.SHORT_UNKNOWN),
    ],
)
def test_contractions_fall_into_six_classes(
    strong: bool | None, held: bool, kind: classes.ContractionClass
) -> None:
    contraction = make_contraction(1.0, meets_intensity=strong, meets_duration=held)
    assert classes.contraction_class(contraction) is kind


def test_without_mvc_the_good_count_is_a_range() -> None:
    channel = make_channel("left", without_mvc(FOUR_KINDS), mvc=None)
    assert str(classes.good_count(channel)) == "0–2"


def test_without_mvc_nothing_held_means_nothing_good() -> None:
    channel = make_channel("left", without_mvc([make_contraction(1.0, 0.5)]), mvc=None)
    assert str(classes.good_count(channel)) == "0"


def test_the_title_says_the_finding_of_both_legs() -> None:
    loose = make_channel("right", (), quality=make_quality("not_judged", [LOOSE_FINDING]), mvc=None)
    sentence = words.title_sentence((make_channel("left"), loose), 12, 2.0)
    assert sentence == (
        "Left: 1 of 12 good (2 strong enough, 2 held 2\u202fs). Right not judged: loose sensor."
    )


def test_the_title_says_once_that_intensity_is_not_assessable() -> None:
    channels = tuple(
        replace(make_channel(side, without_mvc(FOUR_KINDS)), mvc=Mvc(200.0, "session_peak"))
        for side in ("left", "right")
    )
    sentence = words.title_sentence(channels, 12, 2.0)
    assert sentence.endswith("Intensity not assessable: no MVC recorded.")
    assert sentence.count("not assessable") == 1
    assert "good" not in sentence


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("pending", "Waiting"),
        ("processing", "Analysing"),
        ("reprocessing", "Analysing"),
        ("completed", "Ready"),
        ("failed", "Could not be read"),
    ],
)
def test_every_status_has_a_word(status: str, word: str) -> None:
    assert words.session_state(make_review(status=status).summary).word == word  # type: ignore[arg-type]


def test_a_doubtful_channel_is_ready_with_warnings() -> None:
    doubtful = make_channel("left", quality=make_quality("doubtful"))
    assert words.session_state(make_review(channels=[doubtful]).summary) is words.WARNINGS


def test_places_name_the_first_three() -> None:
    intervals = tuple((float(i), i + 0.5) for i in range(5))
    assert words.places(intervals) == (
        "0.00–0.50\u202fs, 1.00–1.50\u202fs, 2.00–2.50\u202fs and 2 more places"
    )


def test_places_of_whole_seconds_are_said_in_whole_seconds() -> None:
    assert words.places(((0.0, 21.0), (30.0, 30.27))) == "0–21\u202fs, 30.00–30.27\u202fs"


def test_a_list_gives_no_range_where_no_leg_is_named() -> None:
    session = make_foreign_review().summary
    assert outcome_words(session) == ("no leg named  \n:small[3 channels, 12 contractions]", "", "—")
    plain = to_plain(session)
    assert (plain["score"], plain["score_range"]) == (None, None)
