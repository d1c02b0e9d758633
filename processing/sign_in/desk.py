"""The sign-in desk of one process: every way in, and the ways out."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import structlog

from processing.sign_in.account import WRONG_CODE, WRONG_PASSWORD, Account
from processing.sign_in.attempts import Attempts
from processing.sign_in.errors import (
    InvalidTokenError,
    SignInEndedError,
    SignInRefusedError,
    SignInUnavailableError,
    TooManyAttemptsError,
)
from processing.sign_in.keys import PublicKeys
from processing.sign_in.session import SignInSession
from processing.sign_in.store import SessionStore
from processing.sign_in.tokens import TokenVerifier

_TIMEOUT = httpx.Timeout(8.0, connect=3.0)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,253}")
_CODE = re.compile(r"[0-9]{6,10}")
_MAX_PASSWORD_CHARACTERS = 1024
_WAITING_S = 5 * 60.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Admission:
    """What a right password or code leads to: a sign-in, or the question for a second factor."""

    key: str
    needs_second_factor: bool


class SignInDesk:
    """Signs people in at one Supabase project. Thread-safe.

    Parameters
    ----------
    url : str
        ``SUPABASE_URL``.
    anon_key : str
        The project's publishable key; it opens nothing by itself.
    hs256_secret : str, optional
        Only for older projects whose tokens are signed with a shared secret.
    idle_s, lifetime_s : float
        How long a sign-in lasts without being used, and at most.
    """

    def __init__(
        self,
        url: str,
        anon_key: str,
        *,
        hs256_secret: str | None = None,
        idle_s: float = 30 * 60.0,
        lifetime_s: float = 12 * 3600.0,
        clock: Callable[[], float] = time.time,
        attempts: Attempts | None = None,
    ) -> None:
        self._issuer = f"{url.rstrip('/')}/auth/v1"
        self._anon_key = anon_key
        self._clock = clock
        # A redirect would carry a password or a token away.
        self._http = httpx.Client(timeout=_TIMEOUT, follow_redirects=False)
        keys = PublicKeys(f"{self._issuer}/.well-known/jwks.json", self._http)
        self._verifier = TokenVerifier(self._issuer, keys, hs256_secret=hs256_secret)
        self._attempts = attempts or Attempts()
        self.sessions = SessionStore(idle_s=idle_s, lifetime_s=lifetime_s, on_end=_revoke_later, clock=clock)
        # Between password and second factor nobody is signed in yet: kept apart, and not for long.
        self._waiting = SessionStore(
            idle_s=_WAITING_S, lifetime_s=_WAITING_S, on_end=_revoke_later, clock=clock
        )

    def close(self) -> None:
        """Close the connections to the sign-in server."""
        self._http.close()

    def enter_with_password(self, email: str, password: str, *, address: str | None) -> Admission:
        """Check a password at the sign-in server.

        Raises
        ------
        SignInRefusedError, TooManyAttemptsError, SignInUnavailableError
            With a message for the person who typed.
        """
        email = email.strip()
        if not _EMAIL.fullmatch(email) or not 0 < len(password) <= _MAX_PASSWORD_CHARACTERS:
            raise SignInRefusedError(WRONG_PASSWORD)
        return self._enter(email, address, lambda account: account.sign_in_with_password(email, password))

    def send_code(self, email: str, *, address: str | None) -> None:
        """Have a code sent to this address if it has an account; the caller cannot tell whether it has."""
        email = email.strip()
        if not _EMAIL.fullmatch(email):
            raise SignInRefusedError("This is not an e-mail address.")
        # Each is an e-mail to somebody, so it counts until its code comes back.
        self._attempts.begin(_code_to(email), address)
        self._new_account().send_code(email)

    def enter_with_code(self, email: str, code: str, *, address: str | None) -> Admission:
        """Check the code from an e-mail; errors as :meth:`enter_with_password`."""
        email, code = email.strip(), code.replace(" ", "")
        if not _EMAIL.fullmatch(email) or not _CODE.fullmatch(code):
            raise SignInRefusedError(WRONG_CODE)
        admission = self._enter(email, address, lambda account: account.sign_in_with_code(email, code))
        self._attempts.undone(_code_to(email), address)
        return admission

    def confirm_second_factor(self, waiting_key: str, code: str, *, address: str | None) -> str:
        """Check an authenticator app's code and return the sign-in's key.

        Raises
        ------
        SignInEndedError
            If the password was given too long ago.
        SignInRefusedError, TooManyAttemptsError, SignInUnavailableError
            With a message for the person who typed.
        """
        session, code = self._waiting.find(waiting_key, used=False), code.replace(" ", "")
        if not _CODE.fullmatch(code):
            raise SignInRefusedError(WRONG_CODE)
        with self._counted(session.user_id, address):
            self._try_factors(session, code)
        self._waiting.remove(waiting_key, None)
        return self._admit(session)

    def session(self, key: str, *, used: bool = False) -> SignInSession:
        """Return a sign-in; SignInEndedError says why there is none."""
        return self.sessions.find(key, used=used)

    def leave(self, key: str) -> bool:
        """Sign out here and at the server; return whether the server confirmed it."""
        session = self.sessions.remove(key, "You are signed out.") or self._waiting.remove(
            key, "You are signed out."
        )
        confirmed = True if session is None else session.revoke()
        if session is not None:
            log.info("signed_out", user_id=session.user_id, confirmed=confirmed)
        return confirmed

    def _enter(self, email: str, address: str | None, ask: Callable[[Account], None]) -> Admission:
        account = self._new_account()
        with self._counted(email, address):
            ask(account)
        try:
            session = SignInSession(account, self._verifier, clock=self._clock)
            needs_second_factor = bool(session.second_factors()) and session.claims().get("aal") != "aal2"
        except InvalidTokenError as exc:
            log.error("token_refused", reason=str(exc))
            raise SignInRefusedError(f"The sign-in server's answer is not accepted here. {exc}") from None
        if needs_second_factor:
            return Admission(self._waiting.add(session), True)
        return Admission(self._admit(session), False)

    @contextmanager
    def _counted(self, account: str, address: str | None) -> Iterator[None]:
        """Slow down an account and an address whose attempts fail; an attempt that nobody judged does not count."""
        self._attempts.begin(account, address)
        try:
            yield
        except (TooManyAttemptsError, SignInUnavailableError):
            self._attempts.undone(account, address)
            raise
        except SignInRefusedError:
            log.info("sign_in_refused")
            raise
        self._attempts.succeeded(account, address)

    def _try_factors(self, session: SignInSession, code: str) -> None:
        """Try each authenticator app of the account; most have one."""
        factors = session.second_factors()
        for number, factor_id in enumerate(factors, start=1):
            try:
                return session.confirm_second_factor(factor_id, code)
            except TooManyAttemptsError:
                raise
            except SignInRefusedError:
                if number == len(factors):
                    raise
        raise SignInEndedError("The account's second factor was removed meanwhile: please sign in again.")

    def _admit(self, session: SignInSession) -> str:
        log.info("signed_in", user_id=session.user_id, assurance=session.claims().get("aal"))
        session.started_at = session.used_at = self._clock()
        return self.sessions.add(session)

    def _new_account(self) -> Account:
        return Account(self._issuer, self._anon_key, self._http)


def _code_to(email: str) -> str:
    return f"code to {email}"


def _revoke_later(session: SignInSession) -> None:
    """Tell the server of a sign-in that ended by itself, without letting anybody wait for it."""
    threading.Thread(target=session.revoke, name="revoke-sign-in", daemon=True).start()
