"""``python -m benchmarks api``: what the REST API takes, and what it costs the webhooks that it stands beside.

Latency of events counts from the moment when each was due; the generators of both loads are processes of their own.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.faults.bench import BUCKET, PATH, Bench, FaultStack, names_of
from benchmarks.recordings import largest_recording
from benchmarks.report import percentile
from processing.ports import StoredObject
from processing.webhooks import encode_event, sign_event, storage_event, storage_event_id
from tests.builders import make_c3d
from tests.running_stack import ROOT, free_port

N_COLD, N_WARM, N_ANALYSED, N_EXPORTED = 5, 200, 5, 5
EVENTS_A_SECOND, WINDOWS_A_SECOND, SECONDS = 20, 10, 12.0
WARM_LIMIT_MS, ACKNOWLEDGE_LIMIT_MS = 50.0, 50.0
_WINDOW_S, _POINTS = 10.0, 2000
_LIMITS = {"API_REQUESTS_PER_MINUTE": "1000000", "API_HEAVY_PER_MINUTE": "1000000"}


@dataclass(frozen=True, slots=True)
class Asked:
    """Milliseconds of each request, and the bytes of the last answer."""

    took_ms: list[float]
    size: int = 0


def main(_: list[str] | None = None) -> int:
    """Print two tables; 1 if a warm window, or an acknowledgement beside the API alone, takes longer than it may."""
    console = Console()
    console = console if console.is_terminal else Console(width=130)
    with (
        tempfile.TemporaryDirectory() as folder,
        FaultStack(Path(folder) / "data", extra=_LIMITS) as stack,
    ):
        bench = Bench(stack)
        bench.wait_ready()
        recording = largest_recording()
        console.print(f"Recording: {recording.name}, {len(recording.data) / 1e6:.2f} MB. {recording.note}")
        # Another last byte makes another content, and so a look that finds nothing in memory.
        data = [recording.data[:-1] + bytes([number]) for number in range(N_COLD)]
        codes = _stored(bench, data)
        good = _requests(console, bench, codes, data[0])
        return int(not (_beside(console, bench, codes[0]) and good))


def _stored(bench: Bench, data: list[bytes]) -> list[str]:
    objects = [bench.put(f"P001/{number}.c3d", each) for number, each in enumerate(data)]
    bench.announce_all(objects)
    rows = bench.completed(names_of(objects), 120)
    assert all(row["status"] == "completed" for row in rows.values()), rows
    return sorted(row["session_code"] for row in rows.values())


def _requests(console: Console, bench: Bench, codes: list[str], data: bytes) -> bool:
    """Time each kind of request, one at a time and with nothing else to do."""
    table = Table("Request over HTTP, one at a time", "p50 (ms)", "p95 (ms)", "longest (ms)", "kB", "n")
    with httpx.Client(base_url=f"{bench.stack.listener_url}/api/v1", trust_env=False, timeout=60) as client:

        def window(n: int, *, of: list[str] | None = None, **how: Any) -> Asked:
            asked = of or codes[:1]
            return _times(
                n, lambda i: client.get(f"/signals/jit/{asked[i % len(asked)]}/CH1", params=_window(i) | how)
            )

        _add(table, "window of 10 s at 2000 points, JSON, cold", window(N_COLD, of=codes))
        warm = {
            "window, JSON, warm": window(N_WARM),
            "window, Arrow, warm": window(N_WARM, format="arrow"),
            "window of the envelope, JSON, warm": window(N_WARM, kind="envelope"),
        }
        for name, asked in warm.items():
            _add(table, name, asked)
        tag = client.get(f"/signals/jit/{codes[0]}/CH1", params=_window(0)).headers["etag"]
        known = {"If-None-Match": tag}
        _add(
            table,
            "window, 304",
            _times(
                N_WARM, lambda _: client.get(f"/signals/jit/{codes[0]}/CH1", params=_window(0), headers=known)
            ),
        )
        _add(table, "channels", _times(N_WARM, lambda _: client.get(f"/signals/jit/{codes[0]}/channels")))
        _add(table, "one session", _times(N_WARM, lambda _: client.get(f"/sessions/{codes[0]}")))
        _add(table, "list of sessions", _times(N_WARM, lambda _: client.get("/sessions")))
        _add(
            table,
            "analysis of the posted file",
            _times(N_ANALYSED, lambda _: client.post("/analyses", content=data)),
        )
        for name, path in (
            ("results, json", f"/sessions/{codes[0]}/export?format=json"),
            ("results, xlsx", f"/sessions/{codes[0]}/export?format=xlsx"),
            ("signals, parquet, whole session", f"/sessions/{codes[0]}/signals/export?format=parquet"),
            ("report, clinical", f"/sessions/{codes[0]}/report"),
        ):
            _add(table, name, _times(N_EXPORTED, lambda _, path=path: client.get(path)))
    console.print(table)
    slow = [name for name, asked in warm.items() if percentile(asked.took_ms, 95) >= WARM_LIMIT_MS]
    console.print(
        f"Warm windows below {WARM_LIMIT_MS:.0f} ms at p95: {'no: ' + ', '.join(slow) if slow else 'yes'}."
    )
    return not slow


def _window(number: int) -> dict[str, Any]:
    start = float(number % 20)
    return {"start": start, "end": start + _WINDOW_S, "points": _POINTS}


def _times(n: int, ask: Callable[[int], httpx.Response]) -> Asked:
    took_ms, size = [], 0
    for number in range(n):
        began = time.perf_counter()
        answer = ask(number)
        took_ms.append(1e3 * (time.perf_counter() - began))
        if not (answer.is_success or answer.status_code == 304):
            raise AssertionError(f"{answer.request.url}: {answer.status_code} {answer.text[:300]}")
        size = len(answer.content)
    return Asked(took_ms, size)


def _add(table: Table, name: str, asked: Asked) -> None:
    p95 = f"{percentile(asked.took_ms, 95):.1f}" if len(asked.took_ms) > 1 else ""
    cells = (
        f"{statistics.median(asked.took_ms):.1f}",
        p95,
        f"{max(asked.took_ms):.1f}",
        f"{asked.size / 1e3:.0f}",
    )
    table.add_row(name, *cells, str(len(asked.took_ms)))


def _beside(console: Console, bench: Bench, code: str) -> bool:
    """Acknowledge events without windows, with windows from the same process, and with windows from another."""
    data = make_c3d(duration_s=20.0, contractions_s=[(2.0, 4.5), (7.0, 9.5)])
    same = bench.stack.listener_port
    table = Table(
        f"{EVENTS_A_SECOND} events a second, {SECONDS:g} s",
        *("acknowledged p50 (ms)", "p95 (ms)", "p99 (ms)", "longest (ms)", "refused", "windows p95 (ms)"),
    )
    results = {}
    results["no windows"] = _both(bench, data, "P201", code, None)
    name = f"{WINDOWS_A_SECOND} windows a second"
    results[f"{name}, API beside the listener"] = _both(bench, data, "P202", code, same)
    with _own_process(bench) as port:
        results[f"{name}, API in its own process"] = _both(bench, data, "P203", code, port)
    for case, (events, windows) in results.items():
        took = [1e3 * s for s in events["latencies_s"]]
        refused = sum(status not in (200, 202) for status in events["statuses"])
        drawn = "" if windows is None else f"{percentile([1e3 * s for s in windows['latencies_s']], 95):.1f}"
        cells = [
            *(f"{percentile(took, p):.1f}" for p in (50, 95, 99)),
            f"{max(took):.1f}",
            str(refused),
            drawn,
        ]
        table.add_row(case, *cells)
    console.print(table)
    console.print("The worker analysed all the while.")
    alone = results["no windows"][0]
    return percentile([1e3 * s for s in alone["latencies_s"]], 99) < ACKNOWLEDGE_LIMIT_MS


def _both(
    bench: Bench, data: bytes, folder: str, code: str, api_port: int | None
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Send events, and ask for windows where an address is given, at the same time; return what both saw."""
    plans: list[Mapping[str, Any]] = [_events(bench, data, folder)]
    if api_port is not None:
        first = f"http://127.0.0.1:{api_port}/api/v1/signals/jit/{code}/CH1"
        httpx.get(first, trust_env=False, timeout=60).raise_for_status()  # from here on it is warm
        plans.append(_windows(code, api_port))
    running = []
    for plan in plans:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.acknowledge_load"], cwd=ROOT, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdin is not None
        process.stdin.write(json.dumps(plan))
        process.stdin.close()
        running.append(process)
    answers = []
    for process in running:
        assert process.stdout is not None
        with process.stdout:
            answers.append(json.loads(process.stdout.read()))
        assert process.wait() == 0
    if api_port is not None and set(answers[1]["statuses"]) != {200}:
        raise AssertionError(f"windows were answered with {set(answers[1]['statuses'])}")
    return answers[0], answers[1] if api_port is not None else None


