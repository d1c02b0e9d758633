"""Why nobody is signed in: each message can be shown as it stands, and none tells a stranger what exists."""

from __future__ import annotations

from processing.errors import AccessDeniedError, ExpiredSignInError, TransientError


class SignInRefusedError(AccessDeniedError):
    """What was typed is not accepted; deliberately not more precise than that."""


class TooManyAttemptsError(SignInRefusedError):
    """Somebody has to wait before the next attempt."""


class SignInEndedError(AccessDeniedError):
    """There was a sign-in, and it is over."""


class InvalidTokenError(AccessDeniedError):
    """A token that this product does not accept, whoever made it."""


class ExpiredTokenError(InvalidTokenError, ExpiredSignInError):
    """A token of the sign-in server's whose time is over."""


class SignInUnavailableError(TransientError):
    """The sign-in server did not answer as it should."""
