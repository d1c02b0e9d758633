"""A database that goes away leaves what was on the page, with its time; it never leaves another person's."""

from __future__ import annotations

import pytest

from pages._components import state
from processing.errors import DatabaseUnavailableError
from tests.unit.pages.conftest import Launch, texts
from tests.unit.pages.fakes import FakeServices, every_state

AWAY = DatabaseUnavailableError("The database did not answer within 2 s.")


@pytest.mark.parametrize(("page", "query"), [("sessions.py", {}), ("review.py", {"session": "P001S001"})])
def test_what_was_shown_stays_with_its_time(launch: Launch, page: str, query: dict[str, str]) -> None:
    services = FakeServices(reviews=every_state())
    at = launch(services, page, **query)
    assert "P001" in texts(at)
    services.broken = AWAY
    at.run()
    assert not at.exception
    assert "What you see is from" in "".join(warning.value for warning in at.warning)
    assert "P001" in texts(at)
    services.broken = None
    at.run()
    assert "What you see is from" not in texts(at)


def test_nothing_is_shown_to_somebody_who_had_not_seen_it(launch: Launch) -> None:
    services = FakeServices(reviews=every_state())
    at = launch(services)
    services.broken = AWAY
    at.session_state[state.LOCAL_ROLE] = "researcher"
    at.run()
    assert "What you see is from" not in texts(at)
    assert at.button(key="again:sessions").label == "Try again"
