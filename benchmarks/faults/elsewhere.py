"""Rows that need another kind of installation (a small disk), or that named tests prove with people and browsers."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psycopg

from benchmarks.faults.bench import Bench, names_of
from benchmarks.faults.cases import Outcome, case, outcome_of
from tests.running_stack import ROOT

_FOREIGN = (
    "tests/unit/sign_in/test_tokens.py",
    "tests/integration/test_access_services.py",
)
_TABS = (
    "tests/unit/sign_in/test_sessions.py",
    "tests/unit/sign_in/test_desk.py",
    "tests/integration/test_sign_in.py",
)


@case("28", "disk full under database and bucket", where="full disk")
def disk_full(bench: Bench) -> Outcome:
    """503 and a sentence while it is full; with space again everything goes on, nothing acknowledged is lost."""
    before = bench.put_many("P128", bench.few(20) // 2)
    bench.announce_all(before)
    rows = bench.completed(names_of(before))
    good = [rows.get(name, {}).get("status") == "completed" for name in names_of(before)]
    full = [bench.put(f"P128/full_{n}.c3d", bench.recording(500 + n)) for n in range(bench.few(20) // 2)]
    ballast = bench.stack.data_dir.parent / "ballast"
    _fill(ballast)
    with suppress(psycopg.Error, AssertionError):
        for _ in range(
            20
        ):  # what is left of the preallocated log is given up; the next segment finds no space
            with psycopg.connect(bench.stack.database_url, autocommit=True, connect_timeout=3) as connection:
                connection.execute("select pg_logical_emit_message(true, 'fill', repeat('x', 4000000))")
                connection.execute("select pg_switch_wal()")
    answers, deadline = [], time.monotonic() + (3 if bench.quick else 8)
    while time.monotonic() < deadline:
        answers += [bench.announce(stored) for stored in full]
        time.sleep(0.3)
    statuses = sorted({0 if a is None else a.status_code for a in answers})
    good.append(set(statuses) <= {200, 202, 503} and 503 in statuses)
    good.append(all("retry-after" in a.headers for a in answers if a is not None and a.status_code == 503))
    ballast.unlink()
    back_s = bench.wait_ready(90)
    bench.reconcile()
    rows = bench.completed(names_of([*before, *full]), 90)
    good += [rows.get(name, {}).get("status") == "completed" for name in names_of([*before, *full])]
    # Every page of every table and index is read once.
    good.append(bench.rows("select count(*) as n from app.storage_events")[0]["n"] >= len(rows))
    return outcome_of(good, f"answers while full: {statuses}; ready {back_s:.1f} s after there was space")


@case("28b", "data folder that cannot be written at start", where="full disk")
def read_only(bench: Bench) -> Outcome:
    """The programs refuse to start and name the folder; writable again, everything is as it was."""
    stored = bench.put_many("P138", 4)
    bench.announce_all(stored)
    names = names_of(stored)
    good = [bench.completed(names).get(name, {}).get("status") == "completed" for name in names]
    bench.stack.stop()
    disk = bench.stack.data_dir.parent
    _remount(disk, "ro")
    try:
        refused = [bench.stack.run(*command) for command in (("start",), ("worker",), ("sessions",))]
    finally:
        _remount(disk, "rw")
        bench.stack.start()
    said = [
        str(bench.stack.data_dir) in one.stderr and "Read-only file system" in one.stderr for one in refused
    ]
    good += [one.returncode != 0 and "Traceback" not in one.stderr for one in refused]
    good += [said[0], said[1]]
    good += [bench.sessions(names).get(name, {}).get("status") == "completed" for name in names]
    return outcome_of(good, refused[0].stderr.strip().replace(str(disk), "").splitlines()[-1])


def _remount(disk: Path, mode: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{mode}", str(disk)], check=True)


def _fill(path: Path) -> None:
    """Write until the disk is full."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(1 << 20)):
            pass
    with path.open("ab", buffering=0) as file, suppress(OSError):
        while file.write(bytes(1 << 10)):
            pass


@case("23", "another therapist's patient by address or id; forged, expired, service tokens", where="tests")
def foreign_patients(_: Bench) -> Outcome:
    """Named tests on the real database."""
    return _tests(_FOREIGN)


@case("24", "two people in two tabs, reload, a token that expires meanwhile", where="tests")
def tabs(_: Bench) -> Outcome:
    """Named tests on the real sign-in desk; tests/browser/test_sign_in.py does the same in two browsers."""
    return _tests(_TABS)


def _tests(paths: tuple[str, ...]) -> Outcome:
    """Run tests and count them."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", f"--basetemp={folder}/tests", "-p", "no:cacheprovider", *paths],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    counts = {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed|error)", done.stdout)}
    tried = sum(counts.values())
    named = ", ".join(Path(path).stem for path in paths)
    if done.returncode not in (0, 1) or not tried:
        return Outcome(1, 0, f"the tests did not run: {done.stdout[-200:]}{done.stderr[-200:]}")
    return Outcome(tried, counts.get("passed", 0), f"by tests: {named}")
