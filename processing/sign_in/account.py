"""One person's conversation with the sign-in server: a client of their own, and errors that are this product's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import structlog
from pydantic import ValidationError
from supabase_auth import SyncGoTrueClient
from supabase_auth.errors import AuthApiError, AuthError, AuthRetryableError, AuthUnknownError
from supabase_auth.types import Session

from processing.sign_in.errors import (
    SignInEndedError,
    SignInRefusedError,
    SignInUnavailableError,
    TooManyAttemptsError,
)

WRONG_PASSWORD = "This e-mail address and password do not belong together, or the account may not sign in."
WRONG_CODE = "This code is not right, or no longer valid."
UNAVAILABLE = "The sign-in server does not answer as it should. Nothing is lost; please try again shortly."
_SLOW_DOWN = "The sign-in server asks to wait before the next attempt. Please try again in a minute."
_NO_CAPTCHA = "The sign-in server asks for a CAPTCHA, which this page cannot show: ask an administrator."

log = structlog.get_logger(__name__)


class Account:
    """The tokens of one browser session. Not thread-safe: its owner holds a lock.

    Never shared between two people: a client that served both would answer one with the other's rows.
    """

    def __init__(self, url: str, anon_key: str, http: httpx.Client) -> None:
        # No timer thread of its own, and nothing kept outside this object.
        self._client = SyncGoTrueClient(
            url=url,
            headers={"apikey": anon_key, "Authorization": f"Bearer {anon_key}"},
            auto_refresh_token=False,
            persist_session=False,
            http_client=http,
        )
        self._session: Session | None = None

    @property
    def access_token(self) -> str:
        """The newest access token."""
        if self._session is None:
            raise SignInEndedError("Nobody is signed in.")
        return str(self._session.access_token)

    def sign_in_with_password(self, email: str, password: str) -> None:
        """Ask for tokens; SignInRefusedError does not say which of the two is wrong."""
        with _translated(WRONG_PASSWORD):
            self._session = self._client.sign_in_with_password({"email": email, "password": password}).session
        self._check_signed_in(WRONG_PASSWORD)

    def send_code(self, email: str) -> None:
        """Have a code sent by e-mail; nothing tells whether the address has an account."""
        try:
            with _translated(WRONG_CODE):
                self._client.sign_in_with_otp({"email": email, "options": {"should_create_user": False}})
        except TooManyAttemptsError:
            raise
        except SignInRefusedError:
            return  # no such account, or a code was sent just now: neither is anybody's business

    def sign_in_with_code(self, email: str, code: str) -> None:
        """Ask for tokens with the code from the e-mail."""
        with _translated(WRONG_CODE):
            self._session = self._client.verify_otp({"email": email, "token": code, "type": "email"}).session
        self._check_signed_in(WRONG_CODE)

    def second_factors(self) -> tuple[str, ...]:
        """Return the ids of the authenticator apps that this account has confirmed.

        Raises
        ------
        SignInRefusedError
            If the account has a second factor, but none that this page can ask for.
        """
        factors = (self._session.user.factors or []) if self._session is not None else []
        confirmed = [factor for factor in factors if factor.status == "verified"]
        totp = tuple(factor.id for factor in confirmed if factor.factor_type == "totp")
        if confirmed and not totp:
            raise SignInRefusedError(
                "The account's second factor is no authenticator app: ask an administrator."
            )
        return totp

    def confirm_second_factor(self, factor_id: str, code: str) -> None:
        """Answer the second factor's challenge; the tokens are then those of assurance level aal2."""
        with _translated(WRONG_CODE):
            self._client.mfa.challenge_and_verify({"factor_id": factor_id, "code": code})
            self._session = self._client.get_session()
        self._check_signed_in(WRONG_CODE)

    def refresh(self) -> None:
        """Exchange the refresh token, which can be used once, for new tokens.

        Raises
        ------
        SignInEndedError
            If the server no longer knows this sign-in.
        SignInUnavailableError, TooManyAttemptsError
            If it could not answer.
        """
        token = None if self._session is None else self._session.refresh_token
        try:
            with _translated("The sign-in has ended."):
                session = self._client.refresh_session(token).session
        except TooManyAttemptsError:
            raise SignInUnavailableError(_SLOW_DOWN) from None
        except SignInRefusedError:
            session = None
        if session is None:
            raise SignInEndedError("Your sign-in has ended at the sign-in server. Please sign in again.")
        self._session = session

    def revoke(self) -> bool:
        """End this sign-in at the server and forget the tokens; return whether the server confirmed it."""
        session, self._session = self._session, None
        if session is None:
            return True
        try:
            with _translated("signed out"):
                self._client.admin.sign_out(session.access_token, "local")
        except SignInUnavailableError:
            return False
        except SignInRefusedError:
            return True  # the server had forgotten it already
        return True

    def _check_signed_in(self, otherwise: str) -> None:
        if self._session is None:
            raise SignInRefusedError(otherwise)


@contextmanager
def _translated(refusal: str) -> Iterator[None]:
    """Turn the client's errors into this product's; their own words may quote what was typed, so they are dropped."""
    try:
        yield
    except AuthApiError as exc:
        error = _of_answer(exc, refusal)
        log.info("sign_in_server_refused", code=exc.code, status=exc.status)
    except (AuthRetryableError, AuthUnknownError, ValidationError, httpx.HTTPError) as exc:
        error = SignInUnavailableError(UNAVAILABLE)
        log.warning("sign_in_server_away", error_type=type(exc).__name__)
    except AuthError as exc:
        error = SignInRefusedError(refusal)
        log.info("sign_in_server_refused", code=exc.code, status=None)
    else:
        return
    raise error


def _of_answer(error: AuthApiError, refusal: str) -> SignInRefusedError | SignInUnavailableError:
    if error.code == "over_email_send_rate_limit":
        return SignInRefusedError(refusal)  # said of addresses that have an account, and of no others
    if error.status == 429 or (error.code or "").startswith("over_"):
        return TooManyAttemptsError(_SLOW_DOWN)
    if error.status >= 500:
        return SignInUnavailableError(UNAVAILABLE)
    return SignInRefusedError(_NO_CAPTCHA if error.code == "captcha_failed" else refusal)
