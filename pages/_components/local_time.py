"""Moments as they were on the clock of the person who reads them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from pages._components import words
from processing.language import format_day, format_day_time


def local(when: datetime | None) -> datetime | None:
    """Return a stored moment in the browser's time zone; UTC where the browser does not name one."""
    if when is None or when.tzinfo is None:
        return when
    try:
        zone = ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return when.astimezone(zone)


def moment(when: datetime | None) -> str:
    """Format a date and time the way a chart is read aloud: a stored moment on the reader's clock.

    A tablet's time, which names no zone, stays as it is. There is no other way to print a moment on a page, so that
    one page never shows two clocks.
    """
    shown = local(when)
    return words.not_recorded() if shown is None else format_day_time(shown)


def second(when: datetime) -> str:
    """Format a stored moment on the reader's clock to the second, for things that follow each other quickly."""
    shown = local(when)
    return words.not_recorded() if shown is None else format_day_time(shown, seconds=True)


def today() -> date:
    """Return the reader's date."""
    now = local(datetime.now(UTC))
    assert now is not None
    return now.date()


def day(when: date | None) -> str:
    """Format a date the way a chart is read aloud."""
    return words.not_recorded() if when is None else format_day(when)


def clock(when: datetime) -> str:
    """Format a moment of today to the second."""
    return f"{local(when):%H:%M:%S}"
