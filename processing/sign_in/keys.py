"""The sign-in server's public keys, fetched seldom, whatever tokens strangers bring."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import structlog

from processing.sign_in.errors import SignInUnavailableError

# Which kind of key may verify which algorithm; symmetric keys are never taken from a public address.
_KEY_TYPES = {"ES256": ("EC", "P-256"), "RS256": ("RSA", None)}
_MAX_KEYS = 20

log = structlog.get_logger(__name__)


class PublicKeys:
    """The keys of one JWKS address. Thread-safe.

    Parameters
    ----------
    url : str
        Address of the key set.
    fetch_pause_s : float
        Shortest time between two fetches, also when an unknown key is asked for or the last fetch failed, so that
        tokens with invented key ids cannot make this server flood the sign-in server.
    max_age_s : float
        Age after which known keys are fetched anew, so that a withdrawn one is forgotten. While the server does not
        answer, the old ones are kept.
    """

    def __init__(
        self,
        url: str,
        http: httpx.Client,
        *,
        fetch_pause_s: float = 60.0,
        max_age_s: float = 600.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._http = http
        self._fetch_pause_s = fetch_pause_s
        self._max_age_s = max_age_s
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[tuple[str, str], jwt.PyJWK] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None

    def find(self, key_id: str, algorithm: str) -> jwt.PyJWK | None:
        """Return the key of this id for this algorithm, or None if the server has none.

        Raises
        ------
        SignInUnavailableError
            If no key has ever been fetched because the server does not answer.
        """
        with self._lock:
            found = self._keys.get((key_id, algorithm))
            if (found is None or self._is_old()) and self._may_fetch():
                self._fetch()
                found = self._keys.get((key_id, algorithm))
            if found is None and self._fetched_at is None:
                raise SignInUnavailableError("The sign-in server's keys cannot be fetched at the moment.")
            return found

    def _is_old(self) -> bool:
        return self._fetched_at is None or self._clock() - self._fetched_at > self._max_age_s

    def _may_fetch(self) -> bool:
        return self._tried_at is None or self._clock() - self._tried_at >= self._fetch_pause_s

    def _fetch(self) -> None:
        self._tried_at = self._clock()
        try:
            answer = self._http.get(self._url)
            answer.raise_for_status()
            listed = answer.json()["keys"]
            keys = dict(_usable(item) for item in listed[:_MAX_KEYS] if _is_signing_key(item))
        except (httpx.HTTPError, ValueError, KeyError, TypeError, jwt.PyJWTError) as exc:
            log.warning("sign_in_keys_not_fetched", error_type=type(exc).__name__)
            return
        self._keys = keys
        self._fetched_at = self._clock()


def _is_signing_key(item: Any) -> bool:
    if not isinstance(item, dict) or not isinstance(item.get("kid"), str) or item.get("use", "sig") != "sig":
        return False
    kind = _KEY_TYPES.get(str(item.get("alg")))
    return kind is not None and item.get("kty") == kind[0] and kind[1] in (None, item.get("crv"))


def _usable(item: dict[str, Any]) -> tuple[tuple[str, str], jwt.PyJWK]:
    return (item["kid"], item["alg"]), jwt.PyJWK.from_dict(item, algorithm=item["alg"])
