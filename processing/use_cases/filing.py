"""Where recordings and patients belong: whose a patient is, and the same bytes under two names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class UnassignedPatient:
    """A patient whom no therapist sees yet; typically one whose first recording arrived by itself.

    ``first_arrival`` and ``last_arrival`` are those of recordings, None where there is none (any more).
    """

    code: str
    site: str | None
    n_sessions: int
    first_arrival: datetime | None
    last_arrival: datetime | None


@dataclass(frozen=True, slots=True)
class Therapist:
    """An active therapist to choose from. ``name`` is None where the profile has none."""

    user_id: UUID
    name: str | None
    site: str | None
    n_patients: int


@dataclass(frozen=True, slots=True)
class SameRecording:
    """Another session whose newest result is of the very same bytes.

    Everything is None for a patient whom the viewer may not see: all that is told is that another patient has them.
    """

    session_code: str | None
    patient_code: str | None
    object_name: str | None
    session_at: datetime | None
    received_at: datetime | None

    @property
    def of_another_patient(self) -> bool:
        """Whether the viewer may not know whose it is."""
        return self.patient_code is None
