"""No state that a Redis can be in keeps traces from anybody, or puts them where they must not be."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import structlog

from processing.breaker import FAILURES_IN_A_ROW
from processing.errors import InvalidParameterError, SharedCacheUnavailableError
from processing.shared_cache import connection as connection_module
from processing.shared_cache.connection import Connection, NotAskedError
from tests.integration.shared_cache import (
    SHA,
    Builder,
    client_of,
    got,
    make_certificate,
    never,
    own_server,
    process,
)
from tests.redis_server import RedisServer, needs_redis
from tests.running_stack import ROOT, free_port

pytestmark = needs_redis


def test_a_frozen_server_costs_three_timeouts_and_then_nothing_until_it_is_back(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "_TRY_AGAIN_AFTER_S", 0.3)
    with process(redis_server.url) as cache:
        got(cache, SHA, "v", Builder())
        redis_server.freeze()
        try:
            build = Builder()
            for _ in range(10):
                got(cache, SHA, "v", build)
        finally:
            redis_server.thaw()
        assert build.n == 10
        assert (cache.facts.counts.errors, cache.facts.counts.not_asked) == (3, 7)
        assert cache.facts.state == "away"
        time.sleep(0.35)
        got(cache, SHA, "v", never)
        assert cache.facts.state == "working"


def test_a_server_that_was_started_again_is_used_again(tmp_path: Path) -> None:
    with own_server(tmp_path) as server, process(server.url) as cache:
        got(cache, SHA, "v", Builder())
        server.stop()
        build = Builder()
        got(cache, SHA, "v", build)
        server.start()
        got(cache, SHA, "v", build)  # it forgot everything
        got(cache, SHA, "v", never)
        assert (build.n, cache.facts.counts.errors) == (2, 1)


def test_a_restart_that_nobody_noticed_costs_nothing(tmp_path: Path) -> None:
    with own_server(tmp_path) as server, process(server.url) as cache:
        got(cache, SHA, "v", Builder())
        server.stop()
        server.start()
        got(cache, SHA, "v", Builder())
        assert cache.facts.counts.errors == 0
        assert cache.facts.counts.stored == 2


def test_a_full_server_still_answers_and_nothing_more_is_stored(redis_server: RedisServer) -> None:
    with process(redis_server.url) as cache, client_of(redis_server) as client:
        got(cache, SHA, "v", Builder())
        client.config_set("maxmemory", 1)
        build = Builder()
        got(cache, "cd" * 32, "v", build)
        got(cache, SHA, "v", never)
        assert build.n == cache.facts.counts.full == 1
        assert cache.facts.state == "working"
        cache.forget(SHA)  # also without room for the mark
        assert client.keys("*") == []


@pytest.mark.parametrize("options", [("--save", "60 1"), ("--appendonly", "yes")])
def test_a_server_that_keeps_things_on_disk_gets_no_signal(tmp_path: Path, options: tuple[str, ...]) -> None:
    with own_server(tmp_path, *options) as server, process(server.url) as cache, client_of(server) as client:
        build = Builder()
        for _ in range(5):
            got(cache, SHA, "v", build)
        assert build.n == 5
        assert client.keys("*") == []
        assert (cache.facts.state, cache.facts.persistence) == ("refused", "on")


def test_a_server_that_may_not_be_asked_is_used_and_said_to_be_unknown(tmp_path: Path) -> None:
    options = ("--rename-command", "CONFIG", "")
    with own_server(tmp_path, *options) as server, process(server.url) as cache:
        got(cache, SHA, "v", Builder())
        got(cache, SHA, "v", never)
        assert (cache.facts.state, cache.facts.persistence) == ("working", "not known")


def test_a_server_that_tells_nothing_of_its_disk_is_said_to_be_unknown(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As some hosted servers do, which let CONFIG be asked and answer with nothing."""
    monkeypatch.setattr("redis.Redis.config_get", lambda *_: {})
    with process(redis_server.url) as cache, structlog.testing.capture_logs() as lines:
        got(cache, SHA, "v", Builder())
        got(cache, SHA, "v", never)
        assert (cache.facts.state, cache.facts.persistence) == ("working", "not known")
    assert [line["event"] for line in lines] == ["shared_cache_persistence_not_known"]


