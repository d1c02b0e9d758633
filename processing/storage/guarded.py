"""An object store that is not asked while it is known to be away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from processing.breaker import Breaker
from processing.errors import StorageUnavailableError
from processing.ports import ObjectStore, StoredObject, Trusted


class GuardedStore:
    """An ObjectStore behind a circuit breaker; ``breaker`` counts what failed, for metrics."""

    def __init__(self, store: ObjectStore) -> None:
        self.bucket = store.bucket
        self.breaker = Breaker(
            "storage",
            failures_are=StorageUnavailableError,
            refusal=lambda: StorageUnavailableError(
                "The store of recordings does not answer at the moment; it is tried again in a second."
            ),
        )
        self._store = store

    def read(self, name: str) -> bytes:
        """Return all bytes of an object."""
        return self.breaker.call(lambda: self._store.read(name))

    def read_head(self, name: str, n_bytes: int) -> bytes:
        """Return the first ``n_bytes`` of an object, or all of a shorter one."""
        return self.breaker.call(lambda: self._store.read_head(name, n_bytes))

    def write(self, name: str, data: bytes) -> StoredObject:
        """Store an object and return what is now stored."""
        return self.breaker.call(lambda: self._store.write(name, data))

    def stat(self, name: str) -> StoredObject:
        """Return what is stored under a name."""
        return self.breaker.call(lambda: self._store.stat(name))

    def list_folder(self, folder: str) -> list[str]:
        """Return the name of everything below a folder."""
        return self.breaker.call(lambda: self._store.list_folder(folder))

    def remove(self, names: Sequence[str]) -> int:
        """Delete objects for good and return how many were there."""
        return self.breaker.call(lambda: self._store.remove(names))

    def check(self) -> None:
        """Return if the store answers for its bucket."""
        self.breaker.call(self._store.check)

    def list_objects(self, *, trusted: Trusted | None = None) -> Iterator[StoredObject]:
        """Yield every C3D object; a listing that breaks off counts as one failure."""
        yield from self.breaker.call(lambda: list(self._store.list_objects(trusted=trusted)))

    def close(self) -> None:
        """Close the store's connections, if it has any."""
        close = getattr(self._store, "close", None)
        if close is not None:
            close()
