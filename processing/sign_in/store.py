"""Every sign-in of this process, found by an opaque key, ended by idleness, age, or a full store."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Iterable

from cachetools import LRUCache, TTLCache

from processing.sign_in.errors import SignInEndedError
from processing.sign_in.session import SignInSession

_UNKNOWN = "You are not signed in on this server any more. Please sign in again."
_TICKET_S = 60.0
_SWEEP_S = 60.0


class SessionStore:
    """Sign-ins by key. The key is what the browser's cookie holds; here only its digest is kept. Thread-safe.

    Parameters
    ----------
    idle_s, lifetime_s : float
        How long a sign-in lasts without being used, and at most.
    max_sessions, max_of_one_person : int
        When there are more, the one that was used longest ago ends: of all, and of the same person, who could else
        sign in until everybody else is out.
    on_end : callable
        Told of each sign-in that ends by time or for want of room, outside the store's lock.
    """

    def __init__(
        self,
        *,
        idle_s: float,
        lifetime_s: float,
        max_sessions: int = 2000,
        max_of_one_person: int = 20,
        on_end: Callable[[SignInSession], None] = lambda _session: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.idle_s = idle_s
        self.lifetime_s = lifetime_s
        self._max_sessions = max_sessions
        self._max_of_one_person = max_of_one_person
        self._on_end = on_end
        self._clock = clock
        self._lock = threading.Lock()
        self._sessions: dict[bytes, SignInSession] = {}
        self._ended: LRUCache[bytes, str] = LRUCache(max_sessions)
        self._tickets: TTLCache[bytes, str] = TTLCache(max_sessions, _TICKET_S, timer=clock)
        self._swept_at = clock()

    def add(self, session: SignInSession) -> str:
        """Keep a sign-in and return the only thing that finds it again."""
        key = secrets.token_urlsafe(32)
        with self._lock:
            ended = self._sweep()
            theirs = [digest for digest, other in self._sessions.items() if other.user_id == session.user_id]
            if len(theirs) >= self._max_of_one_person:
                ended.append(self._end(self._oldest(theirs), "You signed in many times elsewhere since."))
            while len(self._sessions) >= self._max_sessions:
                oldest = self._oldest(self._sessions)
                ended.append(self._end(oldest, "Too many people are signed in: please sign in again."))
            self._sessions[_digest(key)] = session
        self._tell(ended)
        return key

    def find(self, key: str, *, used: bool) -> SignInSession:
        """Return a sign-in that is not over; ``used`` when a person did something, which starts the idle time anew.

        Raises
        ------
        SignInEndedError
            If it is over or was never there; the message says why.
        """
        digest = _digest(key)
        with self._lock:
            ended = self._sweep() if self._clock() - self._swept_at > _SWEEP_S else []
            session = self._sessions.get(digest)
            if session is not None and (reason := self._over(session)) is not None:
                ended.append(self._end(digest, reason))
                session = None
            if session is not None and used:
                session.used_at = self._clock()
            why = self._ended.get(digest, _UNKNOWN)
        self._tell(ended)
        if session is None:
            raise SignInEndedError(why)
        return session

    def remove(self, key: str, reason: str | None) -> SignInSession | None:
        """Forget a sign-in and return it; without a reason it goes on elsewhere."""
        digest = _digest(key)
        with self._lock:
            if digest not in self._sessions:
                return None
            return self._sessions.pop(digest) if reason is None else self._end(digest, reason)

    def idle_left_s(self, session: SignInSession) -> float:
        """Return for how many seconds this sign-in lasts if nothing is done."""
        now = self._clock()
        return min(session.used_at + self.idle_s, session.started_at + self.lifetime_s) - now

    def issue_ticket(self, key: str) -> str:
        """Return what a browser can exchange for its cookie: once, within a minute."""
        ticket = secrets.token_urlsafe(32)
        with self._lock:
            self._tickets[_digest(ticket)] = key
        return ticket

    def redeem_ticket(self, ticket: str) -> str | None:
        """Return the key that a ticket stands for and spend it; None if there is none."""
        with self._lock:
            key: str | None = self._tickets.pop(_digest(ticket), None)
            return key if key is not None and _digest(key) in self._sessions else None

    def _oldest(self, digests: Iterable[bytes]) -> bytes:
        return min(digests, key=lambda digest: self._sessions[digest].used_at)

    def _over(self, session: SignInSession) -> str | None:
        now = self._clock()
        if now - session.used_at >= self.idle_s:
            return f"You were signed out after {self.idle_s / 60:g} minutes without activity."
        if now - session.started_at >= self.lifetime_s:
            return f"A sign-in lasts {self.lifetime_s / 3600:.0f} hours. Please sign in again."
        return None

    def _sweep(self) -> list[SignInSession]:
        self._swept_at = self._clock()
        over = [(digest, self._over(session)) for digest, session in self._sessions.items()]
        return [self._end(digest, reason) for digest, reason in over if reason is not None]

    def _end(self, digest: bytes, reason: str) -> SignInSession:
        session = self._sessions.pop(digest)
        session.end(reason)
        self._ended[digest] = reason
        return session

    def _tell(self, ended: list[SignInSession]) -> None:
        for session in ended:
            self._on_end(session)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
