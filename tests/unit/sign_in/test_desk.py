"""Ways in and out, against the sign-in server's double over real HTTP."""

from __future__ import annotations

import time
import uuid
from contextlib import closing

import pytest
import structlog
from starlette.responses import Response

from processing.sign_in import (
    SignInDesk,
    SignInEndedError,
    SignInRefusedError,
    SignInUnavailableError,
    TooManyAttemptsError,
)
from tests.auth_server import ANON_KEY, AuthServer, answer_with_factors, totp
from tests.unit.sign_in.conftest import Clock

PASSWORD = "correct horse"
SECRET = b"12345678901234567890"


def _enter(desk: SignInDesk, email: str = "ann@clinic.test", password: str = PASSWORD) -> str:
    return desk.enter_with_password(email, password, address="127.0.0.1").key


def test_a_right_password_leads_to_verified_claims(desk: SignInDesk, server: AuthServer) -> None:
    claims = desk.session(_enter(desk)).claims()
    assert claims["sub"] == server.users["ann@clinic.test"].id
    assert claims["aal"] == "aal1"


def test_nothing_tells_a_wrong_password_from_an_unknown_or_banned_account(
    desk: SignInDesk, server: AuthServer
) -> None:
    server.add_user("banned@clinic.test", banned=True)
    said = set()
    for email, password in (
        ("ann@clinic.test", "wrong"),
        ("nobody@clinic.test", "wrong"),
        ("banned@clinic.test", PASSWORD),
        ("no address", "x"),
    ):
        with pytest.raises(SignInRefusedError) as refused:
            _enter(desk, email, password)
        said.add(str(refused.value))
    assert len(said) == 1


def test_the_sixth_wrong_password_has_to_wait_and_does_not_reach_the_server(
    desk: SignInDesk, server: AuthServer
) -> None:
    for _ in range(5):
        with pytest.raises(SignInRefusedError, match="do not belong together"):
            _enter(desk, password="wrong")
    with pytest.raises(TooManyAttemptsError, match=r"try again in 2 s"):
        _enter(desk)
    assert server.seen["token:password"] == 5


def test_a_server_that_does_not_answer_is_no_failed_attempt(desk: SignInDesk, server: AuthServer) -> None:
    server.away = True
    for _ in range(7):
        with pytest.raises(SignInUnavailableError, match="does not answer"):
            _enter(desk)
    server.away = False
    assert _enter(desk)


def test_an_address_where_nobody_listens_is_told_calmly() -> None:
    with closing(SignInDesk("http://127.0.0.1:9", ANON_KEY)) as desk, pytest.raises(SignInUnavailableError):
        _enter(desk)


def test_a_server_that_asks_to_slow_down_is_obeyed(desk: SignInDesk, server: AuthServer) -> None:
    server.slow_down = True
    with pytest.raises(TooManyAttemptsError, match="asks to wait"):
        _enter(desk)


def test_a_code_by_email_leads_in_once(desk: SignInDesk, server: AuthServer) -> None:
    desk.send_code("ann@clinic.test", address=None)
    ((_, code),) = server.mailbox
    admission = desk.enter_with_code("ann@clinic.test", f"{code[:3]} {code[3:]}", address=None)
    assert desk.session(admission.key).claims()["amr"][0]["method"] == "otp"
    with pytest.raises(SignInRefusedError, match="no longer valid"):
        desk.enter_with_code("ann@clinic.test", code, address=None)


def test_an_unknown_address_gets_no_code_and_nobody_is_told(desk: SignInDesk, server: AuthServer) -> None:
    desk.send_code("nobody@clinic.test", address=None)
    assert server.mailbox == []
    assert server.seen["otp"] == 1


def test_asking_for_a_second_code_does_not_tell_who_has_an_account(
    desk: SignInDesk, server: AuthServer
) -> None:
    server.email_pause_s = 60.0
    for email in ("ann@clinic.test", "nobody@clinic.test"):
        desk.send_code(email, address=None)
        desk.send_code(email, address=None)
    assert [email for email, _ in server.mailbox] == ["ann@clinic.test"]


