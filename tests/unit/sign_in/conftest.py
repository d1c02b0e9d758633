"""The sign-in server's double, and a desk that signs in at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest

from processing.sign_in import SignInDesk
from tests.auth_server import ANON_KEY, AuthServer, auth_server


@dataclass
class Clock:
    """A clock that a test turns, in seconds since the epoch."""

    now: float

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def server() -> Iterator[AuthServer]:
    """A fresh sign-in server with one account."""
    with auth_server() as running:
        running.add_user("ann@clinic.test")
        yield running


@pytest.fixture
def desk(server: AuthServer) -> Iterator[SignInDesk]:
    """A desk with the product's own settings."""
    with closing(SignInDesk(server.url, ANON_KEY)) as opened:
        yield opened
