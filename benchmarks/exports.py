"""Exports of a whole session and of a hundred: how long each format takes, audit entry and database included."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.recordings import largest_recording
from benchmarks.report import percentile
from processing.database.embedded import embedded_postgres
from processing.database.migrations import upgrade
from processing.exports.formats import SIGNAL_FORMATS, TABLE_FORMATS, ExportFile
from processing.services import LOCAL_CLINICIAN, Services, build_services, closing_services
from processing.settings import Settings

N_TIMES, N_SESSIONS = 15, 100
LIMIT_MS = 500.0


def main(_: list[str] | None = None) -> int:
    """Print one table; 1 if a signal export of the whole session takes longer than it may."""
    console = Console()
    recording = largest_recording()
    console.print(f"Recording: {recording.name}, {len(recording.data) / 1e6:.2f} MB. {recording.note}")
    with tempfile.TemporaryDirectory() as folder, embedded_postgres(Path(folder) / "postgres") as url:
        upgrade(url)
        settings = Settings(data_dir=Path(folder) / "data", database_url=url, _env_file=None)
        with closing_services(build_services(settings, url)) as services:
            desk = services.for_viewer(LOCAL_CLINICIAN)
            codes = [_stored(services, desk, number, recording.data) for number in range(N_SESSIONS)]
            return _measure(console, desk, codes)


def _stored(services: Services, desk: Services, number: int, data: bytes) -> str:
    # A last sample that differs makes another content.
    outcome = desk.save_upload(f"P{number // 20 + 1:03}", f"{number}.c3d", data[:-1] + bytes([number]))
    assert outcome.session_id is not None
    services.analyse_session(outcome.session_id)
    return f"P{number // 20 + 1:03}S{number % 20 + 1:03}"


def _measure(console: Console, desk: Services, codes: list[str]) -> int:
    table = Table("Export", "p50 (ms)", "p95 (ms)", "of it computing (ms)", "size (kB)", "n")
    exports, code = desk.exports, codes[0]
    late = []
    desk.forget_traces()
    _add(table, "whole session, parquet, cold cache", _times(lambda: exports.signals(code, "parquet"), 1))
    for format in SIGNAL_FORMATS:
        whole = _times(lambda format=format: exports.signals(code, format), N_TIMES)
        late += [format] if percentile(whole.wall_ms, 95) > LIMIT_MS else []
        _add(table, f"whole session, {format}", whole)
        part = _times(lambda format=format: exports.signals(code, format, window_s=(10.0, 20.0)), N_TIMES)
        _add(table, f"10 s of it, {format}", part)
    for format in TABLE_FORMATS:
        _add(
            table,
            f"results of one session, {format}",
            _times(lambda format=format: exports.tables([code], format), N_TIMES),
        )
        _add(
            table,
            f"results of {len(codes)} sessions, {format}",
            _times(lambda format=format: exports.tables(codes, format), 3),
        )
    console.print(table)
    if late:
        console.print(f"Longer than {LIMIT_MS:.0f} ms at p95: {', '.join(late)}.")
    return 1 if late else 0


@dataclass(frozen=True, slots=True)
class Spent:
    """Some exports of one kind: milliseconds on the clock and of this process's processors, and bytes of the last."""

    wall_ms: list[float]
    processor_ms: list[float]
    size: int


def _times(export: Callable[[], ExportFile], n: int) -> Spent:
    wall, processor, size = [], [], 0
    for _ in range(n):
        began, computed = time.perf_counter(), time.process_time()
        size = len(export().data)
        wall.append(1e3 * (time.perf_counter() - began))
        processor.append(1e3 * (time.process_time() - computed))
    return Spent(wall, processor, size)


def _add(table: Table, name: str, spent: Spent) -> None:
    p95 = f"{percentile(spent.wall_ms, 95):.0f}" if len(spent.wall_ms) > 1 else ""
    table.add_row(
        name,
        f"{statistics.median(spent.wall_ms):.0f}",
        p95,
        f"{statistics.median(spent.processor_ms):.0f}",
        f"{spent.size / 1e3:.0f}",
        str(len(spent.wall_ms)),
    )
