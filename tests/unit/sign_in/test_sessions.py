"""A sign-in's life: refreshed once, ended by time, and found only by its key."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import jwt
import pytest
from starlette.requests import Request
from starlette.responses import Response

from processing.sign_in import SignInDesk, SignInEndedError, SignInUnavailableError
from processing.sign_in.session import SignInSession
from tests.auth_server import ANON_KEY, AuthServer, AuthUser
from tests.unit.sign_in.conftest import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock(time.time())


@pytest.fixture
def timed(server: AuthServer, clock: Clock) -> Iterator[SignInDesk]:
    """A desk on a clock that the test turns; the tokens' signatures are still checked by the real time."""
    with closing(SignInDesk(server.url, ANON_KEY, clock=clock)) as desk:
        yield desk


@pytest.fixture
def slow_refresh(
    server: AuthServer, monkeypatch: pytest.MonkeyPatch
) -> tuple[threading.Event, threading.Event]:
    """The server answers a refresh when it is told to: set once it is asked, and to be set for it to go on."""
    plain, asked, go_on = server._refresh, threading.Event(), threading.Event()

    def slow(token: str) -> Response:
        asked.set()
        assert go_on.wait(5)
        return plain(token)

    monkeypatch.setattr(server, "_refresh", slow)
    return asked, go_on


def _enter(desk: SignInDesk) -> tuple[str, SignInSession]:
    key = desk.enter_with_password("ann@clinic.test", "correct horse", address=None).key
    return key, desk.session(key)


def test_a_token_is_left_alone_until_shortly_before_its_end(
    timed: SignInDesk, server: AuthServer, clock: Clock
) -> None:
    _, session = _enter(timed)
    clock.now += 3500
    session.claims()
    assert server.seen["token:refresh_token"] == 0
    clock.now += 50
    session.claims()
    assert server.seen["token:refresh_token"] == 1


def test_many_tabs_share_one_refresh_of_a_short_token(server: AuthServer) -> None:
    server.lifetime_s = 2
    with closing(SignInDesk(server.url, ANON_KEY)) as desk:
        _, session = _enter(desk)
        first = session.claims()["exp"]
        while time.time() < first:
            time.sleep(0.05)
        server.lifetime_s = 3600
        gate = threading.Barrier(12)

        def ask(_: int) -> float:
            gate.wait()
            return float(session.claims()["exp"])

        with ThreadPoolExecutor(12) as pool:
            ends = set(pool.map(ask, range(12)))
    assert len(ends) == 1
    assert ends.pop() > time.time() + 3000
    assert server.seen["token:refresh_token"] == 1


def test_while_one_tab_refreshes_a_token_that_holds_no_other_waits(
    timed: SignInDesk,
    server: AuthServer,
    clock: Clock,
    slow_refresh: tuple[threading.Event, threading.Event],
) -> None:
    _, session = _enter(timed)
    first = session.claims()
    asked, go_on = slow_refresh
    server.lifetime_s = 7200
    clock.now += 3560
    with ThreadPoolExecutor(1) as pool:
        refreshing = pool.submit(session.claims)
        try:
            assert asked.wait(5)
            assert session.claims() == first
        finally:
            go_on.set()
        assert refreshing.result(5)["exp"] > first["exp"]
    assert session.claims()["exp"] > first["exp"]
    assert server.seen["token:refresh_token"] == 1


