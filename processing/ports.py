"""What the use cases need from the outside, as protocols that an edge implements and a test can replace."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object of the bucket: ``version`` changes whenever its bytes change."""

    name: str
    version: str
    size_bytes: int
    updated_at: datetime


# Whether an object that was last changed then needs no second look.
Trusted: TypeAlias = Callable[[str, datetime], bool]


class ObjectStore(Protocol):
    """The bucket. Every method raises NotFoundError or StorageUnavailableError, nothing of its vendor."""

    bucket: str

    def read(self, name: str) -> bytes:
        """Return all bytes of an object; refuses one larger than the configured cap (PermanentError)."""
        ...

    def read_head(self, name: str, n_bytes: int) -> bytes:
        """Return the first ``n_bytes`` of an object, or all of a shorter one."""
        ...

    def write(self, name: str, data: bytes) -> StoredObject:
        """Store an object atomically and return what is now stored; an existing name gets a new version."""
        ...

    def stat(self, name: str) -> StoredObject:
        """Return what is stored under a name without reading it."""
        ...

    def list_objects(self, *, trusted: Trusted | None = None) -> Iterator[StoredObject]:
        """Yield every C3D object of the bucket.

        ``trusted(name, changed_at)`` says of which ones the version need not be looked up, which can mean reading the
        whole file; they come without one (an empty string).
        """
        ...

    def list_folder(self, folder: str) -> list[str]:
        """Return the name of everything below a folder, recording or not, in order; none if there is no folder."""
        ...

    def remove(self, names: Sequence[str]) -> int:
        """Delete objects for good and return how many were there; one that is gone already is no error."""
        ...

    def check(self) -> None:
        """Return if the bucket is there and answers; raises StorageUnavailableError otherwise."""
        ...


@dataclass(frozen=True, slots=True)
class Notification:
    """A message to whoever looks after the system. ``attempts`` counts earlier tries to send it."""

    notification_id: int
    kind: str
    body: Mapping[str, Any]
    created_at: datetime
    attempts: int = 0

    @property
    def subject(self) -> str:
        """Return one line that says what it is about."""
        if self.kind == "session_failed":
            return f"{self.body.get('session_code')} could not be analysed"
        return str(self.body.get("sentence") or self.kind)

    @property
    def text(self) -> str:
        """Return the whole in plain words."""
        known = (
            f"{name.replace('_', ' ')}: {value}" for name, value in self.body.items() if value is not None
        )
        return "\n".join([f"{self.subject}.", "", *known, ""])


class Notifier(Protocol):
    """One way to reach the operator."""

    name: str

    def send(self, message: Notification) -> None:
        """Send one message; raises NotificationRefusedError if it was not taken."""
        ...
