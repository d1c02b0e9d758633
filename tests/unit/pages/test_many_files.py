"""Uploading many files at once, and files that say nothing about themselves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pages._components.known_values import targets_line
from pages._components.upload.file_card import card_lines
from processing.recording import GameInfo
from processing.use_cases.read_models import SessionInputs
from tests.unit.pages.conftest import Launch, texts
from tests.unit.pages.fakes import FakeServices

GOOD = b"good" + b"0" * 896


def test_of_many_files_the_sum_and_the_failures_come_first(launch: Launch) -> None:
    at = launch(FakeServices(), "upload.py")
    field = at.file_uploader[0]
    for n in range(5):
        field.upload(f"game{n}.c3d", GOOD + bytes([n]))
    field.upload("broken.c3d", b"bad").run()
    assert not at.exception
    said = texts(at)
    assert "**5 ready, 1 could not be read**" in said
    assert said.index("could not be read**") < said.index("`broken.c3d`") < said.index("`game0.c3d`")
    (folded,) = (expander for expander in at.expander if expander.label == "4 more files ready")
    assert "`game4.c3d`" in "\n".join(element.value for element in folded.markdown)


def _found(launch: Launch, **changes: object) -> str:
    found = FakeServices().analyse_file("a.c3d", GOOD)
    found.metadata = replace(found.metadata, **changes)
    return card_lines(found)[0]


def test_an_undated_file_says_which_day_counts(launch: Launch) -> None:
    line = _found(launch, recorded_at=None)
    assert line.startswith("recording date not recorded; the day of arrival counts · **")


def test_a_file_without_a_game_is_not_blamed_for_the_game_s_clock(launch: Launch) -> None:
    clock = replace(
        FakeServices().analyse_file("a.c3d", GOOD).metadata.clock_check,
        declared_duration_s=None,
        consistent=None,
    )
    assert "game" not in _found(launch, game=GameInfo(), clock_check=clock)
    assert "the game noted no duration" in _found(launch, game=GameInfo(name="Ghostly"), clock_check=clock)


@pytest.mark.parametrize("of_arrival", [True, False])
def test_the_source_of_the_targets_names_the_day_of_arrival_only_where_it_counts(of_arrival: bool) -> None:
    inputs = SessionInputs(day_of_arrival=of_arrival)
    assert ("the day of arrival counts" in targets_line(inputs)) is of_arrival
