"""Adherence on the timeline, and what lies too far apart for a line."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from processing.scoring.adherence import compute_adherence
from processing.scoring.attention import Course
from processing.use_cases.prescriptions import Prescription, PrescriptionEntry
from processing.use_cases.progress import (
    Progress,
    SessionMarks,
    adherence_of,
    is_gap,
    patient_progress,
)
from tests.unit.use_cases.timeline_builders import START, failed, session, timeline

FIRST = START.date()


def days(*offsets: int) -> list[date]:
    return [FIRST + timedelta(days=n) for n in offsets]


def progress_of(*sessions, today: int = 20, **changes) -> Progress:  # type: ignore[no-untyped-def]
    return patient_progress(
        timeline(*sessions),
        **{
            "passport": (),
            "prescriptions": (),
            "marks": {},
            "today": FIRST + timedelta(days=today),
            **changes,
        },
    )


def course(**changes: Any) -> Course:
    return Course(**{"first": FIRST, "last": FIRST + timedelta(days=13), **changes})


@pytest.mark.parametrize(("day", "n_done"), [(3, 5), (7, 9), (14, 30), (14, 31)])
def test_fifteen_sessions_a_week_are_due_as_the_score_has_it(day: int, n_done: int) -> None:
    found = adherence_of([FIRST] * n_done, course(), today=FIRST + timedelta(days=day - 1))
    assert found.percent == pytest.approx(compute_adherence(n_done, day))
    assert found.day == day


def test_the_bands_are_those_of_the_score() -> None:
    found = adherence_of(days(*[0] * 3, *[1] * 3, *[2] * 3), course(), today=FIRST + timedelta(days=6))
    assert (found.n_done, found.n_due, found.band) == (9, 15.0, "moderate")


def test_before_the_third_day_there_is_no_adherence() -> None:
    found = adherence_of(days(0, 1), course(), today=FIRST + timedelta(days=1))
    assert (found.percent, found.band) == (None, None)


def test_after_the_protocol_nothing_is_due_any_more() -> None:
    found = adherence_of(days(0, 5, 13, 20), course(), today=FIRST + timedelta(days=200))
    assert (found.day, found.n_done, found.n_due) == (14, 3, 30.0)
    assert found.last == FIRST + timedelta(days=13)


def test_as_many_games_a_day_are_due_as_prescribed() -> None:
    found = adherence_of(days(0), course(games=((FIRST, 1),)), today=FIRST + timedelta(days=13))
    assert found.n_due == pytest.approx(10.0)


def test_a_prescription_says_how_many_days_the_protocol_has() -> None:
    entry = PrescriptionEntry(1, Prescription(FIRST, protocol_days=28), False, START, None)
    found = progress_of(session(1), today=200, prescriptions=(entry,)).adherence
    assert found is not None
    assert (found.protocol_days, found.n_due) == (28, 60.0)


def test_copies_and_files_that_could_not_be_read_do_not_count_as_done() -> None:
    marks = {"P001S002": SessionMarks(copy_of="P001S001")}
    found = progress_of(session(1), session(2, 1), failed(3, 2), session(4, 3), marks=marks).adherence
    assert found is not None
    assert found.n_done == 2


def test_of_a_timeline_that_is_cut_off_no_adherence_is_given() -> None:
    cut = patient_progress(
        timeline(session(2, 1), n_sessions=2), passport=(), prescriptions=(), marks={}, today=FIRST
    )
    assert cut.adherence is None


@pytest.mark.parametrize(("n_days", "gap"), [(1, False), (3, False), (4, True)])
def test_a_weekend_is_no_gap_and_four_days_are(n_days: int, gap: bool) -> None:
    assert is_gap(FIRST, FIRST + timedelta(days=n_days)) is gap
