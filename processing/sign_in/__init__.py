"""Sign-in at a Supabase project: the only place that knows its client and reads tokens."""

from processing.sign_in.desk import Admission, SignInDesk
from processing.sign_in.errors import (
    InvalidTokenError,
    SignInEndedError,
    SignInRefusedError,
    SignInUnavailableError,
    TooManyAttemptsError,
)
from processing.sign_in.session import SignInSession

__all__ = [
    "Admission",
    "InvalidTokenError",
    "SignInDesk",
    "SignInEndedError",
    "SignInRefusedError",
    "SignInSession",
    "SignInUnavailableError",
    "TooManyAttemptsError",
]
