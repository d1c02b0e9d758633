"""Contractions are corrected on the review page: by keys and buttons, by typing, with undo, and nothing silent."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages._components.contraction_table import contraction_table
from pages._components.correction.comb import comb_words, teeth
from pages._components.correction.saving import find
from processing.emg.corrections import Correction
from processing.emg.parameters import SessionTargets
from processing.errors import EditConflictError, NotFoundError
from processing.use_cases.read_models import SessionInputs
from tests.unit.pages.conftest import Launch, texts
from tests.unit.pages.fakes import (
    FOUR_KINDS,
    FakeServices,
    make_channel,
    make_contraction,
    make_metadata,
    make_review,
)

CODE = "P001S001"


@pytest.fixture
def services() -> FakeServices:
    return FakeServices(reviews={CODE: make_review(CODE)})


def button(at: AppTest, label: str) -> Any:
    return next(b for b in at.button if b.label == label)


def opened(launch: Launch, services: FakeServices) -> AppTest:
    return launch(services, "review.py", session=CODE)


def combs(at: AppTest) -> list[str]:
    return [group.label for group in at.button_group if "repetitions" in group.label]


def chosen(at: AppTest) -> str:
    """Return the sentence about the chosen contraction."""
    return next(line for line in texts(at).splitlines() if "lasting" in line)


def test_reject_changes_the_comb_and_the_tiles_at_once_and_undo_brings_all_back(
    launch: Launch, services: FakeServices
) -> None:
    at = opened(launch, services)
    before = texts(at)
    button(at, "Next").click().run()
    button(at, "Reject").click().run()
    assert "3 of 4 repetitions, 1 doubtful, 1 missing, 1 rejected" in combs(at)[0]
    assert "3 found" in texts(at)
    assert "5.00–7.50" in texts(at)
    assert services.corrections.saved == [Correction("CH1", "reject", 5.0, 7.5, reason="artefact")]
    button(at, "Undo").click().run()
    assert "4 of 4 repetitions, 1 doubtful" in combs(at)[0]
    assert "3 found" not in texts(at)
    assert "rejected" not in combs(at)[0]
    assert "4 found (1 doubtful)" in before


def test_a_correction_draws_what_shows_it_and_nothing_else_of_the_page(
    launch: Launch, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []
    monkeypatch.setattr("pages._components.review.quality_section", lambda *shown: drawn.append(shown))
    at = opened(launch, services)
    button(at, "Next").click().run()
    before = len(drawn)
    button(at, "Reject").click().run()
    assert len(drawn) == before
    assert "Left: 3 contractions" in at.title[0].value
    assert "3 of 4 repetitions" in combs(at)[0]


def test_after_a_rejection_nothing_is_chosen_and_next_goes_on_from_there(
    launch: Launch, services: FakeServices
) -> None:
    at = opened(launch, services)
    for _ in range(3):
        button(at, "Next").click().run()
    assert "15.00–15.60" in chosen(at)
    button(at, "Reject").click().run()
    assert button(at, "Reject").disabled
    button(at, "Next").click().run()
    assert "25.00–27.50" in chosen(at)


def test_keys_have_buttons_and_none_is_bound_twice(launch: Launch, services: FakeServices) -> None:
    at = opened(launch, services)
    keys = {b.proto.shortcut.lower(): b.label for b in at.button if b.proto.shortcut}
    assert {keys[k] for k in ("a", "x", "u", "n")} == {"Keep", "Reject", "Undo", "Next doubtful"}
    assert len(keys) == len([b for b in at.button if b.proto.shortcut])


def test_keep_settles_a_doubt_and_next_doubtful_has_none_left(launch: Launch, services: FakeServices) -> None:
    at = opened(launch, services)
    for _ in ("left", "right"):
        button(at, "Next doubtful").click().run()
        button(at, "Keep").click().run()
    assert [comb.rsplit("· ", 1)[1] for comb in combs(at)] == ["4 of 4 repetitions"] * 2
    assert not [b for b in at.button if b.label == "Next doubtful"]


def test_a_typed_end_is_saved_by_enter_alone(launch: Launch, services: FakeServices) -> None:
    services.corrections.refuse = NotFoundError("not reached")
    at = opened(launch, services)
    button(at, "Next").click().run()
    end = next(field for field in at.number_input if field.label == "End (s)" and not field.disabled)
    assert end.value == 7.5
    services.corrections.refuse = None
    services.corrections.signals = None
    end.set_value(7.2).run()
    assert services.corrections.saved == [
        Correction("CH1", "move", 5.0, 7.5, new_onset_s=5.0, new_offset_s=7.2)
    ]


def test_the_reason_given_after_a_rejection_is_the_reason_of_it(
    launch: Launch, services: FakeServices
) -> None:
    at = opened(launch, services)
    button(at, "Next").click().run()
    button(at, "Reject").click().run()
    reason = next(box for box in at.selectbox if box.label == "Why rejected")
    reason.select("double").run()
    result = services.reviews[CODE].result
    assert result is not None
    assert result.channels[0].rejected[0].mark.reason == "double"
    button(at, "Next").click().run()
    button(at, "Reject").click().run()
    assert services.corrections.saved[-1].reason == "double"  # type: ignore[union-attr]


def test_who_comes_second_is_told_and_sees_the_page_anew(launch: Launch, services: FakeServices) -> None:
    at = opened(launch, services)
    button(at, "Next").click().run()
    services.corrections.refuse = EditConflictError("Dr Maes corrected this session meanwhile.")
    button(at, "Reject").click().run()
    assert "Dr Maes corrected this session meanwhile." in texts(at)
    assert services.corrections.saved == []


def test_a_click_on_the_comb_shows_that_contraction(launch: Launch, services: FakeServices) -> None:
    at = opened(launch, services)
    comb = next(group for group in at.button_group if "repetitions" in group.label)
    comb.set_value(2).run()
    assert "Left 3 of 4" in texts(at)


def test_missing_repetitions_come_with_the_likeliest_misses_and_one_is_counted(
    launch: Launch, services: FakeServices
) -> None:
    targets = SessionTargets(expected_contractions=6)
    services.reviews[CODE] = make_review(CODE, inputs=SessionInputs(targets=targets))
    at = opened(launch, services)
    toggle = next(t for t in at.toggle if t.label.startswith("Expected 6, found 4"))
    toggle.set_value(True).run()
    said = texts(at)
    assert "48.00–48.40" in said
    assert "seen, but too faint" in said
    button(at, "Show").click().run()
    button(at, "Count it").click().run()
    assert isinstance(services.corrections.saved[0], Correction)
    assert services.corrections.saved[0].kind == "add"


def test_without_the_recording_contractions_are_still_rejected(
    launch: Launch, services: FakeServices
) -> None:
    services.traces_error = NotFoundError("gone")
    at = opened(launch, services)
    comb = next(group for group in at.button_group if "repetitions" in group.label)
    comb.set_value(0).run()
    button(at, "Reject").click().run()
    assert "3 of 4 repetitions" in combs(at)[0]
    assert "still as detected" in texts(at)


def test_a_rejected_contraction_is_counted_again_from_the_list(
    launch: Launch, services: FakeServices
) -> None:
    at = opened(launch, services)
    button(at, "Next").click().run()
    button(at, "Reject").click().run()
    assert "rejected by Dr Peeters" in texts(at)
    button(at, "Count it again").click().run()
    assert "4 of 4 repetitions" in combs(at)[0]


def test_a_correction_that_no_longer_applies_is_said(launch: Launch, services: FakeServices) -> None:
    at = opened(launch, services)
    button(at, "Next").click().run()
    button(at, "Reject").click().run()
    review = services.reviews[CODE]
    lost = replace(review.corrections, unmatched=review.corrections.log)
    services.reviews[CODE] = replace(review, corrections=lost)
    at.run()
    assert "1 correction no longer applies" in texts(at)
    assert "the correction is kept" in texts(at)


# The parts.


def test_the_comb_has_a_tooth_for_each_repetition_and_hollow_ones_for_the_missing() -> None:
    row = teeth(make_channel("left"), 6)
    assert [tooth.mark for tooth in row] == ["✓", "✓", "✓", "?", "☐", "☐"]
    assert [tooth.index for tooth in row] == [0, 1, 2, 3, None, None]


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        (6, "4 of 6 repetitions, 1 doubtful, 2 missing"),
        (4, "4 of 4 repetitions, 1 doubtful"),
        (3, "4 of 3 repetitions, 1 doubtful, 1 more than prescribed"),
    ],
)
def test_the_comb_is_said_in_words(expected: int, said: str) -> None:
    assert comb_words(make_channel("left", FOUR_KINDS), expected) == said


def test_a_place_finds_the_contraction_that_overlaps_it_most() -> None:
    channel = make_channel("left", [make_contraction(5.0), make_contraction(9.0)])
    assert find(channel, (9.1, 11.0)) == 1
    assert find(channel, (30.0, 31.0)) is None
    assert find(None, (9.1, 11.0)) is None


def test_the_table_lists_what_was_rejected_with_its_reason(services: FakeServices) -> None:
    services.corrections.save(services.reviews[CODE], Correction("CH1", "reject", 5.0, 7.5, reason="double"))
    result = services.reviews[CODE].result
    assert result is not None
    assert make_metadata(result.channels).duration_s == 60.0
    table = contraction_table(result.channels, SessionTargets())
    last = table.iloc[-1]
    assert (last["No."], last["Result"], last["Corrected"]) == (
        "✗",
        "✗ rejected",
        "rejected by Dr Peeters: double",
    )


def test_an_end_beyond_the_recording_is_refused_in_words(launch: Launch, services: FakeServices) -> None:
    at = opened(launch, services)
    button(at, "Next").click().run()
    next(field for field in at.number_input if field.label == "End (s)").set_value(999.0).run()
    assert any("999" in warning.value for warning in at.warning)
    assert services.corrections.saved == []


def test_amplitudes_are_drawn_taller_and_flatter(launch: Launch, services: FakeServices) -> None:
    at = opened(launch, services)
    before = amplitude_range(at)
    button(at, "Taller").click().run()
    assert amplitude_range(at) == pytest.approx([edge / 2 for edge in before])
    button(at, "Flatter").click().run()
    assert amplitude_range(at) == pytest.approx(before)


def amplitude_range(at: AppTest) -> list[float]:
    data = next(json.loads(c.proto.json) for c in at.get("bidi_component") if "spec" in c.proto.json)
    return json.loads(data["spec"])["layout"]["yaxis"]["range"]