def _events(bench: Bench, data: bytes, folder: str) -> dict[str, Any]:
    """Return the load of new recordings' events; the files are hidden, so that only the events announce them."""
    path = bench.stack.data_dir / "buckets" / BUCKET / folder / ".load"
    path.mkdir(parents=True)
    (path / "original").write_bytes(data)
    requests = []
    for number in range(int(EVENTS_A_SECOND * SECONDS)):
        name = f"{folder}/.load/{number:05}.c3d"
        (path / f"{number:05}.c3d").hardlink_to(path / "original")
        event = storage_event(StoredObject(name, f"v{number}", len(data), datetime.now(UTC)), BUCKET)
        body = encode_event(event)
        signed = sign_event(bench.secret, storage_event_id(event), time.time(), body)
        lines = [f"POST {PATH} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}"]
        lines += [f"{header}: {value}" for header, value in signed.items()]
        requests.append("\r\n".join([*lines, "", ""]) + body.decode("latin-1"))
    return {
        "host": "127.0.0.1",
        "port": bench.stack.listener_port,
        "rate": EVENTS_A_SECOND,
        "requests": requests,
    }


def _windows(code: str, port: int) -> dict[str, Any]:
    requests = []
    for number in range(int(WINDOWS_A_SECOND * SECONDS)):
        query = "&".join(f"{name}={value}" for name, value in _window(number).items())
        lines = [f"GET /api/v1/signals/jit/{code}/CH1?{query} HTTP/1.1", "Host: 127.0.0.1", "", ""]
        requests.append("\r\n".join(lines))
    return {"host": "127.0.0.1", "port": port, "rate": WINDOWS_A_SECOND, "requests": requests}


@contextmanager
def _own_process(bench: Bench) -> Iterator[int]:
    """Run the API as a program of its own and yield its port."""
    port = free_port()
    with bench.program(sys.executable, "-m", "rest_api", API_PORT=str(port)) as process:
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline and process.poll() is None:
            with suppress(httpx.HTTPError):
                if httpx.get(f"http://127.0.0.1:{port}/api/v1/health", trust_env=False).status_code == 200:
                    yield port
                    return
            time.sleep(0.1)
        raise AssertionError("'python -m rest_api' did not answer within 40 s")


if __name__ == "__main__":
    sys.exit(main())
