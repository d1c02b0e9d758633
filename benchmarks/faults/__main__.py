"""``python -m benchmarks.faults``: run the fault table and print it; exit status 1 if anything was lost.

``--smoke`` runs the quick rows with few of each, ``--only 16 17`` some rows, ``--markdown FILE`` writes the table.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rich.console import Console

from benchmarks.faults import contents, crashes, deliveries, elsewhere, files, hosted
from benchmarks.faults.bench import Bench, FaultStack
from benchmarks.faults.cases import Case, Outcome, Where, all_cases, as_markdown, as_table
from tests.unit.storage.supabase_double import SERVICE_KEY, serve_storage_double

# Each registers its cases when it is imported.
MODULES = (contents, crashes, deliveries, elsewhere, files, hosted)
_INSTALLATIONS: tuple[Where, ...] = ("local", "hosted", "full disk", "tests")
_SMALL_DISK_MB = 320


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the cases, print the table, and return 1 if anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="the quick rows, with few of each")
    parser.add_argument("--only", nargs="+", metavar="ROW", help="these rows")
    parser.add_argument("--markdown", type=Path, help="write the table here too")
    options = parser.parse_args(arguments)
    console = Console()
    console = console if console.is_terminal else Console(width=170)
    chosen = [
        one for one in all_cases()
        if (options.only is None or one.number in options.only) and (one.quick or not options.smoke)
    ]  # fmt: skip
    began = time.monotonic()
    results: list[tuple[Case, Outcome, float]] = []
    for where in _INSTALLATIONS:
        cases = [one for one in chosen if one.where == where]
        if cases:
            results += _run(console, where, cases, quick=options.smoke)
    results.sort(key=lambda result: chosen.index(result[0]))
    console.print(as_table(results))
    lost = sum(outcome.lost for _, outcome, _ in results)
    tried = sum(outcome.tried for _, outcome, _ in results)
    console.print(f"{tried} tried, {lost} lost, in {time.monotonic() - began:.0f} s.")
    if options.markdown is not None:
        options.markdown.write_text(as_markdown(results) + "\n")
    return int(lost > 0 or not results)


def _run(
    console: Console, where: Where, cases: Sequence[Case], *, quick: bool
) -> list[tuple[Case, Outcome, float]]:
    results = []
    with _installation(where, quick=quick) as bench:
        for one in cases:
            began = time.monotonic()
            try:
                outcome = Outcome(1, 0, "cannot be simulated here") if bench is None else one.run(bench)
            except Exception as error:  # a case that breaks is a row that is lost, and the others still count
                outcome = Outcome(1, 0, f"{type(error).__name__}: {str(error)[:300]}")
            took_s = time.monotonic() - began
            results.append((one, outcome, took_s))
            console.print(
                f"{one.number:>3}  {outcome.survived}/{outcome.tried}  {took_s:.0f} s  {one.title}",
                highlight=False,
            )
    return results


@contextmanager
def _installation(where: Where, *, quick: bool) -> Iterator[Bench | None]:
    """Yield a running installation of that kind, None where this machine cannot have one."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        if where == "full disk" and not stack.enter_context(_small_disk(folder)):
            yield None
            return
        double, extra = None, {}
        if where == "hosted":
            double = stack.enter_context(serve_storage_double())
            extra = {
                "STORAGE_BACKEND": "supabase",
                "SUPABASE_URL": double.url,
                "SUPABASE_ANON_KEY": "anon-key-of-the-double",
                "SUPABASE_SERVICE_ROLE_KEY": SERVICE_KEY,
            }
        product = FaultStack(folder / "data", extra=extra)
        if where != "tests":
            stack.enter_context(product)
        yield Bench(product, quick=quick, double=double)


@contextmanager
def _small_disk(folder: Path) -> Iterator[bool]:
    """Mount a small disk in memory on a folder; False where that is not allowed."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={_SMALL_DISK_MB}m,mode=0755", "faults", str(folder)]
    if sys.platform != "linux" or os.geteuid() != 0 or subprocess.run(command, check=False).returncode:
        yield False
        return
    try:
        yield True
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


if __name__ == "__main__":
    sys.exit(main())