def test_while_a_server_is_being_looked_at_others_do_without_it(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking, go_on = threading.Event(), threading.Event()
    plain = connection_module.persistence

    def slow(client: Any) -> Any:
        looking.set()
        assert go_on.wait(5)
        return plain(client)

    monkeypatch.setattr(connection_module, "persistence", slow)
    with closing(Connection(redis_server.url, timeout_s=1.0)) as connection, ThreadPoolExecutor(1) as pool:
        first = pool.submit(connection.ask, lambda client: client.ping())
        try:
            assert looking.wait(5)
            for _ in range(2 * FAILURES_IN_A_ROW):
                with pytest.raises(NotAskedError, match="is being looked at"):
                    connection.ask(lambda client: client.ping())
        finally:
            go_on.set()
        assert first.result(5) is True
        assert connection.ask(lambda client: client.ping()) is True  # it was never taken for away


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("redis://cache.example:6379/0", ["cache.example"]),
        ("rediss://cache.example:6379/0", []),
        ("redis://127.0.0.1:6379/0", []),
        ("unix:///run/redis.sock", []),
    ],
)
def test_only_an_open_way_to_another_machine_is_warned_of(url: str, warned: list[str]) -> None:
    with structlog.testing.capture_logs() as lines:
        Connection(url, timeout_s=0.1).close()
    assert [line["host"] for line in lines if line["event"] == "shared_cache_without_tls"] == warned


def test_a_log_of_commands_is_found_where_config_is_forbidden(tmp_path: Path) -> None:
    options = ("--rename-command", "CONFIG", "", "--appendonly", "yes")
    with own_server(tmp_path, *options) as server, process(server.url) as cache:
        got(cache, SHA, "v", Builder())
        assert cache.facts.persistence == "on"


def test_a_wrong_password_or_too_few_rights_keep_nobody_from_traces(tmp_path: Path) -> None:
    with own_server(tmp_path, "--requirepass", "secret") as server:
        for url in (server.url, f"unix://:wrong@{server.socket}"):
            with process(url) as cache:
                build = Builder()
                got(cache, SHA, "v", build)
                assert (build.n, cache.facts.counts.errors) == (1, 1)
        with process(f"unix://:secret@{server.socket}") as cache:
            got(cache, SHA, "v", Builder())
            got(cache, SHA, "v", never)


def test_the_rights_that_the_documentation_names_are_enough_and_fewer_keep_nobody_from_traces(
    tmp_path: Path,
) -> None:
    said = (ROOT / "docs" / "cache.md").read_text("utf-8")
    rights = re.search(r"`user (ghostly on >PASSWORD [^`]+)`", said)
    assert rights is not None
    config = tmp_path / "redis.conf"
    config.write_text(f"user default off\nuser {rights[1]}\nuser few on >PASSWORD ~ghostly:* +hget +ping\n")
    with own_server(tmp_path, config=config) as server:
        with process(f"unix://ghostly:PASSWORD@{server.socket}") as cache:
            got(cache, SHA, "v", Builder())
            got(cache, SHA, "v", never)
            cache.forget(SHA)
            assert (cache.facts.counts.errors, cache.facts.persistence) == (0, "off")
        with process(f"unix://few:PASSWORD@{server.socket}") as cache:
            build = Builder()
            got(cache, SHA, "v", build)
            assert (build.n, cache.facts.counts.errors) == (1, 1)


def test_over_tls_only_a_server_whose_certificate_is_known_is_used(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    port = free_port()
    options = ("--tls-port", str(port), "--tls-cert-file", str(certificate), "--tls-key-file", str(key))
    with own_server(tmp_path, *options, "--tls-auth-clients", "no") as server, client_of(server) as client:
        with process(f"rediss://localhost:{port}") as stranger:
            got(stranger, SHA, "v", Builder())
            assert stranger.facts.counts.errors == 1
            assert client.keys("*") == []
        with process(f"rediss://localhost:{port}?ssl_ca_certs={certificate}") as trusting:
            got(trusting, SHA, "v", Builder())
            got(trusting, SHA, "v", never)
        with process(f"rediss://127.0.0.1:{port}?ssl_ca_certs={certificate}") as misled:
            build = Builder()
            got(misled, SHA, "v", build)  # the certificate is another host's
            assert build.n == 1


def test_forgetting_says_when_it_cannot_be_done(tmp_path: Path) -> None:
    unanswered = pytest.raises(SharedCacheUnavailableError, match="did not answer")
    with process(f"unix://{tmp_path}/nobody") as cache, unanswered:
        cache.forget(SHA)


@pytest.mark.parametrize(
    "url", ["http://x", "redis://:pw@", "unix://:pw@", "localhost:6379", "redis://h?decode_responses=1"]
)
def test_an_address_that_is_none_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(InvalidParameterError, match="REDIS_URL is not usable") as caught:
        Connection(url, timeout_s=0.1)
    assert url not in str(caught.value)


def test_without_an_address_nothing_of_it_is_imported() -> None:
    code = (
        "import sys; from processing.services import Services; from processing.settings import Settings;"
        "from processing.shared_cache import build_shared_cache;"
        "assert build_shared_cache(Settings(_env_file=None)) is None;"
        "assert not {'redis', 'processing.shared_cache.connection'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "REDIS_URL": ""})
