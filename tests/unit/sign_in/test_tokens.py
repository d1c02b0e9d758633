"""Which tokens are accepted: one by one what RELIABILITY asks to refuse, with real keys and signatures."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from processing.sign_in import InvalidTokenError, SignInUnavailableError
from processing.sign_in.keys import PublicKeys
from processing.sign_in.tokens import TokenVerifier

ISSUER = "https://clinic.supabase.co/auth/v1"
SECRET = "a-legacy-secret-that-is-long-enough-for-hs256"
EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65537, 2048)


def _claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "sub": str(uuid.uuid4()),
        "aud": "authenticated",
        "role": "authenticated",
        "iat": now,
        "exp": now + 600,
        "is_anonymous": False,
    }
    return {name: value for name, value in (claims | changes).items() if value is not None}


def _token(key: Any = EC_KEY, algorithm: str = "ES256", kid: str | None = "ec", **changes: Any) -> str:
    return jwt.encode(_claims(**changes), key, algorithm, {} if kid is None else {"kid": kid})


def _jwk(key: Any, algorithm: Any, **more: str) -> dict[str, Any]:
    return {**algorithm.to_jwk(key.public_key(), as_dict=True), "use": "sig", **more}


JWKS = {
    "keys": [
        _jwk(EC_KEY, jwt.algorithms.ECAlgorithm, kid="ec", alg="ES256"),
        _jwk(RSA_KEY, jwt.algorithms.RSAAlgorithm, kid="rsa", alg="RS256"),
        {"kty": "oct", "kid": "symmetric", "alg": "HS256", "k": "c2VjcmV0"},
    ]
}


class Asked:
    """A key set's server that counts how often it is asked, and may be away."""

    def __init__(self) -> None:
        self.times = 0
        self.away = False
        self.now = 0.0

    def __call__(self, _request: httpx.Request) -> httpx.Response:
        self.times += 1
        return httpx.Response(503) if self.away else httpx.Response(200, json=JWKS)

    def keys(self) -> PublicKeys:
        http = httpx.Client(transport=httpx.MockTransport(self))
        return PublicKeys(f"{ISSUER}/.well-known/jwks.json", http, clock=lambda: self.now)


@pytest.fixture
def asked() -> Asked:
    return Asked()


def _verifier(asked: Asked, secret: str | None = None) -> TokenVerifier:
    return TokenVerifier(ISSUER, asked.keys(), hs256_secret=secret)


def test_a_token_of_the_project_is_accepted(asked: Asked) -> None:
    sub = str(uuid.uuid4())
    assert _verifier(asked).verify(_token(sub=sub))["sub"] == sub


def test_rs256_is_accepted_too(asked: Asked) -> None:
    assert _verifier(asked).verify(_token(RSA_KEY, "RS256", "rsa"))["role"] == "authenticated"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"exp": int(time.time()) - 60}, "ExpiredSignatureError"),
        ({"exp": None}, "MissingRequiredClaimError"),
        ({"iss": "https://other.supabase.co/auth/v1"}, "InvalidIssuerError"),
        ({"iss": None}, "MissingRequiredClaimError"),
        ({"aud": "other"}, "InvalidAudienceError"),
        ({"aud": ["authenticated", "other"]}, "InvalidAudienceError"),
        ({"aud": None}, "MissingRequiredClaimError"),
        ({"role": "service_role"}, "not that of a signed-in person"),
        ({"role": "anon"}, "not that of a signed-in person"),
        ({"role": None}, "MissingRequiredClaimError"),
        ({"sub": None}, "MissingRequiredClaimError"),
        ({"sub": "ann"}, "by a UUID"),
        ({"sub": "{12345678-1234-5678-1234-567812345678}"}, "by a UUID"),
        ({"is_anonymous": True}, "anonymous visitor"),
        ({"nbf": int(time.time()) + 600}, "clock"),
        ({"iat": int(time.time()) + 600}, "clock"),
    ],
)
def test_claims_that_are_not_a_signed_in_persons_are_refused(
    asked: Asked, changes: dict[str, Any], why: str
) -> None:
    with pytest.raises(InvalidTokenError, match=why):
        _verifier(asked).verify(_token(**changes))


def test_ten_seconds_of_clock_difference_are_forgiven(asked: Asked) -> None:
    now = int(time.time())
    assert _verifier(asked).verify(_token(exp=now - 5, iat=now + 5))


