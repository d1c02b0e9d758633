"""``python -m benchmarks.scaling``: time and memory of the whole analysis against duration and channels."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.speed import resident_bytes
from processing.c3d import read_recording
from processing.use_cases.analyse import analyse_bytes
from tests.builders import make_c3d, make_recording

_MINUTES = (1, 2, 5, 10, 20, 40, 60)
_CHANNELS = (2, 4, 8, 16)
_CHANNELS_OF_DURATIONS = 2
_MINUTES_OF_CHANNELS = 5
_REPEATS = 3


@dataclass(frozen=True, slots=True)
class Point:
    """One recording's size and cost."""

    minutes: float
    n_channels: int
    file_mb: float
    cpu_ms: float
    growth_mb: float


def main(arguments: list[str] | None = None) -> int:
    """Print both series with their slopes, and draw them if asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("--plot", type=Path, help="write an SVG there, for example docs/images/scaling.svg")
    parser.add_argument("--quick", action="store_true", help="durations up to 10 minutes, channels up to 8")
    options = parser.parse_args(arguments)
    console = Console()
    console = console if console.is_terminal else Console(width=160)
    minutes = _MINUTES[:4] if options.quick else _MINUTES
    channels = _CHANNELS[:3] if options.quick else _CHANNELS
    by_duration = [measure(m, _CHANNELS_OF_DURATIONS) for m in minutes]
    by_channels = [measure(_MINUTES_OF_CHANNELS, n) for n in channels]
    _print(
        console, f"Duration, {_CHANNELS_OF_DURATIONS} channels", by_duration, [p.minutes for p in by_duration]
    )
    _print(console, f"Channels, {_MINUTES_OF_CHANNELS} min", by_channels, [p.n_channels for p in by_channels])
    if options.plot:
        options.plot.parent.mkdir(parents=True, exist_ok=True)
        options.plot.write_text(draw(by_duration, by_channels))
        console.print(f"Drawn: {options.plot}")
    return 0


def measure(minutes: float, n_channels: int) -> Point:
    """Return what reading and analysing one generated recording costs."""
    data = _make_file(minutes, n_channels)
    times = []
    for _ in range(_REPEATS):
        started = time.process_time()
        analyse_bytes(data, file_name="scaling.c3d", reader=read_recording)
        times.append(1e3 * (time.process_time() - started))
    return Point(minutes, n_channels, len(data) / 1e6, statistics.median(times), resident_bytes(data) / 1e6)


def slope(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Return the exponent of growth: the slope of a line through the logarithms; 1 is linear."""
    return float(np.polyfit(np.log(sizes), np.log(costs), 1)[0])


def _make_file(minutes: float, n_channels: int) -> bytes:
    """Return a file as the game writes it, two analog channels a muscle, a contraction of 2.5 s every 7 s."""
    duration_s = 60.0 * minutes
    contractions = [(3.0 + 7.0 * k, 5.5 + 7.0 * k) for k in range(int((duration_s - 6.0) / 7.0))]
    recording = make_recording(
        contractions_s=contractions, duration_s=duration_s, n_channels=n_channels, activated=True
    )
    # Half the point rate: an hour then stays under the 65 535 frames that ezc3d can write.
    return make_c3d(recording=recording, point_rate_hz=16.5)


def _print(console: Console, title: str, points: Sequence[Point], sizes: Sequence[float]) -> None:
    table = Table(
        "min", "channels", "file", "CPU", "CPU per channel and minute", "growth", "growth / file", title=title
    )
    for p in points:
        table.add_row(
            f"{p.minutes:g}",
            str(p.n_channels),
            f"{p.file_mb:.1f} MB",
            f"{p.cpu_ms:.0f} ms",
            f"{p.cpu_ms / p.minutes / p.n_channels:.1f} ms",
            f"{p.growth_mb:.0f} MB",
            f"{p.growth_mb / p.file_mb:.1f}",
        )
    console.print(table)
    time_slope = slope(sizes, [p.cpu_ms for p in points])
    memory_slope = slope(sizes, [p.growth_mb for p in points])
    console.print(f"Log-log slope: time {time_slope:.2f}, memory {memory_slope:.2f} (1 is linear).")


_WIDTH, _HEIGHT, _MARGIN = 360.0, 260.0, 48.0


def draw(by_duration: Sequence[Point], by_channels: Sequence[Point]) -> str:
    """Return an SVG with four log-log panels: time and memory, against duration and channels."""
    panels = [
        ("minutes", "CPU, ms", [(p.minutes, p.cpu_ms) for p in by_duration]),
        ("channels", "CPU, ms", [(float(p.n_channels), p.cpu_ms) for p in by_channels]),
        ("minutes", "memory, MB", [(p.minutes, p.growth_mb) for p in by_duration]),
        ("channels", "memory, MB", [(float(p.n_channels), p.growth_mb) for p in by_channels]),
    ]
    body = "".join(
        f'<g transform="translate({(k % 2) * _WIDTH:.0f},{(k // 2) * _HEIGHT:.0f})">{_panel(*panel)}</g>'
        for k, panel in enumerate(panels)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * _WIDTH:.0f} {2 * _HEIGHT:.0f}" '
        f'font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="#fff"/>{body}</svg>\n'
    )


def _panel(x_name: str, y_name: str, values: list[tuple[float, float]]) -> str:
    """Return one panel: measured points, and the line of exactly linear growth through the first."""
    x, y = np.array(values).T
    (x0, x1), (y0, y1) = (x[0], x[-1]), (min(y.min(), y[0]), max(y.max(), y[0] * x[-1] / x[0]))

    def at(px: float, py: float) -> tuple[float, float]:
        across = np.log(px / x0) / np.log(x1 / x0)
        up = np.log(py / y0) / np.log(y1 / y0)
        return (
            _MARGIN + across * (_WIDTH - 2 * _MARGIN),
            _HEIGHT - _MARGIN - up * (_HEIGHT - 2 * _MARGIN),
        )

    (ax, ay), (bx, by) = at(x0, y[0]), at(x1, y[0] * x1 / x0)
    parts = [
        f'<line x1="{ax:.1f}" y1="{ay:.1f}" x2="{bx:.1f}" y2="{by:.1f}" stroke="#999" stroke-dasharray="4 3"/>',
        f'<text x="{_MARGIN}" y="20">{y_name}; log-log slope {slope(x.tolist(), y.tolist()):.2f}, dashed: 1</text>',
        f'<text x="{_WIDTH / 2:.0f}" y="{_HEIGHT - 10:.0f}" text-anchor="middle">{x_name}</text>',
    ]
    for px, py in values:
        cx, cy = at(px, py)
        parts.append(f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="4" fill="#0072b2"/>')
        parts.append(f'<text x="{cx:.1f}" y="{cy - 8:.1f}" text-anchor="middle" fill="#333">{py:.3g}</text>')
        bottom = _HEIGHT - _MARGIN + 16
        parts.append(f'<text x="{cx:.1f}" y="{bottom:.0f}" text-anchor="middle" fill="#333">{px:g}</text>')
    return "".join(parts)


if __name__ == "__main__":
    sys.exit(main())
