"""One person's tokens: what the server's odder answers lead to, and what is left of them after signing out."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from starlette.responses import JSONResponse, Response

import tests.auth_server as double
from processing.sign_in import SignInDesk, SignInEndedError, SignInRefusedError, SignInUnavailableError
from processing.sign_in.account import Account
from tests.auth_server import ANON_KEY, AuthServer, AuthUser, answer_with_factors

EMAIL, PASSWORD = "ann@clinic.test", "correct horse"


@pytest.fixture
def account(server: AuthServer) -> Iterator[Account]:
    """A conversation in which nothing was said yet."""
    with httpx.Client() as http:
        yield Account(server.issuer, ANON_KEY, http)


def test_an_account_that_nobody_signed_in_to_has_no_token(account: Account) -> None:
    with pytest.raises(SignInEndedError, match="Nobody is signed in"):
        _ = account.access_token


def test_signing_out_forgets_the_token_and_a_second_time_asks_nobody(
    account: Account, server: AuthServer
) -> None:
    account.sign_in_with_password(EMAIL, PASSWORD)
    assert account.access_token
    assert [account.revoke(), account.revoke()] == [True, True]
    assert server.seen["logout"] == 1
    with pytest.raises(SignInEndedError, match="Nobody is signed in"):
        _ = account.access_token


def test_a_right_password_that_opens_no_session_lets_nobody_in(
    desk: SignInDesk, server: AuthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the server answers for an account that has yet to be confirmed: with the user alone."""

    def answer(user: AuthUser, _method: str) -> Response:
        return JSONResponse(double._user_json(user))

    monkeypatch.setattr(server, "_new_session", answer)
    with pytest.raises(SignInRefusedError, match="or the account may not sign in"):
        desk.enter_with_password(EMAIL, PASSWORD, address=None)


def test_an_internal_error_of_the_server_is_no_wrong_password(
    desk: SignInDesk, server: AuthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_user: AuthUser, _method: str) -> Response:
        return double._error(500, "unexpected_failure", "Database error querying schema")

    with monkeypatch.context() as patch:
        patch.setattr(server, "_new_session", fail)
        for _ in range(7):  # more than wrong passwords would be free
            with pytest.raises(SignInUnavailableError, match="does not answer as it should"):
                desk.enter_with_password(EMAIL, PASSWORD, address=None)
    assert desk.enter_with_password(EMAIL, PASSWORD, address=None).key


def test_a_second_factor_that_no_page_can_ask_for_keeps_its_account_out(
    desk: SignInDesk, server: AuthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with_factors(monkeypatch, lambda there: [factor | {"factor_type": "phone"} for factor in there])
    server.add_user("mia@clinic.test", totp_secret=b"secret")
    with pytest.raises(SignInRefusedError, match="no authenticator app: ask an administrator"):
        desk.enter_with_password("mia@clinic.test", PASSWORD, address=None)
