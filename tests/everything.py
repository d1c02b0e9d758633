"""What ``make test`` runs: ``python -m tests.everything``.

Two lanes at once, because the browser's tests wait a lot: the checks and most tests in one, those of the browser and
the benchmarks in the other. The first lane's output comes as it is printed, the second one's
when it has ended.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
MEMORY = Path("/dev/shm")
ROOM_BYTES = 6 << 30  # both lanes at once fill less than two


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a lane; ``files`` is whether it writes into a folder of its own.

    The folder that pytest chooses is for all runs of one user, and each run that begins closes it to everybody else,
    even to the database of another run, which is somebody else.
    """

    name: str
    command: tuple[str, ...]
    files: bool = False


def _tool(name: str, *arguments: str) -> Step:
    return Step(name, (str(BIN / name), *arguments))


def _pytest(name: str, *arguments: str) -> Step:
    return Step(
        name,
        (sys.executable, "-m", "pytest", "-q", "-n", "2", "--durations=12", "--durations-min=5", *arguments),
        files=True,
    )


BENCHMARKS = "tests/integration/test_benchmarks_run.py"

# A second to find what takes minutes later.
FIRST = (
    _tool("ruff", "check", "."),
    _tool("ruff", "format", "--check", "."),
    Step("chromium", (sys.executable, "-m", "tests.chromium")),
)
MEASURED = (
    _tool("mypy"),
    _tool("lint-imports"),
    _pytest(
        "unit and integration tests", "--dist", "worksteal", "--cov", "--cov-report=", "--cov-fail-under=0",
        "--ignore=tests/unit/pages", f"--ignore={BENCHMARKS}", "tests/unit", "tests/property", "tests/integration",
    ),
    _tool("coverage", "report"),
    Step("branches", (sys.executable, "-m", "tests.branches")),
    # Coverage of the pages' tests would cost half their time and add hardly a line of the core.
    _pytest("pages", "--dist", "worksteal", "tests/unit/pages"),
)  # fmt: skip
# Two workers in each lane: they wait a third of their time, for browsers, clocks and disks. Beside a fifth one the
# tests of the browser would wait for processors. The steps are dealt out so that both lanes end together.
SEEN = (
    Step("audit of the dependencies", (sys.executable, "-m", "tests.audit")),
    _pytest("browser", "--dist", "loadfile", "--no-loadscope-reorder", "-m", "not evidence", "tests/browser"),
    _pytest("benchmarks", "--dist", "worksteal", BENCHMARKS),
)


def in_memory() -> Path | None:
    """Return a folder in memory where there is room for what tests write, None to use the disk.

    They make hundreds of databases and throw them away; a slow disk took more time for it than everything else.
    """
    with suppress(OSError):  # there is no such folder
        found = os.statvfs(MEMORY)
        roomy = found.f_bavail * found.f_frsize >= ROOM_BYTES
        if roomy and os.access(MEMORY, os.W_OK) and not found.f_flag & os.ST_NOEXEC:
            return MEMORY
    return None


def run_lane(steps: tuple[Step, ...], output: IO[str] | None, failed: list[str]) -> None:
    """Run one step after the other, all of them whatever happens, and note those that fail."""
    for step in steps:
        print(f"== {step.name}", file=output, flush=True)
        began = time.monotonic()
        folder = tempfile.mkdtemp(prefix="ghostly-", dir=in_memory()) if step.files else None
        own = ("--basetemp", f"{folder}/t") if folder else ()
        done = subprocess.run(
            (*step.command, *own), cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"}, stdout=output,
            stderr=subprocess.STDOUT if output else None, check=False,
        )  # fmt: skip
        if folder and done.returncode:
            print(f"== {step.name} left its files in {folder}", file=output, flush=True)
        elif folder:
            shutil.rmtree(folder, ignore_errors=True)
        print(f"== {step.name}: {time.monotonic() - began:.0f} s", file=output, flush=True)
        if done.returncode:
            failed.append(step.name)


def main() -> int:
    """Run everything; 1 if anything failed, with its name at the end."""
    failed: list[str] = []
    began = time.monotonic()
    run_lane(FIRST, None, failed)
    if failed:
        return _end(failed, began)
    with tempfile.TemporaryFile("w+") as printed:
        other = threading.Thread(target=run_lane, args=(SEEN, printed, failed))
        other.start()
        run_lane(MEASURED, None, failed)
        other.join()
        printed.seek(0)
        print(printed.read(), flush=True)
    return _end(failed, began)


def _end(failed: list[str], began: float) -> int:
    minutes, seconds = divmod(time.monotonic() - began, 60)
    print(
        f"== {'FAILED: ' + ', '.join(failed) if failed else 'all passed'}, {minutes:.0f} min {seconds:.0f} s"
    )
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
