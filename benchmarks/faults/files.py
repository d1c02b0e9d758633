"""Rows about recordings: overwritten, deleted, poisonous, hanging, too large, cut off."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import numpy as np
import psutil

from benchmarks.damage import damaged_files
from benchmarks.faults.bench import Bench
from benchmarks.faults.cases import Outcome, case, outcome_of
from processing.c3d.head import read_head
from tests.builders import make_c3d

GIB = 1 << 30


@case("11", "overwritten while the old version is analysed", quick=True)
def overwritten(bench: Bench) -> Outcome:
    """The result that counts is that of the last bytes."""
    n_files = bench.few(20)
    long = make_c3d(duration_s=40.0)
    names = [f"P111/{number:03}.c3d" for number in range(n_files)]
    last = {}
    for number, name in enumerate(names):
        for attempt, data in enumerate((long, bench.recording(number), bench.recording(1000 + number))):
            bench.announce(bench.put(name, data))
            last[name] = hashlib.sha256(data).hexdigest()
            time.sleep(0.05 * attempt)
    sql = """
    select s.object_name, p.file_sha256 from app.therapy_sessions s
    join app.processing_parameters p on p.session_id = s.id and p.result_version = s.result_version
    where s.object_name = any(%(names)s) and s.processing_status = 'completed'"""
    deadline, stored = time.monotonic() + 90, dict[str, str]()
    while stored != last and time.monotonic() < deadline:
        time.sleep(0.2)
        stored = {row["object_name"]: row["file_sha256"] for row in bench.rows(sql, names=names)}
    return outcome_of(
        [stored.get(name) == last[name] for name in names], "three versions of each, 50 ms apart"
    )


@case("12", "deleted before the worker runs", quick=True)
def deleted(bench: Bench) -> Outcome:
    """The job ends after one run, the session says that the file is gone, and a file that comes back is analysed."""
    names = [f"P112/{number:03}.c3d" for number in range(bench.few(20))]
    with bench.frozen(bench.stack.worker_pid()):
        for number, name in enumerate(names):
            bench.announce(bench.put(name, bench.recording(number)))
            (bench.stack.data_dir / "buckets" / "c3d-examples" / name).unlink()
    rows = bench.settled(names)
    gone = [rows.get(n, {}).get("failure_kind") == "NotFoundError" and rows[n]["n_jobs"] == 1 for n in names]
    for number, name in enumerate(names):
        bench.put(name, bench.recording(number))
    rows = bench.completed(names, 90)
    back = [rows.get(name, {}).get("status") == "completed" for name in names]
    return outcome_of([a and b for a, b in zip(gone, back, strict=True)], "gone, then back: analysed")


@case("18", "files that kill or hang the reader")
def poison(bench: Bench) -> Outcome:
    """The reader dies alone; the session is quarantined after two tries and completes when it is tried again."""
    worker, good = bench.stack.worker_pid(), []
    for number, what in enumerate(("killed", "hung") if not bench.quick else ("killed",)):
        name = f"P118/{what}.c3d"
        with _readers_under_fire(bench, signal.SIGKILL if what == "killed" else signal.SIGSTOP):
            bench.announce(bench.put(name, bench.recording(number)))
            rows = bench.settled([name], 60)
        good.append(rows.get(name, {}).get("failure_kind") == "ReaderCrashedError")
        code = rows[name]["session_code"]
        bench.stack.run("reprocess", code)
        good.append(bench.completed([name], 60).get(name, {}).get("status") == "completed")
    good.append(bench.stack.worker_pid() == worker)
    return outcome_of(good, "every reader killed, then every reader frozen; same worker afterwards")


@contextmanager
def _readers_under_fire(bench: Bench, number: signal.Signals) -> Iterator[None]:
    """Send a signal to every isolated reader as soon as it is there."""
    stop = threading.Event()
    worker = psutil.Process(bench.stack.worker_pid())

    def fire() -> None:
        while not stop.wait(0.002):
            with suppress(psutil.NoSuchProcess, ProcessLookupError):
                for child in worker.children(recursive=True):
                    os.kill(child.pid, number)

    thread = threading.Thread(target=fire)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        with suppress(psutil.NoSuchProcess):
            for child in worker.children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    child.kill()  # a frozen template


@case("18b", "structurally damaged files", quick=True)
def damaged(bench: Bench) -> Outcome:
    """Each ends as completed or failed with a sentence, under the same worker."""
    worker = bench.stack.worker_pid()
    names = []
    for number, data in enumerate(damaged_files(bench.few(100), seed=6)):
        names.append(f"P168/{number:03}.c3d")
        bench.announce(bench.put(names[-1], data))
    rows = bench.settled(names, 120)
    calm = bench.stack.worker_pid() == worker
    failed = sum(row["status"] == "failed" for row in rows.values())
    ended = [calm and name in rows and rows[name]["status"] in ("completed", "failed") for name in names]
    return outcome_of(ended, f"{failed} refused with a reason, {len(rows) - failed} read")


@case("19", "files that claim much memory", quick=True)
def bombs(bench: Bench) -> Outcome:
    """Quarantined within ten seconds, no process above 1 GiB."""
    worker = psutil.Process(bench.stack.worker_pid())
    files = [change(bytearray(bench.recording(0))) for change in _BOMBS]
    files.append(bench.recording(0) + bytes(60 << 20))
    with _largest_of(worker) as largest:
        names, good, slowest = [], [], 0.0
        for number, data in enumerate(files):
            names.append(f"P119/{number}.c3d")
            began = time.monotonic()
            bench.announce(bench.put(names[-1], data))
            rows = bench.settled(names[-1:], 40)
            slowest = max(slowest, time.monotonic() - began)
            # What follows the last frame is nobody's: such a file may be read.
            good.append(
                rows.get(names[-1], {}).get("status")
                in ("failed", *(["completed"] if data is files[-1] else []))
            )
    good += [largest[0] <= GIB, slowest <= 10.0]
    return outcome_of(good, f"largest process {largest[0] / 1e6:.0f} MB, slowest file {slowest:.1f} s")


@contextmanager
def _largest_of(worker: psutil.Process) -> Iterator[list[int]]:
    """Watch the resident memory of a worker and its readers; the list's one number is the largest so far, in bytes."""
    largest, stop = [0], threading.Event()

    def look() -> None:
        while not stop.wait(0.005):
            with suppress(psutil.NoSuchProcess):
                for process in (worker, *worker.children()):
                    with suppress(psutil.NoSuchProcess):
                        largest[0] = max(largest[0], process.memory_info().rss)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield largest
    finally:
        stop.set()
        thread.join()


