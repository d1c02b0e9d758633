"""What the pages say that have no result to show: why there is none, or that there is none yet."""

from __future__ import annotations

import pytest

from tests.unit.pages.conftest import Launch, texts
from tests.unit.pages.fakes import FakeServices, every_state

PAGES = ["review.py", "inspector.py", "signal_details.py", "report.py"]


@pytest.mark.parametrize("page", PAGES)
def test_a_recording_that_could_not_be_read_says_why_on_every_page(launch: Launch, page: str) -> None:
    at = launch(FakeServices(reviews=every_state()), page, session="P003S001")
    assert not at.exception
    assert "shorter than its own header promises" in at.warning[0].value
    assert "no result for this recording yet" not in texts(at)


@pytest.mark.parametrize("page", PAGES[1:])
def test_a_recording_that_is_being_analysed_has_no_result_yet(launch: Launch, page: str) -> None:
    at = launch(FakeServices(reviews=every_state()), page, session="P002S002")
    assert not at.exception
    assert "There is no result for this recording yet" in at.info[0].value
