"""A stand-in for Supabase Auth over real HTTP: the endpoints that sign-in uses, with real ES256 tokens.

Shapes, status codes and error codes follow the sources of supabase/auth for API version 2024-01-01: a refresh token
can be used once, or again within ten seconds; using an old one later ends its session; a code by e-mail works once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    import pytest

ANON_KEY = "sb_publishable_of_the_double"
REUSE_S = 10.0


def totp(secret: bytes, at: float | None = None) -> str:
    """Return the code that an authenticator app shows (RFC 6238, 30 s, SHA-1, 6 digits)."""
    counter = struct.pack(">Q", int((time.time() if at is None else at) // 30))
    digest = hmac.digest(secret, counter, hashlib.sha1)
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


@dataclass
class AuthUser:
    """An account; ``totp_secret`` set means a confirmed authenticator app."""

    email: str
    password: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    totp_secret: bytes | None = None
    factor_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    banned: bool = False


@dataclass
class AuthServer:
    """The server's memory, and what a test may turn."""

    url: str = ""
    lifetime_s: int = 3600
    away: bool = False
    slow_down: bool = False
    email_pause_s: float = 0.0
    users: dict[str, AuthUser] = field(default_factory=dict)
    mailbox: list[tuple[str, str]] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    refresh_tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    challenges: dict[str, str] = field(default_factory=dict)
    keys: dict[str, ec.EllipticCurvePrivateKey] = field(default_factory=dict)
    key_id: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.rotate_key()

    @property
    def issuer(self) -> str:
        return f"{self.url}/auth/v1"

    def rotate_key(self) -> None:
        """Sign with a new key from now on; the old ones stay listed."""
        self.key_id = str(uuid.uuid4())
        self.keys[self.key_id] = ec.generate_private_key(ec.SECP256R1())

    def add_user(self, email: str, password: str = "correct horse", **values: Any) -> AuthUser:
        user = self.users[email] = AuthUser(email, password, **values)
        return user

    def mint(self, **changes: Any) -> str:
        """Return a signed access token; a claim that is changed to None is left out."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": str(uuid.uuid4()),
            "aud": "authenticated",
            "exp": now + self.lifetime_s,
            "iat": now,
            "email": "",
            "phone": "",
            "app_metadata": {"provider": "email", "providers": ["email"]},
            "user_metadata": {},
            "role": "authenticated",
            "aal": "aal1",
            "amr": [{"method": "password", "timestamp": now}],
            "session_id": str(uuid.uuid4()),
            "is_anonymous": False,
        }
        claims = {name: value for name, value in (claims | changes).items() if value is not None}
        return jwt.encode(claims, self.keys[self.key_id], "ES256", {"kid": self.key_id})

    def revoke_everything(self) -> None:
        """End every session, as an administrator does who bans somebody."""
        with self.lock:
            self.sessions.clear()
            self.refresh_tokens.clear()

    def jwks(self) -> dict[str, Any]:
        algorithm = jwt.algorithms.ECAlgorithm(jwt.algorithms.ECAlgorithm.SHA256)
        listed = []
        for key_id, key in self.keys.items():
            item = algorithm.to_jwk(key.public_key(), as_dict=True)
            listed.append({**item, "kid": key_id, "alg": "ES256", "use": "sig", "key_ops": ["verify"]})
        return {"keys": listed}

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/auth/v1/token", self._answer(self._token), methods=["POST"]),
                Route("/auth/v1/otp", self._answer(self._otp), methods=["POST"]),
                Route("/auth/v1/verify", self._answer(self._verify), methods=["POST"]),
                Route("/auth/v1/user", self._answer(self._user)),
                Route("/auth/v1/logout", self._answer(self._logout), methods=["POST"]),
                Route("/auth/v1/factors/{id}/challenge", self._answer(self._challenge), methods=["POST"]),
                Route("/auth/v1/factors/{id}/verify", self._answer(self._verify_factor), methods=["POST"]),
                Route("/auth/v1/.well-known/jwks.json", self._answer(self._jwks)),
            ]
        )

    def _answer(self, endpoint: Any) -> Any:
        async def answer(request: Request) -> Response:
            grant = request.query_params.get("grant_type")
            name = request.url.path.rsplit("/", 1)[-1] + (f":{grant}" if grant else "")
            body = await request.json() if request.method == "POST" and await request.body() else {}
            with self.lock:
                self.seen[name] += 1
                if self.away:
                    return Response("<html>502 Bad Gateway</html>", 502, media_type="text/html")
                if self.slow_down:
                    return _error(429, "over_request_rate_limit", "Request rate limit reached")
                if name != "jwks.json" and request.headers.get("apikey") != ANON_KEY:
                    return JSONResponse({"message": "No API key found in request"}, 401)
                return endpoint(request, body)

        return answer

    def _token(self, request: Request, body: dict[str, Any]) -> Response:
        if request.query_params.get("grant_type") == "refresh_token":
            return self._refresh(body["refresh_token"])
        user = self.users.get(body["email"])
        if user is None or not hmac.compare_digest(user.password.encode(), body["password"].encode()):
            return _error(400, "invalid_credentials", "Invalid login credentials")
        if user.banned:
            return _error(400, "user_banned", "User is banned")
        return self._new_session(user, "password")

    def _refresh(self, token: str) -> Response:
        known = self.refresh_tokens.get(token)
        if known is None or known["session_id"] not in self.sessions:
            return _error(400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found")
        session = self.sessions[known["session_id"]]
        if known["used_at"] is not None:
            if time.time() - known["used_at"] > REUSE_S:
                del self.sessions[known["session_id"]]
                return _error(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used")
            return self._tokens(session, session["newest"])
        known["used_at"] = time.time()
        return self._tokens(session)

    def _otp(self, _request: Request, body: dict[str, Any]) -> Response:
        if body["email"] not in self.users:
            assert body["create_user"] is False, "an unknown address must not become an account"
            return _error(422, "otp_disabled", "Signups not allowed for otp")
        if self.email_pause_s and any(email == body["email"] for email, _ in self.mailbox):
            return _error(429, "over_email_send_rate_limit", "For security purposes, please wait")
        self.mailbox.append((body["email"], f"{secrets.randbelow(1_000_000):06d}"))
        return JSONResponse({})

    def _verify(self, _request: Request, body: dict[str, Any]) -> Response:
        sent = (body["email"], body["token"])
        if body["type"] != "email" or sent not in self.mailbox:
            return _error(403, "otp_expired", "Token has expired or is invalid")
        self.mailbox.remove(sent)
        return self._new_session(self.users[body["email"]], "otp")

    def _challenge(self, request: Request, _body: dict[str, Any]) -> Response:
        user = self._bearer(request)
        if user is None or user.factor_id != request.path_params["id"]:
            return _error(404, "mfa_factor_not_found", "Factor not found")
        challenge = str(uuid.uuid4())
        self.challenges[challenge] = user.factor_id
        return JSONResponse({"id": challenge, "type": "totp", "expires_at": int(time.time()) + 300})

    def _verify_factor(self, request: Request, body: dict[str, Any]) -> Response:
        user = self._bearer(request)
        if user is None or user.totp_secret is None or self.challenges.get(body["challenge_id"]) is None:
            return _error(404, "mfa_factor_not_found", "Factor not found")
        if body["code"] not in {totp(user.totp_secret, time.time() + drift) for drift in (-30, 0, 30)}:
            return _error(422, "mfa_verification_failed", "Invalid TOTP code entered")
        del self.challenges[body["challenge_id"]]
        session = self.sessions[self._claims(request)["session_id"]]
        session["aal"] = "aal2"
        session["amr"].append({"method": "totp", "timestamp": int(time.time())})
        return self._tokens(session)

    def _user(self, request: Request, _body: dict[str, Any]) -> Response:
        user = self._bearer(request)
        if user is None:
            return _error(403, "session_not_found", "Session from session_id claim in JWT does not exist")
        return JSONResponse(_user_json(user))

    def _logout(self, request: Request, _body: dict[str, Any]) -> Response:
        if self._bearer(request) is None:
            return _error(403, "session_not_found", "Session from session_id claim in JWT does not exist")
        assert request.query_params["scope"] == "local"
        del self.sessions[self._claims(request)["session_id"]]
        return Response(status_code=204)

    def _jwks(self, _request: Request, _body: dict[str, Any]) -> Response:
        return JSONResponse(self.jwks(), headers={"Cache-Control": "public, max-age=600"})

    def _claims(self, request: Request) -> dict[str, Any]:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            key = self.keys[jwt.get_unverified_header(token)["kid"]]
            found: dict[str, Any] = jwt.decode(
                token, key.public_key(), ["ES256"], audience="authenticated", options={"verify_exp": True}
            )
        except (jwt.PyJWTError, KeyError):
            return {}
        return found

    def _bearer(self, request: Request) -> AuthUser | None:
        session = self.sessions.get(self._claims(request).get("session_id", ""))
        return None if session is None else session["user"]

    def _new_session(self, user: AuthUser, method: str) -> Response:
        session = {
            "id": str(uuid.uuid4()),
            "user": user,
            "aal": "aal1",
            "amr": [{"method": method, "timestamp": int(time.time())}],
        }
        self.sessions[session["id"]] = session
        return self._tokens(session)

    def _tokens(self, session: dict[str, Any], refresh_token: str | None = None) -> Response:
        user = session["user"]
        access_token = self.mint(
            sub=user.id, email=user.email, aal=session["aal"], amr=session["amr"], session_id=session["id"]
        )
        if refresh_token is None:
            refresh_token = session["newest"] = secrets.token_urlsafe(9)
            self.refresh_tokens[refresh_token] = {"session_id": session["id"], "used_at": None}
        return JSONResponse(
            {
                "access_token": access_token,
                "token_type": "bearer",
                "expires_in": self.lifetime_s,
                "expires_at": int(time.time()) + self.lifetime_s,
                "refresh_token": refresh_token,
                "user": _user_json(user),
            }
        )


def answer_with_factors(
    monkeypatch: pytest.MonkeyPatch, become: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
) -> None:
    """Let the answers about accounts name other second factors than those that are there."""
    plain = _user_json

    def changed(user: AuthUser) -> dict[str, Any]:
        found = plain(user)
        return found | {"factors": become(found["factors"])}

    monkeypatch.setattr(f"{__name__}._user_json", changed)


def _user_json(user: AuthUser) -> dict[str, Any]:
    made = "2026-01-05T08:00:00.000000Z"
    factor = {
        "id": user.factor_id,
        "friendly_name": "phone",
        "factor_type": "totp",
        "status": "verified",
        "created_at": made,
        "updated_at": made,
    }
    return {
        "id": user.id,
        "aud": "authenticated",
        "role": "authenticated",
        "email": user.email,
        "email_confirmed_at": made,
        "phone": "",
        "confirmed_at": made,
        "last_sign_in_at": made,
        "app_metadata": {"provider": "email", "providers": ["email"]},
        "user_metadata": {},
        "identities": [],
        "created_at": made,
        "updated_at": made,
        "is_anonymous": False,
        **({} if user.totp_secret is None else {"factors": [factor]}),
    }


def _error(status: int, code: str, message: str) -> Response:
    return JSONResponse(
        {"code": code, "message": message},
        status,
        headers={"x-supabase-api-version": "2024-01-01", "x-sb-error-code": code},
    )


@contextmanager
def auth_server() -> Iterator[AuthServer]:
    """Serve on a free port of this machine until the end."""
    state = AuthServer()
    server = uvicorn.Server(uvicorn.Config(state.app(), port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    state.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield state
    finally:
        server.should_exit = True
        thread.join(10)
