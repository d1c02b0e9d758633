"""API keys as text: what is one, and that none is shown by accident."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.errors import InvalidParameterError
from processing.use_cases.api_keys import (
    KeyText,
    check_lifetime,
    check_name,
    check_scopes,
    make_key,
    parse_key,
)


def test_a_key_is_read_back_and_stored_as_the_hash_of_its_secret() -> None:
    key = make_key()
    assert parse_key(key.reveal()) == key
    assert key.sha256 == hashlib.sha256(key.secret.encode()).hexdigest()
    assert len({make_key().secret for _ in range(50)}) == 50


def test_a_key_does_not_print_its_secret() -> None:
    key = make_key()
    assert key.secret not in f"{key} {key!r} {[key]}"


@given(st.text() | st.from_regex(r"ghk_[a-z0-9]{10,14}_[A-Za-z0-9_-]{40,46}\n?", fullmatch=True))
def test_any_text_is_a_key_or_none(text: str) -> None:
    key = parse_key(text)
    assert key is None or (isinstance(key, KeyText) and key.reveal() == text)


@pytest.mark.parametrize("scopes", [[], ["everything"], ["read", "write"]])
def test_scopes_that_do_not_exist_are_refused_by_name(scopes: list[str]) -> None:
    with pytest.raises(InvalidParameterError, match="expected some of read, export"):
        check_scopes(scopes)


@pytest.mark.parametrize("days", [0, -1, 367, float("nan")])
def test_a_key_lasts_up_to_a_year(days: float) -> None:
    with pytest.raises(InvalidParameterError, match="up to 366"):
        check_lifetime(days)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert check_lifetime(90, now) == now + timedelta(days=90)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb"])
def test_a_key_has_a_name_that_can_be_shown(name: str) -> None:
    with pytest.raises(InvalidParameterError, match="expected 1 to 100"):
        check_name(name)
