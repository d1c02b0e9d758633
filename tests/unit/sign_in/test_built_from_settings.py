"""The sign-in desk and the reader of tokens as the settings describe them, or a sentence about what is missing."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from processing.errors import InvalidParameterError
from processing.services import identity_behind, open_desk, open_token_reader
from processing.settings import Settings
from tests.auth_server import ANON_KEY, AuthServer


def _settings(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "SUPABASE_URL"),
        ({"supabase_anon_key": ANON_KEY}, "SUPABASE_URL"),
        ({"supabase_url": "https://name.supabase.co"}, "SUPABASE_ANON_KEY"),
    ],
)
def test_a_desk_without_its_server_or_key_names_what_is_missing(given: dict[str, str], missing: str) -> None:
    with pytest.raises(InvalidParameterError, match=f"^{missing} is not set: nobody can sign in"):
        open_desk(_settings(**given))


def test_a_desk_lets_people_in_for_as_long_as_the_settings_say(server: AuthServer) -> None:
    settings = _settings(
        supabase_url=server.url, supabase_anon_key=ANON_KEY, sign_in_idle_minutes=7, sign_in_hours=3
    )
    with closing(open_desk(settings)) as desk:
        key = desk.enter_with_password("ann@clinic.test", "correct horse", address=None).key
        assert str(identity_behind(desk, key)().user_id) == server.users["ann@clinic.test"].id
        assert (desk.sessions.idle_s, desk.sessions.lifetime_s) == (7 * 60, 3 * 3600)


def test_tokens_are_not_read_where_passwords_would_travel_in_the_open() -> None:
    settings = _settings(supabase_url="http://sign-in.example", supabase_anon_key=ANON_KEY)
    reader = open_token_reader(settings)
    with pytest.raises(InvalidParameterError, match="must not travel without TLS"), reader:
        pass
