"""Access tokens that come with each request: verified, never kept, never renewed."""

from __future__ import annotations

import httpx

from processing.sign_in.keys import PublicKeys
from processing.sign_in.tokens import Claims, TokenVerifier

_TIMEOUT = httpx.Timeout(5.0, connect=3.0)


class BearerTokens:
    """Verifies the tokens of one Supabase project for programs that hold no sign-in of their own. Thread-safe."""

    def __init__(self, url: str, *, hs256_secret: str | None = None) -> None:
        issuer = f"{url.rstrip('/')}/auth/v1"
        self._http = httpx.Client(timeout=_TIMEOUT, follow_redirects=False)
        keys = PublicKeys(f"{issuer}/.well-known/jwks.json", self._http)
        self._verifier = TokenVerifier(issuer, keys, hs256_secret=hs256_secret)

    def claims(self, token: str) -> Claims:
        """Return the claims of a token that is accepted; errors as :meth:`TokenVerifier.verify`."""
        return self._verifier.verify(token)

    def close(self) -> None:
        """Close the connections to the sign-in server."""
        self._http.close()
