"""Days, moments and numbers as the current language writes them."""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import format_date as _format_date
from babel.dates import format_datetime as _format_datetime
from babel.numbers import format_decimal as _format_decimal

from processing.language.current import Language, current_language

# Belgian usage; the day stands before the month in all three.
LOCALES: dict[Language, str] = {"en": "en", "fr": "fr_BE", "nl": "nl_BE"}
DECIMAL_SIGN: dict[Language, str] = {"en": ".", "fr": ",", "nl": ","}
_DAY, _MOMENT, _SECOND = "d MMM yyyy", "d MMM yyyy, HH:mm", "d MMM yyyy, HH:mm:ss"
_WEEKDAY = "EEE d MMM yyyy"


def format_day(day: date, *, weekday: bool = False) -> str:
    """Return ``10 Mar 2025``, ``10 mars 2025`` or ``10 mrt 2025``; with the day of the week where it helps."""
    return _format_date(day, _WEEKDAY if weekday else _DAY, locale=LOCALES[current_language()])


def format_day_time(when: datetime, *, seconds: bool = False) -> str:
    """Return a day and the time on its own clock; it is not turned into another time zone."""
    return _format_datetime(
        when.replace(tzinfo=None), _SECOND if seconds else _MOMENT, locale=LOCALES[current_language()]
    )


def format_number(value: float, decimals: int | None = None) -> str:
    """Return a number with the language's decimal sign and grouping; ``decimals`` are always all written."""
    pattern = "#,##0.###" if decimals is None else "#,##0" + ("." + "0" * decimals if decimals else "")
    return _format_decimal(value, format=pattern, locale=LOCALES[current_language()]).replace("-", "−")


def with_decimal_sign(number: str) -> str:
    """Return a number that was written with a point, such as ``12.5``, with the language's own sign."""
    sign = DECIMAL_SIGN[current_language()]
    return number if sign == "." else number.replace(".", sign)
