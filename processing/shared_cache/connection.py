"""A Redis that may be away, slow, full or unsafe: each request ends soon, with an answer or one of two errors."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

from processing.breaker import Breaker
from processing.errors import InvalidParameterError, SharedCacheUnavailableError
from processing.settings import is_loopback
from processing.use_cases.second_level import Persistence

_T = TypeVar("_T")

SCHEMES = ("redis", "rediss", "unix")
# A dead server costs a page three timeouts, then nothing, and one timeout at most every so often.
_TRY_AGAIN_AFTER_S = 15.0
_MOST_CONNECTIONS = 16
_READ_SIZE = 256 * 1024
# How long it is believed that a server which kept nothing on disk still does so.
_CHECK_EVERY_S = 600.0

_log = structlog.get_logger(__name__)


class SharedCacheFullError(Exception):
    """The server has no room and may not make any."""


class NotAskedError(SharedCacheUnavailableError):
    """The server was not asked, because it is known to be away, or is being looked at."""


def check_url(url: str) -> None:
    """Refuse an address that no client understands; the message does not quote it, for it may hold a password.

    Raises
    ------
    InvalidParameterError
        If it is not redis://host, rediss://host or unix:///path.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in SCHEMES and bool(parts.path if parts.scheme == "unix" else parts.hostname)
        usable = usable and "decode_responses" not in parts.query  # values are bytes
    except ValueError:
        usable = False
    if not usable:
        raise InvalidParameterError(
            "REDIS_URL is not usable: expected redis://host:6379/0, rediss://host:6379/0 (TLS) or unix:///path."
        )


class Connection:
    """The client with its pool, the breaker before it, and the check that the server keeps nothing on disk.

    Parameters
    ----------
    url : str
        As :func:`check_url` accepts it.
    timeout_s : float
        For connecting, and for each wait for bytes.
    """

    def __init__(self, url: str, *, timeout_s: float) -> None:
        check_url(url)
        parts = urlsplit(url)
        if parts.scheme == "redis" and not is_loopback(parts.hostname or ""):
            _log.warning("shared_cache_without_tls", host=parts.hostname)
        pool: redis.BlockingConnectionPool = redis.BlockingConnectionPool.from_url(
            url,
            max_connections=_MOST_CONNECTIONS,
            timeout=timeout_s,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            socket_read_size=_READ_SIZE,
            # Once more and at once for a connection that the server closed meanwhile, never after a timeout.
            retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
            protocol=2,
        )
        self.client = redis.Redis(connection_pool=pool)
        self.breaker = Breaker(
            "shared_cache",
            failures_are=SharedCacheUnavailableError,
            refusal=lambda: NotAskedError("The shared cache is not asked at the moment."),
            try_again_after_s=_TRY_AGAIN_AFTER_S,
        )
        self.persistence: Persistence | None = None
        self._checked_until = 0.0
        self._checking = threading.Lock()

    def ask(self, request: Callable[[redis.Redis], _T]) -> _T:
        """Return the server's answer.

        Raises
        ------
        SharedCacheUnavailableError
            If it does not answer, refuses, keeps signals on disk, or is known to be away.
        SharedCacheFullError
            If it has no room left.
        """
        self.breaker.admit()
        try:
            self._check_if_due()
            answer = self._translated(request)
        except NotAskedError:
            raise
        except SharedCacheUnavailableError:
            self._checked_until = 0.0  # the next one that answers may be another server
            self.breaker.failed()
            raise
        except Exception:
            self.breaker.answered()
            raise
        self.breaker.answered()
        return answer

    def ask_anyway(self, request: Callable[[redis.Redis], _T]) -> _T:
        """Like :meth:`ask`, of a server that seemed away or keeps things on disk too: for deleting."""
        return self._translated(request)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()
        self.client.connection_pool.disconnect()

    def _check_if_due(self) -> None:
        """Look whether the server keeps things on disk, now and then; others do without the cache meanwhile."""
        if time.monotonic() < self._checked_until:
            return
        if not self._checking.acquire(blocking=False):
            raise NotAskedError("The shared cache is being looked at; it is asked once that is done.")
        try:
            self._check_persistence()
            self._checked_until = time.monotonic() + _CHECK_EVERY_S
        finally:
            self._checking.release()

    def _check_persistence(self) -> None:
        found = self._translated(persistence)
        if found != self.persistence:
            self.persistence = found
            if found == "on":
                _log.error("shared_cache_refused", reason="it keeps data on disk")
            elif found == "not known":
                _log.warning("shared_cache_persistence_not_known")
        if found == "on":
            raise SharedCacheUnavailableError(
                "The shared cache keeps data on disk, and signals are never stored: set save '' and appendonly no."
            )

    def _translated(self, request: Callable[[redis.Redis], _T]) -> _T:
        try:
            return request(self.client)
        except redis.exceptions.OutOfMemoryError as exc:
            raise SharedCacheFullError from exc
        except (redis.RedisError, OSError) as exc:
            raise SharedCacheUnavailableError(
                f"The shared cache did not answer as it should ({type(exc).__name__})."
            ) from exc


def persistence(client: redis.Redis) -> Persistence:
    """Return whether the server writes what it holds to disk, as far as it may be asked."""
    try:
        save = _setting(client, "save")
        append_only = _setting(client, "appendonly")
    except redis.ResponseError:
        # Hosted servers often forbid CONFIG. INFO tells of the log of commands, not of snapshots.
        return "on" if _appends(client) else "not known"
    if save is None or append_only is None:
        return "not known"
    return "on" if save.strip() or append_only == "yes" else "off"


def _setting(client: redis.Redis, name: str) -> str | None:
    answer: Any = client.config_get(name)
    found = answer.get(name, answer.get(name.encode()))
    return found.decode() if isinstance(found, bytes) else found


def _appends(client: redis.Redis) -> bool:
    try:
        answer: Any = client.info("persistence")
    except redis.ResponseError:
        return False
    return bool(answer.get("aof_enabled"))