def _words(**at: int) -> Callable[[bytearray], bytes]:
    """Return a change of 16-bit words of the header; names are w and the word's number."""

    def change(data: bytearray) -> bytes:
        for name, value in at.items():
            place = 2 * int(name[1:])
            data[place : place + 2] = value.to_bytes(2, "little")
        return bytes(data)

    return change


def _dimensions(data: bytearray) -> bytes:
    """Let the labels' array claim 255 x 255 x 255 entries."""
    place = data.find(b"LABELS", 512)
    data[place + 9 : place + 13] = b"\x03\xff\xff\xff"
    return bytes(data)


# Points a frame, analog samples a frame, first and last frame, samples a point.
_BOMBS = (
    _words(w1=0xFFFF), _words(w2=0xFFFF), _words(w3=1, w4=0xFFFF), _words(w9=0xFFFF),
    _words(w1=0xFFFF, w2=0xFFFF, w3=0, w4=0xFFFF, w9=0xFFFF), _dimensions,
)  # fmt: skip


@case("20", "uploads that were cut off", quick=True)
def cut_off(bench: Bench) -> Outcome:
    """Refused with a reason, never a shorter result; the whole file is analysed once it is there."""
    whole = bench.recording(7)
    start, n_files = read_head(whole).layout.start, bench.few(20)
    lengths = np.linspace(start // 2, len(whole) - 4, n_files).astype(int)
    names = [f"P120/{number:03}.c3d" for number in range(n_files)]
    for name, length in zip(names, lengths, strict=True):
        bench.announce(bench.put(name, whole[:length]))
    rows = bench.settled(names)
    refused = [rows.get(n, {}).get("status") == "failed" and rows[n]["n_results"] == 0 for n in names]
    bench.announce_all([bench.put(name, whole) for name in names])
    rows = bench.completed(names)
    good = [r and rows.get(n, {}).get("status") == "completed" for r, n in zip(refused, names, strict=True)]
    return outcome_of(good, "a changed bit of a sample cannot be seen in a file itself; see 21 for checksums")
