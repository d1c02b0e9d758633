"""One click leads from a figure on the review to the contractions or the places it comes from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from streamlit.testing.v1 import AppTest

from processing.emg.results import QualityFinding
from tests.unit.pages.conftest import Launch, texts
from tests.unit.pages.fakes import FakeServices, make_review

CODE = "P001S001"


def show(at: AppTest, start: str) -> Any:
    return next(button for button in at.button if (button.key or "").startswith(f"evidence:{start}"))


def test_a_count_leads_to_its_contractions_one_after_the_other(launch: Launch) -> None:
    at = launch(FakeServices({CODE: make_review(CODE)}), "review.py", session=CODE)
    show(at, "tile:").click().run()
    assert "Left 1 of 4" in texts(at)  # the only good one
    assert at.query_params["at"] == "left:1"


def test_the_noise_leads_to_the_contractions_it_was_compared_with(launch: Launch) -> None:
    at = launch(FakeServices({CODE: make_review(CODE)}), "review.py", session=CODE)
    next(button for button in at.button if (button.key or "").endswith(":CH2:snr")).click().run()
    assert at.query_params["at"] == "right:1"


def test_a_finding_leads_to_its_place(launch: Launch) -> None:
    review = make_review(CODE)
    finding = QualityFinding("dropout", "doubtful", "2 drop-outs", 2.0, 0.0, "", ((30.0, 30.5), (41.0, 41.2)))
    left, *others = review.result.channels
    left = replace(left, quality=replace(left.quality, findings=(finding,)))
    review = replace(review, result=replace(review.result, channels=(left, *others)))
    at = launch(FakeServices({CODE: review}), "review.py", session=CODE)
    next(button for button in at.button if (button.key or "").endswith(":CH1:places")).click().run()
    assert (at.query_params["from"], at.query_params["to"]) == ("28.00", "32.50")
