"""The operator's commands against real parts in this process: what is brought in, and what can be scraped meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn

from processing.cli.main import main
from processing.jobs import worker
from processing.jobs.metrics import WorkerMetrics
from processing.services import Services
from tests.integration.stack import SECRET, make_listener, served
from tests.running_stack import free_port


@pytest.fixture(autouse=True)
def environment(services: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The installation as its commands find it; and this process's umask, which they narrow for good."""
    monkeypatch.setenv("DATABASE_URL", services.database.url)
    monkeypatch.setenv("DATA_DIR", str(services.settings.data_dir))
    monkeypatch.setenv("WEBHOOK_SECRET", SECRET)
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def listener_port(services: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A running listener, where the commands look for it."""
    config = uvicorn.Config(
        make_listener(services), host="127.0.0.1", port=0, log_config=None, lifespan="off"
    )
    with served(uvicorn.Server(config)) as url:
        port = urlsplit(url).port
        assert port is not None
        monkeypatch.setenv("LISTENER_PORT", str(port))
        yield port


def _codes(services: Services) -> list[str]:
    rows = services.database.fetch_all("select session_code from app.therapy_sessions order by session_code")
    return [row["session_code"] for row in rows]


@pytest.mark.usefixtures("listener_port")
def test_the_demonstration_comes_in_by_the_front_door_and_each_file_is_told_with_its_session(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo"]) == 0
    said = dict(line.rsplit(": ", 1) for line in capsys.readouterr().out.splitlines())
    assert len(said) == 6
    assert sorted(said.values()) == _codes(services)
    assert all(name.startswith(f"{code[:4]}/") for name, code in said.items())
    events = services.database.fetch_all("select distinct source from app.storage_events")
    assert [event["source"] for event in events] == ["webhook"]


@pytest.mark.usefixtures("listener_port")
def test_a_demonstration_that_the_listener_refuses_ends_at_its_first_file(
    services: Services, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WEBHOOK_SECRET", SECRET.replace("AAEC", "ECAA"))
    assert main(["demo"]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "The listener answered 401 to the announcement of" in shown.err
    assert _codes(services) == []


def test_a_worker_can_be_scraped_on_the_port_that_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("WORKER_METRICS_PORT", str(port))
    monkeypatch.setenv("LOG_FORMAT", "console")
    servers: list[Any] = []
    serve = WorkerMetrics.serve

    def serve_and_remember(self: WorkerMetrics, port: int) -> Any:
        servers.append(serve(self, port))
        return servers[-1]

    monkeypatch.setattr(WorkerMetrics, "serve", serve_and_remember)
    scraped: list[tuple[int, str]] = []

    # In place of the loop that only a signal to the whole process ends.
    def scrape(_make_app: Callable[[], Any], *, concurrency: int) -> None:
        scraped.append((concurrency, httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text))

    monkeypatch.setattr(worker, "run_worker", scrape)
    try:
        assert main(["worker", "--concurrency", "3"]) == 0
    finally:
        for server, thread in servers:
            server.shutdown()
            server.server_close()
            thread.join(5)
    ((concurrency, text),) = scraped
    assert concurrency == 3
    assert "storage_errors_total 0.0" in text
