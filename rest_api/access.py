"""Who asks: a person's access token, a program's key, or the one local clinician of this computer."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass

from cachetools import TTLCache
from starlette.requests import Request

from processing.errors import AccessDeniedError, ExpiredSignInError
from processing.services import Identity
from processing.settings import is_loopback
from processing.use_cases.api_keys import ALL_SCOPES, PREFIX, ApiScope, FoundKey, KeyText, parse_key
from rest_api.problems import ProblemError

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="ghostly-emg"'}
_INVALID = {"WWW-Authenticate": 'Bearer realm="ghostly-emg", error="invalid_token"'}
# What proxies, tunnels and balancers add; whatever begins with x-forwarded- counts too.
_FORWARDED = frozenset(
    {
        *("forwarded", "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "x-original-forwarded-for"),
        *("x-original-host", "true-client-ip", "cf-connecting-ip", "cf-ray", "cdn-loop", "fly-client-ip"),
        *("fastly-client-ip", "x-envoy-external-address", "x-appengine-user-ip", "x-arr-log-id"),
        *("x-amzn-trace-id", "tailscale-user-login"),
    }
)
_OWN_HOST = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?", re.ASCII | re.IGNORECASE)
_NOT_SIGNED_IN = (
    "not-signed-in",
    "Not signed in",
    "The access token or API key is not valid, or not any more.",
)
# Keys that were valid a while ago, by hash: each is looked up again every time all the same.
_KNOWN_S, _MOST_KNOWN = 3600, 10_000


class RefusedError(ProblemError):
    """Credentials that may be somebody's guess; counted by address."""


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
        self._lock = threading.Lock()
        self._known: TTLCache[str, None] = TTLCache(_MOST_KNOWN, _KNOWN_S)

    def admit(self, request: Request, *, before_look_up: Callable[[], None] | None = None) -> Admitted:
        """Return who asks; synchronous, and may ask the database.

        ``before_look_up`` is called before the database is asked about a key that was not valid a while ago; it may
        raise.

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
            return self._with_key(credentials, before_look_up)
        return self._with_token(credentials)

    def _with_key(self, text: str, before_look_up: Callable[[], None] | None) -> Admitted:
        key = parse_key(text)
        if key is None:
            raise _refused()
        with self._lock:
            known = key.sha256 in self._known
        # Else whoever guesses keys behind the same address would lock out who has one.
        if before_look_up is not None and not known:
            before_look_up()
        found = self._find_key(key)
        with self._lock:
            self._known.pop(key.sha256, None)
            if found is not None:
                self._known[key.sha256] = None
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
        except ExpiredSignInError:  # nobody's guess
            raise ProblemError(401, *_NOT_SIGNED_IN, _INVALID) from None
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
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        host = ", ".join(hosts)
        if not _OWN_HOST.fullmatch(host):
            # A name that was made to point here (DNS rebinding) arrives with its own name.
            raise _foreign(
                f"The request was made to '{host[:100]}'; without credentials only to this computer's."
            )
        client = request.client.host if request.client else ""
        # Of proxies that add nothing, most still ask in HTTP/1.0, which neither browsers nor today's clients do.
        if not is_loopback(client) or request.scope["http_version"] == "1.0" or _was_forwarded(request):
            raise _foreign("The request was passed on by a proxy; without credentials it must come directly.")
        if len(origins) == 1 and origins[0] in self._origins:
            return
        own = f"{request.scope['scheme']}://{host}"
        site = ", ".join(headers.getlist("sec-fetch-site")) or "none"
        if origins not in ([], [own]) or site not in ("none", "same-origin"):
            raise _foreign("The request was made by a page of another web site.")


def _was_forwarded(request: Request) -> bool:
    return any(name in _FORWARDED or name.startswith("x-forwarded-") for name in request.headers)


def _refused() -> RefusedError:
    return RefusedError(401, *_NOT_SIGNED_IN, _INVALID)


def _foreign(detail: str) -> ProblemError:
    return ProblemError(403, "foreign-request", "Not from here", detail)
