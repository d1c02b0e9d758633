"""Sign-in put together from the settings: the desk, and who somebody is for the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from processing.database.identity import Identity
from processing.errors import InvalidParameterError
from processing.settings import Settings

if TYPE_CHECKING:
    from processing.sign_in import SignInDesk


def open_desk(settings: Settings) -> SignInDesk:
    """Return the sign-in desk of this process; close it when done.

    Raises
    ------
    InvalidParameterError
        If ``SUPABASE_URL`` or ``SUPABASE_ANON_KEY`` is not set.
    """
    from processing.sign_in import SignInDesk  # only the dashboard needs the client's library

    if settings.supabase_url is None or settings.supabase_anon_key is None:
        missing = "SUPABASE_URL" if settings.supabase_url is None else "SUPABASE_ANON_KEY"
        raise InvalidParameterError(f"{missing} is not set: nobody can sign in.")
    secret = settings.supabase_jwt_secret
    return SignInDesk(
        settings.supabase_url,
        settings.supabase_anon_key.get_secret_value(),
        hs256_secret=None if secret is None else secret.get_secret_value(),
        idle_s=settings.sign_in_idle_minutes * 60.0,
        lifetime_s=settings.sign_in_hours * 3600.0,
    )


def identity_behind(desk: SignInDesk, key: str) -> Callable[[], Identity]:
    """Return what says who a sign-in's person is whenever the database asks, with a token renewed if need be.

    Calling it raises SignInEndedError once the sign-in is over, so that a page left open stops showing rows.
    """

    def identity() -> Identity:
        return Identity.from_claims(desk.session(key).claims())

    return identity


@contextmanager
def open_token_reader(settings: Settings) -> Iterator[Callable[[str], Identity] | None]:
    """Yield what turns a request's access token into its person; None where nobody signs in.

    The reader raises AccessDeniedError for a token that is not accepted, SignInUnavailableError while the sign-in
    server's keys were never fetched.

    Raises
    ------
    InvalidParameterError
        If the sign-in that is asked for cannot work safely.
    """
    if settings.supabase_url is None:
        yield None
        return
    if settings.sign_in_fault is not None:
        raise InvalidParameterError(settings.sign_in_fault)
    from processing.sign_in.bearer import BearerTokens

    secret = settings.supabase_jwt_secret
    with closing(
        BearerTokens(
            settings.supabase_url, hs256_secret=None if secret is None else secret.get_secret_value()
        )
    ) as tokens:

        def read(token: str) -> Identity:
            return Identity.from_claims(tokens.claims(token))

        yield read
