"""What the use cases need from the outside, as protocols that an edge implements and a test can replace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object of the bucket: ``version`` changes whenever its bytes change."""

    name: str
    version: str
    size_bytes: int
    updated_at: datetime


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

    def list_objects(self) -> Iterator[StoredObject]:
        """Yield every C3D object of the bucket."""
        ...
