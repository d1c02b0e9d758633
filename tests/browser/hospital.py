"""The whole product with sign-in: people of every role, at a sign-in server that runs beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from playwright.sync_api import Page, expect

from pages._components.sign_in.routes import KEEP
from tests.auth_server import ANON_KEY, AuthServer, auth_server
from tests.browser.conftest import wait_idle
from tests.running_stack import RunningStack

PEOPLE = {"ann": "therapist", "bob": "therapist", "rita": "researcher", "adam": "administrator", "new": None}


class Hospital(RunningStack):
    """The whole product with sign-in at the double. P001 is Ann's patient, P002 is Bob's."""

    auth: AuthServer
    idle_minutes: float = 30.0

    @property
    def environment(self) -> dict[str, str]:
        return {
            **RunningStack.environment.fget(self),  # type: ignore[attr-defined]
            "SUPABASE_URL": self.auth.url,
            "SUPABASE_ANON_KEY": ANON_KEY,
            "SIGN_IN_IDLE_MINUTES": str(self.idle_minutes),
        }

    def admit(self) -> None:
        with psycopg.connect(self.database_url) as connection:
            for name, role in PEOPLE.items():
                user = self.auth.add_user(f"{name}@x.test").id
                connection.execute(
                    "insert into auth.users (id, email) values (%s, %s)", (user, f"{name}@x.test")
                )
                if role is not None:
                    connection.execute(
                        "insert into app.user_profiles (user_id, role, display_name) values (%s, %s, %s)",
                        (user, role, name.title()),
                    )
            for code, name in (("P001", "ann"), ("P002", "bob")):
                connection.execute(
                    "update app.patients set therapist = %s where code = %s",
                    (self.auth.users[f"{name}@x.test"].id, code),
                )


@contextmanager
def open_hospital(data_dir: Path, *, idle_minutes: float = 30.0) -> Iterator[Hospital]:
    """Start it with the demonstration sessions analysed and everybody admitted."""
    with auth_server() as auth:
        stack = Hospital(data_dir, demo=True)
        stack.auth, stack.idle_minutes = auth, idle_minutes
        with stack:
            stack.wait_for({f"P00{patient}S00{number}" for patient in (1, 2, 3) for number in (1, 2)})
            stack.admit()
            yield stack


def sign_in(page: Page, name: str) -> None:
    """Fill in the form that a page shows to strangers."""
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=30_000)
    wait_idle(page)
    page.get_by_label("E-mail address").fill(f"{name}@x.test")
    page.locator("input[type=password]").fill("correct horse")
    # Until the browser has its cookie, the next page asks who is there.
    with page.expect_response(f"**{KEEP}"):
        page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_hidden(timeout=30_000)
    wait_idle(page)
