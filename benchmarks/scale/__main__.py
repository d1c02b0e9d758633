"""``python -m benchmarks.scale``: one ward to a national programme, from measured costs; ``--real N`` checks it."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import structlog
from rich.console import Console

from benchmarks.main_job import _installation
from benchmarks.recordings import BenchmarkRecording, largest_recording
from benchmarks.scale import report
from benchmarks.scale.calibrate import Measured, calibrate, counted_statements
from benchmarks.scale.ceilings import ingest_rates, open_snapshot_ms, queue_costs, sweep_costs
from benchmarks.scale.growth import Growth, measure_growth
from benchmarks.scale.load import SCALES
from benchmarks.scale.model import Assumptions, Costs, reconnect, simulate
from benchmarks.scale.real import real_run
from processing.database.embedded import embedded_postgres
from processing.services import build_services, closing_services


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured; less of everything for a test."""

    n_jobs: int = 20
    n_stored: int = 500
    connections: Sequence[int] = (1, 4, 8)
    ingest_s: float = 2.0
    backlogs: Sequence[int] = (1_000, 10_000, 100_000)
    n_files: int = 300
    n_rows: int = 50_000
    n_ended: int = 5_000
    scales: Sequence[int] = SCALES


QUICK = Effort(2, 10, (1, 2), 0.3, (100, 300), 20, 500, 50, SCALES[:3])


def main(arguments: Sequence[str] | None = None, effort: Effort | None = None) -> int:
    """Print the tables; always 0: what is measured here has no limit to keep."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument(
        "--real", type=int, metavar="N", help="let N recordings through the whole product too"
    )
    parser.add_argument(
        "--workers", type=int, nargs="+", default=[1, 2], help="with --real: runs with so many workers"
    )
    parser.add_argument(
        "--bucket-price", type=float, default=Assumptions().bucket_price, help="$ a GB and month"
    )
    parser.add_argument(
        "--database-price", type=float, default=Assumptions().database_price, help="$ a GB and month"
    )
    parser.add_argument("--round-trip-ms", type=float, default=0.0, help="to a database on another host")
    parser.add_argument("--quick", action="store_true", help="little of everything: to see that it runs")
    options = parser.parse_args(arguments)
    effort = effort or (QUICK if options.quick else Effort())
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    console = Console()
    console = console if console.is_terminal else Console(width=160)
    recording = largest_recording()
    console.print(
        f"Recording: {recording.name}, {len(recording.data) / 1e6:.2f} MB. {recording.note} Load of the machine: "
        f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."
    )
    with tempfile.TemporaryDirectory() as folder, embedded_postgres(Path(folder) / "postgres") as url:
        measured, round_trips, growth = _measure(url, Path(folder), recording, effort)
        report.print_calibration(console, measured, round_trips, growth)
        ceilings = _ceilings(url, Path(folder), recording, effort)
        report.print_ceilings(console, ceilings)
    costs = costs_of(
        measured,
        growth,
        recording,
        ingest_cpu_s=ceilings[0][0].database_cpu_ms / 1000,
        round_trip_s=options.round_trip_ms / 1000 * round_trips,
    )
    assumed = Assumptions(bucket_price=options.bucket_price, database_price=options.database_price)
    outcomes = [simulate(n, costs, assumed) for n in effort.scales]
    report.print_outcomes(console, outcomes, assumed)
    report.print_reconnected(console, [(o, reconnect(o.n_per_day, o.workers, costs)) for o in outcomes])
    if options.real:
        for n_workers in options.workers:
            report.print_real(console, real_run(options.real, n_workers, recording, costs))
    return 0


def costs_of(
    measured: Measured,
    growth: Growth,
    recording: BenchmarkRecording,
    *,
    ingest_cpu_s: float,
    round_trip_s: float = 0.0,
) -> Costs:
    """Return what the model multiplies; ``round_trip_s`` is what a job waits for the network to the database."""
    return Costs(
        service_s=np.array(measured.busy_s) + round_trip_s,
        job_cpu_s=float(np.mean(measured.busy_s)),
        job_database_cpu_s=max(0.0, measured.database_cpu_s - ingest_cpu_s),
        ingest_database_cpu_s=ingest_cpu_s,
        kept_bytes=growth.kept_bytes,
        queue_bytes=growth.queue_bytes,
        body_bytes=growth.body_bytes,
        opened_bytes=growth.opened_bytes,
        file_bytes=float(len(recording.data)),
    )


def _measure(
    url: str, folder: Path, recording: BenchmarkRecording, effort: Effort
) -> tuple[Measured, int, Growth]:
    cluster = folder / "postgres"
    with _installation(url, folder, "calibrated") as services:
        measured = calibrate(services, cluster, recording.data, effort.n_jobs)
        own = services.database.url
        with (
            counted_statements(own, cluster) as count,
            closing_services(build_services(services.settings, own)) as one,
        ):
            _ = calibrate(one, cluster, recording.data, 1, folder="P002")
            round_trips = round(count() / 3)  # two that are not counted, and one
    with _installation(url, folder, "grown") as services:
        return measured, round_trips, measure_growth(services, recording.data, effort.n_stored)


def _ceilings(url: str, folder: Path, recording: BenchmarkRecording, effort: Effort) -> report.Ceilings:
    with _installation(url, folder, "ceilings") as services:
        own = services.database.url
        rates = ingest_rates(own, folder / "postgres", effort.connections, effort.ingest_s)
        swept = sweep_costs(services, recording.data, effort.n_files, effort.n_rows)
        taken = queue_costs(own, effort.backlogs)
        return rates, taken, swept, open_snapshot_ms(own, effort.n_ended)


if __name__ == "__main__":
    sys.exit(main())
