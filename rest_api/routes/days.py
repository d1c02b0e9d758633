"""Days that a caller may not know."""

from __future__ import annotations

from datetime import date

from processing.errors import AccessDeniedError
from rest_api.dependencies import Caller


def check_days(caller: Caller, *days: date | None) -> None:
    """Refuse to choose sessions by their days for a researcher: what matches would tell the days, one after the other.

    Raises
    ------
    AccessDeniedError
        If one is given.
    """
    if caller.is_researcher and any(day is not None for day in days):
        raise AccessDeniedError("Dates are not shown for research, so sessions cannot be chosen by them.")
