"""When the recording was made: INFO:TIME, cross-checked with the file's name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from processing.c3d.wording import listed, quoted

_FILE_NAME: Final = re.compile(
    r"ghostly_emg_(\d{4})(\d{2})(\d{2})_(\d{2})-(\d{2})-(\d{2})-\d+(?:\s*\(\d+\)|\s+[-–]\s+\w+|\s+copy(?:\s+\d+)?)*\.c3d",
    re.IGNORECASE,
)

# The game runs on tablets, of which there were none before. An earlier date is that of a clock that was never set
# (1970, 1980, 2000): taken for the patient's first session, it would end the planned days before they began.
_FIRST_YEAR: Final = 2010

# What systems add to the name of a second copy, before the ending: Windows and browsers, Windows again, macOS.
_COPY_MARK: Final = re.compile(
    r"(?:\s*\(\d{1,3}\)|\s+[-–]\s+(?:copy|copie|kopie)|\s+copy(?:\s+\d+)?)+\.c3d", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class RecordedAt:
    """Local time of the tablet, without a zone, and what a clinician should know about it."""

    time: datetime | None
    notices: tuple[str, ...] = ()


def read_recorded_at(texts: Sequence[str], file_name: str | None) -> RecordedAt:
    """Return when the recording was made.

    Parameters
    ----------
    texts : sequence of str
        INFO:TIME: year, month, day, hour, minute, without zero padding.
    file_name : str, optional
        Name or path of the file; ``Ghostly_Emg_YYYYMMDD_HH-MM-SS-FFFF.c3d`` is understood, copy marks
        included.

    Returns
    -------
    recorded_at : RecordedAt
        To the minute from the file's content; to the second where the name says the same minute. Where
        they differ the content wins, as names are changed more easily.
    """
    inside, outside = parse_info_time(texts), parse_file_name(file_name)
    notices: list[str] = []
    if texts and inside is None:
        notices.append(_not_used(texts, named=outside is not None))
    if inside is None:
        return RecordedAt(outside, tuple(notices))
    if outside is None:
        return RecordedAt(inside, tuple(notices))
    if outside.replace(second=0) == inside:
        return RecordedAt(outside, tuple(notices))
    notices.append(
        f"The file's name says {outside:%Y-%m-%d %H:%M}, the recording itself {inside:%Y-%m-%d %H:%M}; "
        "the latter is used."
    )
    return RecordedAt(inside, tuple(notices))


def copy_notice(file_name: str | None) -> str | None:
    """Return the sentence for a file whose name carries the mark of a copy (``... (1).c3d``), else None.

    The name alone proves nothing: only the same content elsewhere does, which the database knows.
    """
    base = _base_name(file_name)
    if _COPY_MARK.search(base) is None:
        return None
    return (
        f"The file's name, {quoted(base)}, looks like that of a copy: the same recording may be there twice."
    )


def parse_info_time(texts: Sequence[str]) -> datetime | None:
    """Return the time in INFO:TIME, or None where its five texts do not make one, or one of a clock never set."""
    return _if_set(_spelled(texts))


def _spelled(texts: Sequence[str]) -> datetime | None:
    """Return the time that the five texts spell, whatever it is."""
    if len(texts) != 5 or not all(re.fullmatch(r"[0-9]{1,4}", text.strip()) for text in texts):
        return None
    year, month, day, hour, minute = (int(text) for text in texts)
    return _time(year, month, day, hour, minute, 0)


def _not_used(texts: Sequence[str], *, named: bool) -> str:
    """Say why INFO:TIME is not the session's date, and what is: the time in the file's name, or that of the arrival."""
    spelled = _spelled(texts)
    if spelled is None and named:
        return (
            f"The recording's own time cannot be read: INFO:TIME holds {listed(texts)}. "
            "The time in the file's name is used."
        )
    if spelled is None:
        return (
            f"The recording's own time cannot be read: INFO:TIME holds {listed(texts)}. "
            "The session is listed by its arrival."
        )
    if named:
        return (
            f"The recording's own date, {spelled:%Y-%m-%d %H:%M}, is that of a clock that was never set. "
            "The time in the file's name is used."
        )
    return (
        f"The recording's own date, {spelled:%Y-%m-%d %H:%M}, is that of a clock that was never set. "
        "The session is listed by its arrival."
    )


def parse_file_name(file_name: str | None) -> datetime | None:
    """Return the time in the name of a GHOSTLY file, or None for any other name."""
    match = _FILE_NAME.fullmatch(_base_name(file_name))
    return _if_set(_time(*(int(part) for part in match.groups()))) if match else None


def _base_name(file_name: str | None) -> str:
    return re.split(r"[/\\]", file_name or "")[-1].strip()


def _if_set(time: datetime | None) -> datetime | None:
    return None if time is None or time.year < _FIRST_YEAR else time


def _time(year: int, month: int, day: int, hour: int, minute: int, second: int) -> datetime | None:
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None
