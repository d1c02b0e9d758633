"""The cookie's name and attributes, by the address that a browser asked for."""

from __future__ import annotations

import pytest
from starlette.responses import Response

from pages._components.sign_in.cookie import cookie_name, read_key, set_key


def _set(host: str) -> str:
    response = Response()
    set_key(response, host, "key")
    return response.headers["set-cookie"]


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost:8501", "[::1]:8501"])
def test_on_this_computer_the_cookie_needs_no_tls_and_belongs_to_one_port(host: str) -> None:
    assert _set(host) == "ghostly_sign_in_8501=key; HttpOnly; Path=/; SameSite=strict"


@pytest.mark.parametrize(
    "host", ["emg.hospital.example", "10.0.0.7:8501", "localhost.evil.test", "", "[::1", "127.0.0.1:port"]
)
def test_anywhere_else_it_travels_only_by_tls_to_this_very_host(host: str) -> None:
    assert _set(host) == "__Host-ghostly_sign_in=key; HttpOnly; Path=/; SameSite=strict; Secure"


def test_a_cookie_planted_under_the_local_name_counts_nowhere_else() -> None:
    planted = {cookie_name("127.0.0.1:80"): "attackers"}
    assert read_key({"Host": "emg.hospital.example"}, planted) is None
    assert read_key({"Host": "127.0.0.1"}, planted) == "attackers"
