"""Values that several routes take, as they are described and checked."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, TypeAlias

from fastapi import Path
from pydantic import BeforeValidator, Field, WithJsonSchema

# Anything else can be no session's code, so the database is not asked about it.
SESSION_CODE = r"^P[0-9]{3}S[0-9]{3,9}$"

SessionCode: TypeAlias = Annotated[
    str, Path(pattern=SESSION_CODE, description="The session's code, as `P001S001`.")
]

PatientCode: TypeAlias = Annotated[
    str, Path(pattern=r"^P[0-9]{3}$", description="The patient's code, as `P001`.")
]

_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_LARGEST = 10**15
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)


def _check_day(value: Any) -> Any:
    """Refuse whatever else could be read as a day: a number would be one of 1970."""
    if not isinstance(value, str) or re.fullmatch(_DAY, value) is None:
        raise ValueError("expected a day as 2026-03-10")
    return value


def _check_number(value: Any) -> Any:
    """Refuse what only could be read as a number."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise ValueError("expected a number or null")
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise ValueError(f"expected a number up to {_LARGEST}")  # a longer one could not even be compared
    return value


# A day on which there may be a session; windows of weeks around it are days, too.
Day: TypeAlias = Annotated[
    date,
    Field(ge=_FIRST_DAY, le=_LAST_DAY),
    BeforeValidator(_check_day),
    WithJsonSchema({"type": "string", "format": "date", "pattern": _DAY, "examples": ["2026-03-10"]}),
]

# Settings by name; true and "1" are no numbers.
SettingName: TypeAlias = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
SettingValue: TypeAlias = Annotated[float | int | None, BeforeValidator(_check_number)]

# Whatever a person may have typed; no database stores the character NUL.
Words: TypeAlias = Annotated[str, Field(pattern=r"^[^\x00]*$")]
