"""The viewer in a real browser: time to the first plot and to a zoom, beside two other ways to draw the same data."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console
from rich.table import Table

from benchmarks.recordings import BenchmarkRecording, largest_recording
from benchmarks.report import percentile
from benchmarks.viewer_edits import corrections_ms, tries_ms
from benchmarks.viewer_page import SHOWN_SAMPLES, ZOOM_S
from tests.browser.conftest import LAUNCH_ARGS, wait_idle
from tests.browser.painted import armed, moved_ms, painted_ms, watch
from tests.chromium import find_chromium
from tests.running_stack import ROOT, RunningStack

N_OPENED = 10
N_ZOOMED = 12
N_OTHERS = 3
LIMIT_FIRST_MS, LIMIT_ZOOM_MS, LIMIT_EDIT_MS = 2000.0, 300.0, 500.0
_SIZE = {"width": 1400, "height": 950}


@dataclass(frozen=True, slots=True)
class Way:
    """One way to draw the recording and what it took, in milliseconds."""

    name: str
    first_cold: list[float]
    zoom_cold: list[float]
    zoom_warm: list[float]
    points: int
    first_warm: list[float] = field(default_factory=list)
    moved: list[float] = field(default_factory=list)
    edits: dict[str, list[float]] = field(default_factory=dict)


def main(_: list[str] | None = None) -> int:
    """Print one table."""
    console = Console()
    recording = largest_recording()
    console.print(f"Recording: {recording.name}, {len(recording.data) / 1e6:.2f} MB. {recording.note}")
    chromium = find_chromium()
    if chromium is None:
        console.print("No Chromium on this machine: nothing was measured.")
        return 1
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=LAUNCH_ARGS)
        ways = [_product(browser, Path(folder), recording)]
        with _other_ways(Path(folder), recording) as url:
            ways += [_other(browser, f"{url}/?way={way}", name, way) for way, name in _OTHERS.items()]
        browser.close()
    _print(console, ways)
    return 0


_OTHERS = {
    "all": "all points sent to Plotly",
    "resampler": f"plotly-resampler's aggregation ({SHOWN_SAMPLES} points a trace)",
}


def _product(browser: Browser, folder: Path, recording: BenchmarkRecording) -> Way:
    """Measure the running product: from the click on a session to its painted picture, then zooms by key."""
    first, again, cold, warm, moved, points = [], [], [], [], [], 0
    edits: dict[str, list[float]] = {}
    with RunningStack(folder / "data") as stack:
        for number in range(N_OPENED + 1):
            # A last sample that differs makes another content, of which nothing is cached.
            data = recording.data[:-1] + bytes([number])
            stack.announce(stack.put(f"P001/{number:02}_{recording.name}", data))
        codes = [f"P001S{number + 1:03}" for number in range(N_OPENED + 1)]
        stack.wait_for(set(codes))
        context = browser.new_context(viewport=_SIZE)
        for code in codes:
            page = context.new_page()
            first.append(_opened(page, stack.dashboard_url, code))
            cold.append(_zoomed(page, lambda page=page: page.keyboard.press("i"), shows=None))
            if code == codes[-1]:
                warm, moved = _warm_zooms(page)
                points = _points(page)
                edits = {**corrections_ms(page), "what-if": tries_ms(page)}
            page.close()
        for code in codes[1:6]:
            page = context.new_page()
            again.append(_opened(page, stack.dashboard_url, code))
            page.close()
        context.close()
    # The first one met a server never asked before.
    return Way("this product", first[1:], cold[1:], warm, points, again, moved, edits)


def _opened(page: Page, url: str, code: str) -> float:
    """Open the list, look at it for a second, and return how long a click on a session takes to its picture."""
    page.goto(f"{url}/sessions")
    link = page.get_by_role("link", name=code).first
    link.wait_for(timeout=30_000)
    wait_idle(page)
    page.wait_for_timeout(1000)  # nobody finds their session sooner
    watch(page)
    armed(page)
    link.click()
    took = painted_ms(page)
    wait_idle(page)
    return took


def _warm_zooms(page: Page) -> tuple[list[float], list[float]]:
    """Return how long the points selected for each window took, and the window itself where a key moved it."""
    times, moved = [], []
    for number in range(N_ZOOMED):
        key = ("j", "i", "Shift+ArrowRight", "w")[number % 4]
        times.append(_zoomed(page, lambda key=key: page.keyboard.press(key), shows=None))
        moved.append(moved_ms(page) or times[-1])
    for _ in range(N_ZOOMED // 2):
        times.append(_zoomed(page, lambda: _drag(page), shows=None))
        _zoomed(page, lambda: page.keyboard.press("w"), shows=None)
    return times, moved


def _other(browser: Browser, url: str, name: str, way: str) -> Way:
    """Measure a page of ``viewer_page``, whose server reads the file anew each time."""
    first, cold, warm, points = [], [], [], 0
    context = browser.new_context(viewport=_SIZE)
    for number in range(N_OTHERS + 1):
        page = context.new_page()
        watch(page, always=True)
        page.goto(url)
        first.append(painted_ms(page, timeout_ms=120_000))
        wait_idle(page)
        closer = (
            (lambda page=page: _drag(page)) if way == "all" else lambda page=page: page.keyboard.press("i")
        )
        cold.append(_zoomed(page, closer, shows=None if way == "all" else ZOOM_S))
        for _ in range(3 if number else 0):
            _back_to_whole(page, way)
            warm.append(_zoomed(page, closer, shows=None if way == "all" else ZOOM_S))
        points = max(points, _points(page))
        page.close()
    context.close()
    return Way(name, first[1:], cold[1:], warm, points)


def _back_to_whole(page: Page, way: str) -> None:
    if way == "all":
        box = page.locator(".nsewdrag").first.bounding_box()  # the drag before brought it into sight
        assert box is not None
        page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(3000)
    else:
        _zoomed(page, lambda: page.keyboard.press("w"), shows=None)


def _drag(page: Page) -> None:
    """Draw a box over a tenth of the time axis; the clock starts at its release."""
    page.evaluate("() => document.querySelector('.js-plotly-plot').scrollIntoView({ block: 'center' })")
    box = page.locator(".nsewdrag").first.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.2, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.3, y, steps=2)
    armed(page)
    page.mouse.up()


def _zoomed(page: Page, act: Callable[[], None], *, shows: tuple[float, float] | None) -> float:
    armed(page)
    act()
    took = painted_ms(page, shows=shows)
    wait_idle(page)
    page.wait_for_timeout(250)
    return took


def _points(page: Page) -> int:
    return int(
        page.evaluate(
            "() => Math.max(...[...document.querySelector('.js-plotly-plot')._fullData].map((t) => t._length ?? 0))"
        )
    )


@contextmanager
def _other_ways(folder: Path, recording: BenchmarkRecording) -> Iterator[str]:
    """Serve ``viewer_page`` in a process of its own."""
    path = folder / recording.name
    path.write_bytes(recording.data)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    page = Path(__file__).with_name("viewer_page.py")
    flags = [f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(page), *flags, "--server.fileWatcherType=none"],
        cwd=ROOT,
        env={**os.environ, "BENCH_RECORDING": str(path), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_up(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(15)


def _wait_until_up(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"nothing answers at {url}")


def _print(console: Console, ways: list[Way]) -> None:
    titles = (
        "First plot, cold",
        "First plot, warm",
        "Zoom, window moved",
        "Zoom with detail, cold",
        "Zoom with detail, warm",
        "Points a trace",
        "n",
    )
    table = Table("Way (p50 / p95)", *titles)
    for way in ways:
        timed = (way.first_cold, way.first_warm, way.moved, way.zoom_cold, way.zoom_warm)
        counts = ", ".join(str(len(times)) for times in timed)
        table.add_row(way.name, *map(_both, timed), str(way.points), counts)
    console.print(table)
    edits = Table("From the key or click to", "p50 / p95", "n")
    for name, times in ways[0].edits.items():
        edits.add_row(
            name if name == "what-if" else f"{name} after a correction", _both(times), str(len(times))
        )
    console.print(edits)
    console.print(
        "Load of this machine (1, 5, 15 minutes): " + ", ".join(f"{load:.1f}" for load in os.getloadavg())
    )
    console.print(
        f"Limits: {LIMIT_FIRST_MS:.0f} ms to the first plot (p95), {LIMIT_ZOOM_MS:.0f} ms to a zoom, "
        f"{LIMIT_EDIT_MS:.0f} ms to what follows a correction or a what-if. Click, key or "
        "release to the painted frame, in Chromium; the recording was never read before (cold), or was (warm). The "
        "window moves in the browser with the points that are there; those selected for it replace them (detail). All "
        "points: the zoom happens in the browser alone. plotly-resampler needs plotly below 7, so its default "
        "aggregator (MinMaxLTTB of tsdownsample) is called as it does; it may lose peaks, ours may not."
    )


def _both(times: list[float]) -> str:
    """Return median and 95th percentile, a dash where a way was not measured."""
    return f"{statistics.median(times):.0f} / {percentile(times, 95):.0f} ms" if len(times) > 1 else "—"
