"""Who asks: a person's access token, a program's key, or the one local clinician of this computer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request

from processing.errors import AccessDeniedError
from processing.services import Identity
from processing.settings import is_loopback
from processing.use_cases.api_keys import ALL_SCOPES, PREFIX, ApiScope, FoundKey, KeyText, parse_key
from rest_api.problems import ProblemError

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="ghostly-emg"'}
_INVALID = {"WWW-Authenticate": 'Bearer realm="ghostly-emg", error="invalid_token"'}
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who asks and how much this way of asking allows; what they may see, row-level security decides.

    ``name`` is what requests are counted under; ``key_id`` is None for people.
    """

    identity: Identity
    scopes: frozenset[ApiScope]
    name: str
    key_id: str | None = None


class AccessControl:
    """Finds out who asks.

    Parameters
    ----------
    read_token : callable, optional
        Gives the person of a verified access token, or raises AccessDeniedError. Without it nobody has tokens.
    find_key : callable
        Gives a key that is valid now, or None.
    local : Identity, optional
        Who a request without credentials is. Only where there is no sign-in and nobody else reaches the address.
    origins : frozenset of str
        Other origins whose pages may ask, also as the local clinician.
    """

    def __init__(
        self,
        *,
        read_token: Callable[[str], Identity] | None,
        find_key: Callable[[KeyText], FoundKey | None],
        local: Identity | None = None,
        origins: frozenset[str] = frozenset(),
    ) -> None:
        self._read_token = read_token
        self._find_key = find_key
        self._local = local
        self._origins = origins

    def admit(self, request: Request) -> Admitted:
        """Return who asks; synchronous, and may ask the database.

        Raises
        ------
        ProblemError
            401 without valid credentials, the same whatever is wrong with them; 403 for a request that another web
            site may have made.
        """
        given = request.headers.getlist("authorization")
        if not given:
            return self._without_credentials(request)
        scheme, _, credentials = given[0].partition(" ")
        if len(given) > 1 or scheme.lower() != "bearer":
            raise _refused()
        credentials = credentials.strip()
        if credentials.startswith(f"{PREFIX}_"):
            return self._with_key(credentials)
        return self._with_token(credentials)

    def _with_key(self, text: str) -> Admitted:
        key = parse_key(text)
        found = None if key is None else self._find_key(key)
        if found is None:
            raise _refused()
        # A program has no second factor, so where the account's owner needs one the key opens nothing.
        identity = Identity(found.owner, found.expires_at)
        return Admitted(identity, found.scopes, f"key {found.key_id}", found.key_id)

    def _with_token(self, token: str) -> Admitted:
        if self._read_token is None:
            raise _refused()
        try:
            identity = self._read_token(token)
        except AccessDeniedError:
            raise _refused() from None
        return Admitted(identity, ALL_SCOPES, f"person {identity.user_id}")

    def _without_credentials(self, request: Request) -> Admitted:
        if self._local is None:
            raise ProblemError(
                401,
                "not-signed-in",
                "Not signed in",
                "Send 'Authorization: Bearer' with an access token or an API key.",
                _CHALLENGE,
            )
        self._check_local(request)
        return Admitted(self._local, ALL_SCOPES, "local")

    def _check_local(self, request: Request) -> None:
        """Refuse what a web page of elsewhere, or a proxy, may have sent to this computer."""
        headers = request.headers
        host = _host_name(headers.get("host", ""))
        if not is_loopback(host):
            # A name that was made to point here (DNS rebinding) arrives with its own name.
            raise _foreign(
                f"The request was made to '{host[:100]}'; without credentials only to this computer's."
            )
        client = request.client.host if request.client else ""
        if not is_loopback(client) or any(name in headers for name in _FORWARDED):
            raise _foreign("The request was passed on by a proxy; without credentials it must come directly.")
        origin = headers.get("origin")
        if origin is not None and origin in self._origins:
            return
        own = f"{request.scope['scheme']}://{headers.get('host', '')}"
        site = headers.get("sec-fetch-site", "none")
        if (origin is not None and origin != own) or site not in ("none", "same-origin"):
            raise _foreign("The request was made by a page of another web site.")


def _host_name(host: str) -> str:
    """Return the name in a Host header, which anybody can write anything into; empty if there is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _refused() -> ProblemError:
    return ProblemError(
        401,
        "not-signed-in",
        "Not signed in",
        "The access token or API key is not valid, or not any more.",
        _INVALID,
    )


def _foreign(detail: str) -> ProblemError:
    return ProblemError(403, "foreign-request", "Not from here", detail)
