"""Which date of a recording can be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from processing.use_cases.recording_date import credible_date

ARRIVED = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("recorded_at", "credible"),
    [
        (datetime(2026, 3, 10, 11, 50), True),
        (datetime(2020, 1, 1), True),
        (datetime(2026, 3, 11, 2, 0), True),  # the same moment where it is 14 hours later
        (datetime(2026, 3, 11, 12, 1), False),
        (datetime(2099, 1, 1), False),
    ],
)
def test_no_recording_is_of_a_later_day_than_its_arrival(recorded_at: datetime, credible: bool) -> None:
    assert credible_date(recorded_at, ARRIVED) == (recorded_at if credible else None)
    there = ARRIVED.astimezone(timezone(timedelta(hours=-9)))
    assert credible_date(recorded_at, there) == credible_date(recorded_at, ARRIVED)


def test_a_date_that_is_not_known_stays_unknown() -> None:
    assert credible_date(None, ARRIVED) is None
