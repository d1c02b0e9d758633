"""Erasing one patient on request: what would go, what went, and what a person still has to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from processing.errors import InvalidParameterError


@dataclass(frozen=True, slots=True)
class ErasedPatient:
    """A code whose patient was erased, or is being erased. The times are None while that step is still to be done."""

    code: str
    reason: str
    requested_by: str
    requested_at: datetime
    erased_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ErasureSubject:
    """What belongs to a patient before anything is deleted.

    ``objects`` are recordings outside the patient's folder that were filed under the patient; ``words`` the name and
    hospital number, which other rows may hold too; ``same_elsewhere`` sessions of other patients with the same bytes.
    """

    code: str
    patient_id: str | None
    session_ids: tuple[str, ...] = ()
    session_codes: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    file_hashes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    same_elsewhere: tuple[str, ...] = ()
    n_rows: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """What an erasure would delete, and what is known of an earlier one."""

    subject: ErasureSubject
    files: tuple[str, ...]
    earlier: ErasedPatient | None


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """What became of an erasure.

    ``remaining`` counts rows, by table, that still name the code, sessions or files: nothing of it may be left.
    ``mentions`` counts rows of others that hold the person's name or number: whether they mean this person, only a
    person can tell. ``n_running`` is the number of analyses that did not end in time.
    """

    erased: ErasedPatient
    n_files: int
    n_rows: Mapping[str, int]
    remaining: Mapping[str, int]
    mentions: Mapping[str, int]
    same_elsewhere: tuple[str, ...] = ()
    n_running: int = 0

    @property
    def complete(self) -> bool:
        """Whether nothing is left."""
        return not self.remaining and not self.n_running


def erased_error(code: str) -> InvalidParameterError:
    """Return the refusal to use the code of an erased patient again."""
    return InvalidParameterError(f"Patient {code} was erased on request; a new patient needs another code.")