def test_a_shift_that_signs_in_by_code_behind_one_address_is_not_slowed_down(
    desk: SignInDesk, server: AuthServer
) -> None:
    for number in range(25):
        email = f"nurse{number}@clinic.test"
        server.add_user(email)
        desk.send_code(email, address="10.0.0.1")
        desk.enter_with_code(email, server.mailbox[-1][1], address="10.0.0.1")
    assert len(server.mailbox) == 0


def test_codes_cannot_be_sent_without_end(desk: SignInDesk, server: AuthServer) -> None:
    for _ in range(5):
        desk.send_code("ann@clinic.test", address=None)
    with pytest.raises(TooManyAttemptsError):
        desk.send_code("ann@clinic.test", address=None)
    assert len(server.mailbox) == 5


def test_an_account_with_an_authenticator_app_is_not_in_before_its_code(
    desk: SignInDesk, server: AuthServer
) -> None:
    server.add_user("mia@clinic.test", totp_secret=SECRET)
    admission = desk.enter_with_password("mia@clinic.test", PASSWORD, address=None)
    assert admission.needs_second_factor
    with pytest.raises(SignInEndedError):
        desk.session(admission.key)
    assert desk.sessions.redeem_ticket(desk.sessions.issue_ticket(admission.key)) is None
    with pytest.raises(SignInRefusedError, match="not right"):
        desk.confirm_second_factor(admission.key, "000000", address=None)
    key = desk.confirm_second_factor(admission.key, totp(SECRET), address=None)
    assert key != admission.key
    assert desk.session(key).claims()["aal"] == "aal2"


def test_the_password_alone_is_forgotten_after_five_minutes(server: AuthServer) -> None:
    server.add_user("mia@clinic.test", totp_secret=SECRET)
    clock = Clock(time.time())
    with closing(SignInDesk(server.url, ANON_KEY, clock=clock)) as desk:
        admission = desk.enter_with_password("mia@clinic.test", PASSWORD, address=None)
        clock.now += 301
        with pytest.raises(SignInEndedError):
            desk.confirm_second_factor(admission.key, totp(SECRET), address=None)


def test_what_cannot_be_a_code_or_an_address_is_refused_without_asking_the_server(
    desk: SignInDesk, server: AuthServer
) -> None:
    server.add_user("mia@clinic.test", totp_secret=SECRET)
    admission = desk.enter_with_password("mia@clinic.test", PASSWORD, address=None)
    server.seen.clear()
    with pytest.raises(SignInRefusedError, match="not an e-mail address"):
        desk.send_code("no address", address=None)
    for email, code in (
        ("no address", "123456"),
        ("ann@clinic.test", "12345"),
        ("ann@clinic.test", "12a456"),
    ):
        with pytest.raises(SignInRefusedError, match="code is not right"):
            desk.enter_with_code(email, code, address=None)
    for _ in range(7):  # nor is it an attempt that makes the next one wait
        with pytest.raises(SignInRefusedError, match="code is not right"):
            desk.confirm_second_factor(admission.key, "12345", address=None)
    assert not server.seen
    code = totp(SECRET)
    assert desk.confirm_second_factor(admission.key, f"{code[:3]} {code[3:]}", address=None)


