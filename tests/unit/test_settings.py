"""Half-secured settings are refused before anything listens."""

from __future__ import annotations

import pytest

from processing.errors import InvalidParameterError
from processing.settings import Settings, is_loopback


def _settings(**values: object) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]


def test_the_defaults_may_start() -> None:
    _settings().check_exposure()


def test_a_dashboard_for_everybody_is_refused_without_sign_in() -> None:
    with pytest.raises(InvalidParameterError, match=r"DASHBOARD_HOST is '0\.0\.0\.0'\. Without sign-in"):
        _settings(dashboard_host="0.0.0.0").check_exposure()
    _settings(
        dashboard_host="0.0.0.0", supabase_url="https://name.supabase.co", supabase_anon_key="public"
    ).check_exposure()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"supabase_url": "https://name.supabase.co"}, "SUPABASE_ANON_KEY is not"),
        (
            {"supabase_url": "http://name.supabase.co", "supabase_anon_key": "k"},
            "must not travel without TLS",
        ),
        ({"supabase_url": "name.supabase.co", "supabase_anon_key": "k"}, "expected an address such as"),
    ],
)
def test_sign_in_by_halves_does_not_open_the_dashboard_to_others(values: dict[str, str], said: str) -> None:
    with pytest.raises(InvalidParameterError, match=said):
        _settings(dashboard_host="0.0.0.0", **values).check_exposure()
    _settings(
        **values
    ).check_exposure()  # the listener and the worker may run; the dashboard says it on its page


def test_a_listener_for_everybody_needs_a_secret() -> None:
    with pytest.raises(InvalidParameterError, match="WEBHOOK_SECRET must be set"):
        _settings(listener_host="0.0.0.0").check_exposure()
    _settings(listener_host="0.0.0.0", webhook_secret="whsec_x").check_exposure()


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("example.org", False)],
)
def test_loopback_addresses_are_known(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_a_value_that_cannot_be_used_is_named_with_what_was_found_and_expected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LISTENER_PORT", "abc")
    monkeypatch.setenv("STORAGE_BACKEND", "tape")
    with pytest.raises(
        InvalidParameterError, match="LISTENER_PORT is 'abc': it should be a valid integer"
    ) as error:
        _settings()
    assert "STORAGE_BACKEND is 'tape': it should be 'local' or 'supabase'" in str(error.value)


def test_a_secret_that_cannot_be_used_is_not_shown() -> None:
    with pytest.raises(InvalidParameterError, match="DATABASE_URL is not usable") as error:
        _settings(database_url=["hunter2"])
    assert "hunter2" not in str(error.value)
    assert error.value.__context__ is None
