"""Access tokens, verified on this machine: signature, issuer, audience, time, and that they are a person's."""

from __future__ import annotations

from typing import Any, TypeAlias
from uuid import UUID

import jwt

from processing.sign_in.errors import ExpiredTokenError, InvalidTokenError
from processing.sign_in.keys import PublicKeys

Claims: TypeAlias = dict[str, Any]

AUDIENCE = "authenticated"
ROLE = "authenticated"
LEEWAY_S = 10
_ASYMMETRIC = ("ES256", "RS256")
_REQUIRED = ["exp", "sub", "role", "aud", "iss"]
_MAX_TOKEN_CHARACTERS = 16 * 1024


class TokenVerifier:
    """Verifies the access tokens of one Supabase project.

    Parameters
    ----------
    issuer : str
        ``<SUPABASE_URL>/auth/v1``.
    keys : PublicKeys
        Where ES256 and RS256 tokens' keys are looked up.
    hs256_secret : str, optional
        The older projects' shared secret. Without it an HS256 token is refused, also one that was signed with the
        text of a public key.
    """

    def __init__(self, issuer: str, keys: PublicKeys, *, hs256_secret: str | None = None) -> None:
        self._issuer = issuer
        self._keys = keys
        self._hs256_secret = hs256_secret

    def verify(self, token: str) -> Claims:
        """Return the claims of a token that is accepted.

        Raises
        ------
        InvalidTokenError
            If it is not; the message names the reason and never the token.
        SignInUnavailableError
            If the keys were never fetched and cannot be fetched now.
        """
        if not isinstance(token, str) or len(token) > _MAX_TOKEN_CHARACTERS:
            raise InvalidTokenError("The token is not a text of a plausible length.")
        try:
            key, algorithm = self._key_of(jwt.get_unverified_header(token))
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=AUDIENCE,
                issuer=self._issuer,
                leeway=LEEWAY_S,
                options={"require": _REQUIRED, "strict_aud": True},
            )
        except jwt.ImmatureSignatureError:
            raise InvalidTokenError(
                "The token was issued in the future: the clock of this server or of the sign-in server is wrong."
            ) from None
        except jwt.ExpiredSignatureError:  # the signature was good
            raise ExpiredTokenError("The token is not accepted: ExpiredSignatureError.") from None
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as exc:
            raise InvalidTokenError(f"The token is not accepted: {type(exc).__name__}.") from None
        return _of_a_person(claims)

    def _key_of(self, header: dict[str, Any]) -> tuple[jwt.PyJWK | str, str]:
        """Return the one key that may verify this token, and the one algorithm that goes with it."""
        algorithm, key_id = header.get("alg"), header.get("kid")
        if algorithm == "HS256" and self._hs256_secret is not None:
            return self._hs256_secret, "HS256"
        if algorithm not in _ASYMMETRIC:
            raise InvalidTokenError("The token's algorithm is not one of ES256 and RS256.")
        found = self._keys.find(key_id, algorithm) if isinstance(key_id, str) else None
        if found is None:
            raise InvalidTokenError("The token names a key that the sign-in server does not have.")
        return found, algorithm


def _of_a_person(claims: Claims) -> Claims:
    if claims["role"] != ROLE:
        raise InvalidTokenError("The token is not that of a signed-in person.")
    if claims.get("is_anonymous") is True:
        raise InvalidTokenError("The token is that of an anonymous visitor.")
    try:
        well_formed = str(UUID(claims["sub"])) == claims["sub"]
    except (ValueError, AttributeError, TypeError):
        well_formed = False
    if not well_formed:
        raise InvalidTokenError("The token does not name its person by a UUID.")
    return claims
