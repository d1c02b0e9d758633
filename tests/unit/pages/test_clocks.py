"""One clock on every page: stored moments are shown on the reader's, the tablet's stay as they are."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pages._components import local_time
from tests.unit.pages.conftest import PAGES, Launch, texts
from tests.unit.pages.fakes import FakeServices, make_review


@pytest.fixture(autouse=True)
def in_brussels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "streamlit.runtime.context.ContextProxy.timezone", property(lambda _: "Europe/Brussels")
    )


def test_a_stored_moment_is_shown_on_the_reader_s_clock() -> None:
    assert local_time.moment(datetime(2025, 7, 1, 12, 1, tzinfo=UTC)) == "1 Jul 2025, 14:01"


def test_a_tablet_s_time_stays_as_it_is() -> None:
    assert local_time.moment(datetime(2025, 7, 1, 12, 1)) == "1 Jul 2025, 12:01"


def test_a_moment_that_is_not_known_is_said_so() -> None:
    assert local_time.moment(None) == "— not recorded"


def test_no_other_component_prints_a_clock_without_naming_it() -> None:
    own = re.compile(r":[^\"'{}]*%H:%M")
    said = {
        path.relative_to(PAGES).as_posix()
        for path in PAGES.rglob("*.py")
        if own.search(path.read_text("utf-8")) and path.name != "local_time.py"
    }
    # The hours of the past day are those of UTC, and their headings and sentences say so.
    assert said == {"_components/operations/figures.py"}


@pytest.mark.parametrize("page", ["sessions.py", "review.py"])
def test_a_waiting_session_arrived_on_the_reader_s_clock(launch: Launch, page: str) -> None:
    review = make_review(status="pending")
    undated = replace(review, summary=replace(review.summary, recorded_at=None))
    services = FakeServices(reviews={"P001S001": undated})
    said = texts(launch(services, page, **({"session": "P001S001"} if page == "review.py" else {})))
    assert "arrived 10 Mar 2025, 13:01" in said
    assert "12:01" not in said