def test_a_key_that_only_has_the_right_name_is_refused(asked: Asked) -> None:
    with pytest.raises(InvalidTokenError, match="InvalidSignatureError"):
        _verifier(asked).verify(_token(ec.generate_private_key(ec.SECP256R1())))


def test_a_token_changed_by_one_letter_is_refused(asked: Asked) -> None:
    head, payload, signature = _token().split(".")
    changed = payload[:10] + ("A" if payload[10] != "A" else "B") + payload[11:]
    with pytest.raises(InvalidTokenError):
        _verifier(asked).verify(".".join((head, changed, signature)))


def test_a_token_without_signature_is_refused(asked: Asked) -> None:
    with pytest.raises(InvalidTokenError, match="not one of ES256 and RS256"):
        _verifier(asked, SECRET).verify(_token(None, "none"))


def test_a_token_signed_with_the_text_of_the_public_key_is_refused(asked: Asked) -> None:
    public = EC_KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    token = _signed_by_hand({"alg": "HS256", "typ": "JWT", "kid": "ec"}, public)
    with pytest.raises(InvalidTokenError, match="not one of ES256 and RS256"):
        _verifier(asked).verify(token)
    with pytest.raises(InvalidTokenError, match="InvalidSignatureError"):
        _verifier(asked, SECRET).verify(token)


def test_the_shared_secret_counts_only_where_it_is_configured(asked: Asked) -> None:
    token = _token(SECRET, "HS256", None)
    assert _verifier(asked, SECRET).verify(token)
    with pytest.raises(InvalidTokenError, match="not one of ES256 and RS256"):
        _verifier(asked).verify(token)


def test_a_symmetric_key_in_the_public_set_verifies_nothing(asked: Asked) -> None:
    token = _signed_by_hand({"alg": "HS256", "kid": "symmetric"}, b"secret")
    with pytest.raises(InvalidTokenError):
        _verifier(asked).verify(token)


def test_a_key_verifies_no_other_algorithm_than_its_own(asked: Asked) -> None:
    with pytest.raises(InvalidTokenError, match="a key that the sign-in server does not have"):
        _verifier(asked).verify(_token(RSA_KEY, "RS256", "ec"))


@pytest.mark.parametrize("kid", ["unknown", None])
def test_a_key_id_that_nobody_knows_is_refused(asked: Asked, kid: str | None) -> None:
    with pytest.raises(InvalidTokenError, match="does not have"):
        _verifier(asked).verify(_token(kid=kid))


@pytest.mark.parametrize("rubbish", ["", "a.b.c", "ey", "." * 5000, "x" * 20_000, "é.é.é", _token()[:-20]])
def test_rubbish_is_refused_and_not_repeated(asked: Asked, rubbish: str) -> None:
    with pytest.raises(InvalidTokenError) as refused:
        _verifier(asked).verify(rubbish)
    assert len(rubbish) < 3 or rubbish not in str(refused.value)


def test_invented_key_ids_fetch_the_keys_once_a_minute(asked: Asked) -> None:
    verifier = _verifier(asked)
    for number in range(50):
        with pytest.raises(InvalidTokenError):
            verifier.verify(_token(kid=f"invented-{number}"))
    assert asked.times == 1
    asked.now = 61.0
    for number in range(50):
        with pytest.raises(InvalidTokenError):
            verifier.verify(_token(kid=f"invented-{number}"))
    assert asked.times == 2


def test_known_keys_are_fetched_anew_after_ten_minutes(asked: Asked) -> None:
    verifier = _verifier(asked)
    verifier.verify(_token())
    asked.now = 599.0
    verifier.verify(_token())
    assert asked.times == 1
    asked.now = 601.0
    verifier.verify(_token())
    assert asked.times == 2


def test_known_keys_go_on_while_their_server_is_away(asked: Asked) -> None:
    verifier = _verifier(asked)
    verifier.verify(_token())
    asked.away, asked.now = True, 700.0
    assert verifier.verify(_token())


def test_without_any_key_the_server_counts_as_away_and_is_not_flooded(asked: Asked) -> None:
    asked.away = True
    verifier = _verifier(asked)
    for _ in range(10):
        with pytest.raises(SignInUnavailableError, match="cannot be fetched"):
            verifier.verify(_token())
    assert asked.times == 1


def _signed_by_hand(header: dict[str, str], key: bytes) -> str:
    signed = ".".join(_base64(json.dumps(part).encode()) for part in (header, _claims()))
    return f"{signed}.{_base64(hmac.digest(key, signed.encode(), hashlib.sha256))}"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
