"""A real Chromium on the real pages: where to find it, when a page is at rest, and what must never happen."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.chromium import find_chromium

ROOT = Path(__file__).resolve().parents[2]
# How long a page may take is a benchmark; a busy machine must not fail a test.
expect.set_options(timeout=20_000)
ARTIFACTS = ROOT / "test-artifacts"
LAUNCH_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
AT_REST = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    return app && app.getAttribute('data-test-script-state') === 'notRunning'
        && !document.querySelector('[data-stale=true], [data-testid=stSkeleton], [data-testid=stSpinner]');
}"""
DRAWN = "() => [...document.querySelectorAll('.emg-chart')].every((chart) => chart.dataset.drawn)"


@pytest.fixture(scope="session")
def base_url() -> None:
    """Replace pytest-base-url's fixture, whose form pytest 9.1 deprecates; warnings are errors here."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the Chromium that is there, without the background traffic of a fresh profile."""
    found = find_chromium()
    if found is None:
        pytest.skip("no Chromium on this machine: set CHROMIUM, or run python -m tests.chromium")
    return {**browser_type_launch_args, "executable_path": found, "args": LAUNCH_ARGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Return a clinic's desktop."""
    return {
        **browser_context_args,
        "viewport": {"width": 1400, "height": 950},
        "reduced_motion": "reduce",
        "locale": "en-GB",
        "timezone_id": "Europe/Brussels",
    }


def wait_idle(page: Page, timeout_ms: float = 30_000) -> None:
    """Wait until the script has finished, nothing is stale and every chart is drawn.

    Right after a click the old state may last a few milliseconds: expect the result first, then wait.
    """
    page.wait_for_selector("[data-testid=stApp][data-test-connection-state=CONNECTED]", timeout=timeout_ms)
    page.wait_for_function(AT_REST, timeout=timeout_ms)
    page.wait_for_function(DRAWN, timeout=timeout_ms)


def keep_picture(page: Page, name: str) -> Path:
    """Save a screenshot of the whole page among the test artifacts."""
    ARTIFACTS.mkdir(exist_ok=True)
    path = ARTIFACTS / f"{re.sub(r'[^A-Za-z0-9_-]+', '-', name)}.png"
    viewport = page.viewport_size or {"width": 1400, "height": 950}
    height = page.evaluate("document.querySelector('[data-testid=stMain]')?.scrollHeight ?? 0")
    page.set_viewport_size({"width": viewport["width"], "height": max(viewport["height"], int(height) + 16)})
    page.wait_for_timeout(300)  # the charts follow the new size
    page.screenshot(path=path)
    page.set_viewport_size(viewport)
    return path


@pytest.fixture
def watched_page(page: Page, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Return a page that may neither raise an error nor talk to any other host."""
    errors: list[str] = []
    strangers: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda sent: None if _is_local(sent.url) else strangers.append(sent.url))
    yield page
    if errors or strangers:
        keep_picture(page, f"failed-{request.node.name}")
    assert not errors, errors
    assert not strangers, strangers


def _is_local(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("data", "blob", "about") or parts.hostname == "127.0.0.1"


@pytest.fixture
def visit(watched_page: Page) -> Callable[[str], Page]:
    """Return a function that opens an address and waits until the page is at rest."""

    def go(url: str) -> Page:
        watched_page.goto(url)
        wait_idle(watched_page)
        return watched_page

    return go


@contextmanager
def serving(log_file: Path, **environment: str) -> Iterator[str]:
    """Serve the pages on made-up sessions in a fresh process and yield their address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "uvicorn", "tests.browser.fake_app:app", f"--port={port}"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SUPABASE_")}
    with log_file.open("w+") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**kept, **environment}, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait_until_up(url, process, log_file)
            yield url
        finally:
            process.terminate()
            process.wait(15)


def _wait_until_up(url: str, process: subprocess.Popen[bytes], log_file: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
                if answer.read() == b"ok":
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the pages were not served:\n{log_file.read_text(errors='replace')}")


@pytest.fixture(scope="session")
def fake_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of the pages with one session in each state."""
    with serving(tmp_path_factory.mktemp("pages") / "server.log") as url:
        yield url
