"""Patients as the pages show them: pseudonyms for everybody, identities apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from processing.errors import InvalidParameterError
from processing.recording import Side
from processing.use_cases.plain_text import check_characters

_CODE = re.compile(r"P[0-9]{3}")
_LONGEST = {"family_name": 200, "given_name": 200, "hospital_number": 50}


@dataclass(frozen=True, slots=True)
class SessionMvc:
    """The MVC of a muscle that a session brought itself: its file held it, or somebody entered it for that session.

    ``recorded_at`` is local time, None where the file does not say.
    """

    side: Side
    value_uv: float
    source: Literal["file", "session"]
    session_code: str
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class PatientSessions:
    """What the sessions of a patient say about them.

    ``n_copies`` counts the sessions of which an earlier one holds the same bytes; ``mvcs`` has for each side the newest
    MVC that a session brought itself.
    """

    n_copies: int = 0
    mvcs: tuple[SessionMvc, ...] = ()

    def mvc(self, side: Side) -> SessionMvc | None:
        """Return the newest MVC of a side, if any session brought one."""
        return next((each for each in self.mvcs if each.side == side), None)


@dataclass(frozen=True, slots=True)
class PatientSummary:
    """One row of the patients table.

    ``therapist_name`` is None where nobody is assigned, or the name is not known to the viewer; ``therapist_id``
    tells the two apart. ``last_session_at`` is local time. ``mvc_left_on`` and ``mvc_right_on`` are the days of the
    newest measurements. ``has_identity`` is None where the viewer may not know.
    """

    code: str
    revision: int
    therapist_id: str | None
    therapist_name: str | None
    site: str | None
    n_sessions: int
    n_failed: int
    last_session_at: datetime | None
    prescribed_from: date | None
    mvc_left_on: date | None
    mvc_right_on: date | None
    has_identity: bool | None

    def missing(
        self, *, today: date, stale_after_days: int, sessions: PatientSessions | None = None
    ) -> tuple[str, ...]:
        """Name what somebody should still see to; empty where nothing is.

        An MVC that a session brought itself is not missing; ``sessions`` says which did.
        """
        sessions = sessions or PatientSessions()
        found = []
        if self.therapist_id is None:
            found.append("therapist")
        if self.prescribed_from is None:
            found.append("prescription")
        measured: tuple[tuple[Side, date | None], ...] = (
            ("left", self.mvc_left_on),
            ("right", self.mvc_right_on),
        )
        for side, measured_on in measured:
            if measured_on is None:
                if sessions.mvc(side) is None:
                    found.append(f"MVC {side}")
            elif (today - measured_on).days > stale_after_days:
                found.append(f"newer MVC {side}")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class PatientIdentity:
    """Who a pseudonym is. None means not recorded; a researcher is never given one.

    Raises
    ------
    InvalidParameterError
        If a text is too long, or the birth date lies before 1900 or in the future.
    """

    family_name: str | None = None
    given_name: str | None = None
    birth_date: date | None = None
    hospital_number: str | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be stored, without repeating it."""
        for name, longest in _LONGEST.items():
            text = getattr(self, name)
            what = name.replace("_", " ")
            if text is not None and not 1 <= len(check_characters(text, what)) <= longest:
                raise InvalidParameterError(f"The {what} has {len(text)} letters; expected 1 to {longest}.")
        if self.birth_date is not None and not date(1900, 1, 1) <= self.birth_date <= date.today():
            raise InvalidParameterError("The birth date lies before 1900 or in the future.")

    @property
    def empty(self) -> bool:
        """Whether nothing at all is recorded."""
        return self == PatientIdentity()


@dataclass(frozen=True, slots=True)
class KnownIdentity:
    """An identity with the revision to hand back when it is saved; revision 0 where none is recorded yet."""

    identity: PatientIdentity
    revision: int


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who may be assigned a patient."""

    user_id: str
    name: str | None


def check_patient_code(code: str) -> str:
    """Return a patient code as it is stored.

    Raises
    ------
    InvalidParameterError
        If it is not P and three digits.
    """
    cleaned = code.strip().upper()
    if not _CODE.fullmatch(cleaned):
        raise InvalidParameterError(
            f"The patient code is '{code}'; expected P and three digits, such as P014."
        )
    return cleaned
