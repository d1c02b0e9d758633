"""``make bench``: measure what the product claims, beside the way it was done before, in one run."""

from __future__ import annotations

import logging
import sys
import tempfile
from pathlib import Path

import structlog
from rich.console import Console

from benchmarks import main_job
from benchmarks.recordings import largest_recording
from benchmarks.report import print_figures
from processing.database.embedded import embedded_postgres
from processing.database.migrations import upgrade


def main() -> int:
    """Print one table; ratios compare figures of this run only, for machines differ and are noisy."""
    console = Console()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    recording = largest_recording()
    console.print(f"Recording: {recording.name}, {len(recording.data) / 1e6:.2f} MB. {recording.note}")
    with tempfile.TemporaryDirectory() as folder, embedded_postgres(Path(folder) / "postgres") as url:
        upgrade(url)
        print_figures(console, main_job.measure(url, Path(folder), recording))
    return 0


if __name__ == "__main__":
    sys.exit(main())