def test_a_token_whose_key_could_not_be_fetched_is_verified_later_and_not_refreshed_again(
    server: AuthServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project leaves its shared secret for keys of its own, and those cannot be read at first."""
    secret, plain = "s" * 32, server.mint

    def by_secret(**changes: Any) -> str:
        claims = jwt.decode(plain(**changes), options={"verify_signature": False})
        return jwt.encode(claims, secret, "HS256")

    desk = SignInDesk(server.url, ANON_KEY, hs256_secret=secret, clock=clock)
    desk._verifier._keys._fetch_pause_s = 0.0
    with closing(desk), monkeypatch.context() as patch:
        patch.setattr(server, "mint", by_secret)
        _, session = _enter(desk)
        first = session.claims()
        patch.setattr(server, "mint", plain)
        patch.setattr(server, "jwks", dict)
        server.lifetime_s = 7200
        clock.now += 3560
        assert session.claims() == first
        assert session.server_away
        patch.undo()
        clock.now += 5
        assert session.claims()["exp"] > first["exp"]
        assert not session.server_away
        # The refresh token of the first answer is spent: to ask with it again would end the sign-in.
        assert server.seen["token:refresh_token"] == 1


def test_a_refreshed_token_of_somebody_else_ends_the_sign_in(
    timed: SignInDesk, server: AuthServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, session = _enter(timed)
    plain = server.mint
    monkeypatch.setattr(server, "mint", lambda **changes: plain(**changes | {"sub": str(uuid.uuid4())}))
    clock.now += 3560
    for _ in range(2):  # and stays ended
        with pytest.raises(SignInEndedError, match="a token that is not accepted here"):
            session.claims()
    assert session.user_id == server.users["ann@clinic.test"].id
    assert server.seen["token:refresh_token"] == 1


def test_a_sign_in_that_the_server_ended_ends_at_the_next_refresh(
    timed: SignInDesk, server: AuthServer, clock: Clock
) -> None:
    _, session = _enter(timed)
    server.revoke_everything()
    session.claims()
    clock.now += 3590
    with pytest.raises(SignInEndedError, match="has ended at the sign-in server"):
        session.claims()
    server.seen.clear()
    with pytest.raises(SignInEndedError):
        session.claims()
    assert not server.seen


def test_who_waited_for_a_refresh_that_ended_the_sign_in_does_not_ask_again(
    timed: SignInDesk,
    server: AuthServer,
    clock: Clock,
    slow_refresh: tuple[threading.Event, threading.Event],
) -> None:
    _, session = _enter(timed)
    asked, go_on = slow_refresh
    server.revoke_everything()
    clock.now += 3601
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(session.claims)
        assert asked.wait(5)
        second = pool.submit(session.claims)
        time.sleep(0.05)  # until it waits; coming later, it would be told the same
        go_on.set()
        for tab in (first, second):
            with pytest.raises(SignInEndedError, match="has ended at the sign-in server"):
                tab.result(5)
    assert server.seen["token:refresh_token"] == 1


def test_while_the_server_is_away_the_token_is_used_until_it_ends(
    timed: SignInDesk, server: AuthServer, clock: Clock
) -> None:
    _, session = _enter(timed)
    server.away = True
    clock.now += 3560
    for _ in range(5):
        assert session.claims()["exp"] > clock.now
    assert session.server_away
    assert server.seen["token:refresh_token"] == 1  # not asked again at every look
    clock.now += 50
    with pytest.raises(SignInUnavailableError, match="does not answer"):
        session.claims()


def test_a_server_that_comes_back_is_used_again(timed: SignInDesk, server: AuthServer, clock: Clock) -> None:
    _, session = _enter(timed)
    server.away = True
    clock.now += 3560
    session.claims()
    server.away = False
    server.lifetime_s = 7200
    clock.now += 3
    assert session.claims()["exp"] > clock.now + 3000
    assert not session.server_away


def test_new_signing_keys_do_not_end_a_sign_in(server: AuthServer) -> None:
    server.lifetime_s = 1
    with closing(SignInDesk(server.url, ANON_KEY)) as desk:
        desk._verifier._keys._fetch_pause_s = 0.0
        _, session = _enter(desk)
        server.rotate_key()
        server.lifetime_s = 3600
        time.sleep(1.1)
        assert session.claims()["exp"] > time.time() + 3000


def test_thirty_idle_minutes_end_a_sign_in_and_say_so(
    timed: SignInDesk, server: AuthServer, clock: Clock
) -> None:
    key, _ = _enter(timed)
    clock.now += 29 * 60
    timed.session(key)  # a look is no activity
    clock.now += 61
    with pytest.raises(SignInEndedError, match="after 30 minutes without activity"):
        timed.session(key)
    for _ in range(100):
        if not server.sessions:
            break
        time.sleep(0.02)
    assert not server.sessions  # told to the server, too


def test_a_sign_in_ends_on_time_also_between_two_looks_through_all_of_them(
    timed: SignInDesk, clock: Clock
) -> None:
    key, _ = _enter(timed)
    clock.now += 29 * 60 + 30
    assert timed.session(key)  # all were looked through now, and are not again within a minute
    clock.now += 30
    with pytest.raises(SignInEndedError, match="after 30 minutes without activity"):
        timed.session(key, used=True)


def test_nobody_gets_claims_of_an_ended_sign_in_while_the_server_is_being_told(
    timed: SignInDesk, server: AuthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, session = _enter(timed)
    plain, asked, go_on = server._bearer, threading.Event(), threading.Event()

    def slow(request: Request) -> AuthUser | None:
        asked.set()
        assert go_on.wait(5)
        return plain(request)

    monkeypatch.setattr(server, "_bearer", slow)
    with ThreadPoolExecutor(1) as pool:
        leaving = pool.submit(timed.leave, key)
        try:
            assert asked.wait(5)
            with pytest.raises(SignInEndedError, match="You are signed out"):
                session.claims()
        finally:
            go_on.set()
        assert leaving.result(5)


def test_activity_starts_the_idle_time_anew(timed: SignInDesk, clock: Clock) -> None:
    key, _ = _enter(timed)
    for _ in range(4):
        clock.now += 20 * 60
        timed.session(key, used=True)
    assert timed.sessions.idle_left_s(timed.session(key)) == 30 * 60


def test_no_sign_in_outlasts_its_lifetime(timed: SignInDesk, clock: Clock) -> None:
    key, _ = _enter(timed)
    for _ in range(71):
        clock.now += 10 * 60
        timed.session(key, used=True)
    clock.now += 10 * 60
    with pytest.raises(SignInEndedError, match="lasts 12 hours"):
        timed.session(key, used=True)


def test_the_store_is_bounded_and_lets_the_longest_unused_go(
    timed: SignInDesk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timed.sessions, "_max_sessions", 2)
    keys = []
    for _ in range(3):
        clock.now += 1
        keys.append(_enter(timed)[0])
    with pytest.raises(SignInEndedError, match="Too many people"):
        timed.session(keys[0])
    assert all(timed.session(key) for key in keys[1:])


def test_nobody_signs_in_so_often_that_others_are_out(
    timed: SignInDesk, server: AuthServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timed.sessions, "_max_of_one_person", 3)
    monkeypatch.setattr(timed.sessions, "_max_sessions", 4)
    server.add_user("eve@clinic.test")
    ann, _ = _enter(timed)
    eves = []
    for _ in range(6):
        clock.now += 1
        eves.append(timed.enter_with_password("eve@clinic.test", "correct horse", address=None).key)
    assert timed.session(ann)
    assert all(timed.session(key) for key in eves[-3:])
    with pytest.raises(SignInEndedError, match="many times elsewhere"):
        timed.session(eves[2])


def test_a_ticket_is_worth_its_key_once_and_for_a_minute(timed: SignInDesk, clock: Clock) -> None:
    key, _ = _enter(timed)
    ticket = timed.sessions.issue_ticket(key)
    assert timed.sessions.redeem_ticket(ticket) == key
    assert timed.sessions.redeem_ticket(ticket) is None
    late = timed.sessions.issue_ticket(key)
    clock.now += 61
    assert timed.sessions.redeem_ticket(late) is None


@pytest.mark.parametrize("key", ["", "x", "../../etc", "\udcff"])
def test_a_made_up_key_finds_nobody(timed: SignInDesk, key: str) -> None:
    with pytest.raises(SignInEndedError, match="not signed in"):
        timed.session(key)
