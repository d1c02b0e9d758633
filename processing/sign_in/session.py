"""One sign-in of one browser: its verified claims, renewed by a single refresh however many tabs ask."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog

from processing.sign_in.account import UNAVAILABLE, Account
from processing.sign_in.errors import InvalidTokenError, SignInEndedError, SignInUnavailableError
from processing.sign_in.tokens import Claims, TokenVerifier

# Refreshed this long before its end, or for the last fifth of a token that lives shorter than five minutes.
_EARLY_S = 60.0
# After an unanswered refresh; within the 10 s in which the server accepts the same refresh token twice.
_RETRY_S = 3.0

log = structlog.get_logger(__name__)


class SignInSession:
    """What the server remembers of one sign-in. Thread-safe; tokens never leave it.

    ``clock`` gives seconds since the epoch, as the tokens do.
    """

    def __init__(
        self, account: Account, verifier: TokenVerifier, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._account = account
        self._verifier = verifier
        self._clock = clock
        self._lock = threading.Lock()
        self._retry_at = 0.0
        self._ended: SignInEndedError | None = None
        self._verified = account.access_token
        self._claims = verifier.verify(self._verified)
        self.started_at = self.used_at = clock()
        self.server_away = False
        # Whether its pages say themselves when somebody works there; a run of a script is then no proof of it.
        self.tells_activity = False

    @property
    def user_id(self) -> str:
        """The person's id at the sign-in server."""
        return str(self._claims["sub"])

    @property
    def expires_at(self) -> float:
        """When the present token ends, in seconds since the epoch."""
        return float(self._claims["exp"])

    def claims(self) -> Claims:
        """Return verified claims that have not expired, refreshing them first if they end soon.

        Raises
        ------
        SignInEndedError
            If the sign-in is over.
        SignInUnavailableError
            If the token has expired and the server does not answer.
        """
        # Not only below the lock: whoever tells the server of the end holds that for as long as the server takes.
        if self._ended is not None:
            raise self._ended
        if self._remaining_s() > self._early_s():
            return self._claims
        # Whoever comes second while the token still holds need not wait for the one who refreshes.
        if not self._lock.acquire(blocking=self._remaining_s() <= 0):
            return self._claims
        try:
            self._renew()
            return self._claims
        finally:
            self._lock.release()

    def confirm_second_factor(self, factor_id: str, code: str) -> None:
        """Raise the assurance level with a code of an authenticator app."""
        with self._lock:
            self._account.confirm_second_factor(factor_id, code)
            self._verify_newest()

    def second_factors(self) -> tuple[str, ...]:
        """Return the ids of the account's confirmed authenticator apps."""
        with self._lock:
            return self._account.second_factors()

    def end(self, reason: str) -> None:
        """Let nobody use this sign-in any more."""
        self._ended = self._ended or SignInEndedError(reason)

    def revoke(self) -> bool:
        """End it here and at the server; return whether the server confirmed it."""
        self.end("You are signed out.")
        with self._lock:
            return self._account.revoke()

    def _renew(self) -> None:
        """Refresh if that is still needed; the caller holds the lock."""
        if self._ended is not None:
            raise self._ended
        if self._remaining_s() > self._early_s():
            return
        try:
            if self._clock() < self._retry_at:
                raise SignInUnavailableError(UNAVAILABLE)
            if self._account.access_token == self._verified:
                self._account.refresh()
            self._verify_newest()
        except SignInUnavailableError:
            self.server_away = True
            if self._clock() >= self._retry_at:
                self._retry_at = self._clock() + _RETRY_S
            if self._remaining_s() <= 0:
                raise
        except SignInEndedError as ended:
            self._ended = ended
            raise
        except InvalidTokenError as exc:
            log.error("refreshed_token_refused", reason=str(exc))
            self._ended = SignInEndedError("The sign-in server sent a token that is not accepted here.")
            raise self._ended from None
        else:
            self.server_away = False

    def _verify_newest(self) -> None:
        token = self._account.access_token
        claims = self._verifier.verify(token)
        if claims["sub"] != self._claims["sub"]:
            raise InvalidTokenError("The new token is another person's.")
        self._verified, self._claims = token, claims

    def _remaining_s(self) -> float:
        return self.expires_at - self._clock()

    def _early_s(self) -> float:
        lifetime_s = self.expires_at - float(self._claims.get("iat", self.expires_at - 5 * _EARLY_S))
        return min(_EARLY_S, lifetime_s / 5)
