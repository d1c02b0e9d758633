"""Whether the date that a recording gives itself can be: not after it was there to be read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from processing.recording import RecordingMetadata

# A tablet gives local time, up to 14 hours ahead of UTC; the rest is for clocks that run a little fast.
LATEST_AFTER_ARRIVAL = timedelta(days=1)


def credible_date(recorded_at: datetime | None, arrived_at: datetime) -> datetime | None:
    """Return when a recording was made, or None where that is not known or cannot be.

    Parameters
    ----------
    recorded_at : datetime or None
        The tablet's local time, without a zone.
    arrived_at : datetime
        When the file was there, with its zone.
    """
    if recorded_at is None:
        return None
    latest = arrived_at.astimezone(UTC).replace(tzinfo=None) + LATEST_AFTER_ARRIVAL
    return None if recorded_at > latest else recorded_at


def with_doubt(metadata: RecordingMetadata, arrived_at: datetime) -> RecordingMetadata:
    """Return the metadata with a notice where the recording's date cannot be; the date stays as the file has it."""
    said = metadata.recorded_at
    if said is None or credible_date(said, arrived_at) is not None:
        return metadata
    notice = (
        f"The recording's own date, {said:%Y-%m-%d %H:%M}, lies after its arrival: the tablet's clock was wrong. "
        "The session is listed by its arrival."
    )
    return replace(metadata, notices=(*metadata.notices, notice))
