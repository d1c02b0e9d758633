"""Every file that arrived: what became of it, what a person may do about it, and whether it is there already."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from processing.errors import NotFoundError
from processing.ports import ObjectStore
from processing.use_cases.upload import check_patient_code, safe_file_name

InboxState: TypeAlias = Literal[
    "waiting", "reading", "analysing", "ready", "warnings", "failed", "reviewed", "parked"
]
RUNNING_STATES: frozenset[InboxState] = frozenset({"waiting", "reading", "analysing"})


@dataclass(frozen=True, slots=True)
class StoredCopy:
    """A session that holds the same bytes."""

    session_code: str
    object_name: str
    received_at: datetime
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One file of the Inbox.

    ``key`` is the session's id or the event's number and, with ``received_at``, the row's place. ``session_code`` and
    ``patient_code`` are None for a file of no patient. ``seconds`` is how long it took from arrival to the result, of
    a later analysis how long that took; while something runs, for how long it has. ``duplicate_of`` is the earliest
    session with the same bytes. ``changed_since_review`` says that somebody reviewed an earlier state,
    ``needs_legs`` that no channel is known to belong to a leg, so that nobody can score it.
    """

    key: str
    object_name: str
    state: InboxState
    received_at: datetime
    session_code: str | None = None
    patient_code: str | None = None
    recorded_at: datetime | None = None
    reason: str | None = None
    failure_kind: str | None = None
    seconds: float | None = None
    duplicate_of: str | None = None
    duplicate_recorded_at: datetime | None = None
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None
    changed_since_review: bool = False
    dismissed: bool = False
    needs_legs: bool = False

    @property
    def running(self) -> bool:
        """Whether a worker still has to finish something."""
        return self.state in RUNNING_STATES

    @property
    def file_name(self) -> str:
        """The object's own name, without its folder: untrusted text."""
        return self.object_name.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class InboxFilters:
    """What the Inbox is narrowed to; an empty tuple means every state. ``before`` continues after a row."""

    states: tuple[InboxState, ...] = ()
    dismissed: bool = False
    before: tuple[datetime, str] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class ReviewMark:
    """Whether somebody looked a session over, and whether it still shows what they saw.

    ``result_version`` and ``judged_at`` are what the session shows now: a mark is made for exactly that.
    """

    result_version: int
    judged_at: datetime
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None
    reviewed_version: int | None = None
    reviewed_judged_at: datetime | None = None

    @property
    def marked(self) -> bool:
        """Whether the session was ever reviewed."""
        return self.reviewed_at is not None

    @property
    def current(self) -> bool:
        """Whether what was reviewed is what the session shows."""
        return (self.reviewed_version, self.reviewed_judged_at) == (self.result_version, self.judged_at)

    @property
    def analysed_since(self) -> bool:
        """Whether a later analysis replaced what was reviewed; else a person changed something about it."""
        return self.marked and self.reviewed_version != self.result_version


def unused_file_name(patient_code: str, file_name: str, data: bytes, *, store: ObjectStore) -> str:
    """Return a name under which nothing else is stored for a patient: another recording is never overwritten.

    The same bytes keep their name; other bytes of the same name get the start of their SHA-256 appended.

    Raises
    ------
    InvalidParameterError
        If the patient code or the file name cannot be used.
    StorageUnavailableError
        If the bucket does not answer.
    """
    name = safe_file_name(file_name)
    try:
        stored = store.read(f"{check_patient_code(patient_code)}/{name}")
    except NotFoundError:
        return name
    if stored == data:
        return name
    stem, _, extension = name.rpartition(".")
    return f"{stem}_{hashlib.sha256(data).hexdigest()[:8]}.{extension}"


def move_parked(
    object_name: str,
    patient_code: str,
    *,
    store: ObjectStore,
    find_stored: Callable[[str], StoredCopy | None],
    save: Callable[[str, str, bytes], str | None],
) -> str | None:
    """Copy a file of no patient into a patient's folder and return the code of its session.

    The file itself stays where it is: nothing is ever removed from the bucket. Bytes that the patient has already are
    not stored twice.

    Parameters
    ----------
    object_name : str
        Where the file is; untrusted text, which only the store turns into a path.
    patient_code : str
    store : ObjectStore
    find_stored : callable
        Returns the patient's session with a given SHA-256, if there is one.
    save : callable
        Takes patient code, file name and bytes in and returns the session's code.

    Raises
    ------
    NotFoundError
        If the file is no longer in the bucket.
    ProcessingError
        Whatever ``save`` raises, for example because the file is no recording.
    """
    code = check_patient_code(patient_code)
    data = store.read(object_name)
    same = find_stored(hashlib.sha256(data).hexdigest())
    if same is not None:
        return same.session_code
    name = unused_file_name(code, object_name.rsplit("/", 1)[-1], data, store=store)
    return save(code, name, data)