def test_the_code_of_any_of_an_accounts_authenticator_apps_leads_in(
    desk: SignInDesk, server: AuthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A telephone that was lost comes first.
    answer_with_factors(
        monkeypatch, lambda there: [*(factor | {"id": str(uuid.uuid4())} for factor in there), *there]
    )
    server.add_user("mia@clinic.test", totp_secret=SECRET)
    admission = desk.enter_with_password("mia@clinic.test", PASSWORD, address=None)
    key = desk.confirm_second_factor(admission.key, totp(SECRET), address=None)
    assert desk.session(key).claims()["aal"] == "aal2"
    assert server.seen["challenge"] == 2


def test_a_second_factor_that_was_removed_meanwhile_asks_to_sign_in_again(
    server: AuthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = server.add_user("mia@clinic.test", totp_secret=SECRET)
    plain = server._refresh

    def after_its_removal(token: str) -> Response:
        user.totp_secret = None
        return plain(token)

    monkeypatch.setattr(server, "_refresh", after_its_removal)
    # By this clock the token ends at once, so it is refreshed while the second factor is still asked for.
    with closing(SignInDesk(server.url, ANON_KEY, clock=lambda: time.time() + 3590)) as desk:
        admission = desk.enter_with_password("mia@clinic.test", PASSWORD, address=None)
        assert admission.needs_second_factor
        with pytest.raises(SignInEndedError, match="removed meanwhile: please sign in again"):
            desk.confirm_second_factor(admission.key, totp(SECRET), address=None)
    assert server.seen["challenge"] == 0


def test_codes_of_the_second_factor_cannot_be_guessed_quickly(desk: SignInDesk, server: AuthServer) -> None:
    server.add_user("mia@clinic.test", totp_secret=SECRET)
    admission = desk.enter_with_password("mia@clinic.test", PASSWORD, address=None)
    for _ in range(5):
        with pytest.raises(SignInRefusedError, match="not right"):
            desk.confirm_second_factor(admission.key, "000000", address=None)
    again = desk.enter_with_password("mia@clinic.test", PASSWORD, address=None)
    with pytest.raises(TooManyAttemptsError):
        desk.confirm_second_factor(again.key, totp(SECRET), address=None)


def test_signing_out_ends_the_sign_in_here_and_at_the_server(desk: SignInDesk, server: AuthServer) -> None:
    key, other = _enter(desk), _enter(desk)
    assert desk.leave(key)
    with pytest.raises(SignInEndedError, match="You are signed out"):
        desk.session(key)
    assert len(server.sessions) == 1
    assert desk.session(other).claims()


def test_signing_out_works_here_when_the_server_does_not_answer(desk: SignInDesk, server: AuthServer) -> None:
    key = _enter(desk)
    server.away = True
    assert not desk.leave(key)
    with pytest.raises(SignInEndedError):
        desk.session(key)


def test_signing_out_twice_is_no_error_and_is_told_once(desk: SignInDesk, server: AuthServer) -> None:
    key = _enter(desk)
    with structlog.testing.capture_logs() as lines:
        assert [desk.leave(key), desk.leave(key), desk.leave("made up")] == [True] * 3
    assert [line["event"] for line in lines] == ["signed_out"]
    assert server.seen["logout"] == 1


def test_two_people_never_share_a_client(desk: SignInDesk, server: AuthServer) -> None:
    server.add_user("bob@clinic.test")
    ann, bob = _enter(desk), _enter(desk, "bob@clinic.test")
    assert desk.session(ann).user_id == server.users["ann@clinic.test"].id
    assert desk.session(bob).user_id == server.users["bob@clinic.test"].id
    desk.leave(ann)
    assert desk.session(bob).claims()["sub"] == server.users["bob@clinic.test"].id


def test_a_server_whose_tokens_are_another_projects_lets_nobody_in(server: AuthServer) -> None:
    other_name = server.url.replace("127.0.0.1", "localhost")
    with (
        closing(SignInDesk(other_name, ANON_KEY)) as desk,
        pytest.raises(SignInRefusedError, match="InvalidIssuerError"),
    ):
        _enter(desk)


def test_logs_hold_neither_addresses_nor_tokens_nor_passwords(desk: SignInDesk, server: AuthServer) -> None:
    with structlog.testing.capture_logs() as lines:
        key = _enter(desk)
        with pytest.raises(SignInRefusedError):
            _enter(desk, password="s3cret-typed")
        server.away = True
        with pytest.raises(SignInUnavailableError):
            _enter(desk)
        desk.leave(key)
    assert {line["event"] for line in lines} >= {"signed_in", "sign_in_refused", "signed_out"}
    text = repr(lines)
    for secret in ("ann@", "s3cret", PASSWORD, key, "eyJ", *server.refresh_tokens):
        assert secret not in text
