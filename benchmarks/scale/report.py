"""The tables of the benchmark of scale."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import TypeAlias

from rich.console import Console
from rich.table import Table

from benchmarks.scale.calibrate import PARTS, Measured
from benchmarks.scale.ceilings import Ingested, Swept, Taken
from benchmarks.scale.growth import Growth
from benchmarks.scale.model import DAY_P95_S, Assumptions, Outcome, Reconnected
from benchmarks.scale.real import Checked

Ceilings: TypeAlias = tuple[Sequence[Ingested], Sequence[Taken], Swept, tuple[float, float]]

_PART_WORDS = {
    "ingest": "ingest: event, session and job in one transaction",
    "take": "take the job from the queue",
    "claim": "claim the session, read what it is measured against",
    "fetch": "fetch the bytes (a folder), twice asked for their version",
    "read": "read the C3D in a process of its own",
    "inputs": "say that it is read; what counts on that day",
    "store": "store the result",
    "end": "end the job",
    "analyse": "analyse (the rest)",
}


def print_calibration(console: Console, measured: Measured, round_trips: int, growth: Growth) -> None:
    """Print what a job costs by parts, and what a session leaves in the database."""
    table = Table("Part of a job", "p50", "p95", title=f"One job alone, wall time, n = {len(measured.job_s)}")
    for part in PARTS:
        values = measured.parts[part]
        table.add_row(_PART_WORDS[part], _ms(statistics.median(values)), _ms(_p95(values)))
    console.print(table)
    busy = measured.busy_s
    console.print(
        f"Whole job (without ingest): wall {_ms(statistics.median(measured.job_s))}, CPU "
        f"{_ms(statistics.median(busy))} ({_ms(min(busy))} to {_ms(max(busy))}), of which the database "
        f"{_ms(measured.database_cpu_s)}; {round_trips} statements to the database, ingest included."
    )
    table = Table(
        "Table",
        "bytes a session",
        "updates a session",
        "in place",
        title="Growth, indexes and TOAST included",
    )
    for name, size in sorted(growth.tables.items(), key=lambda item: -item[1]):
        updates, hot = growth.updates.get(name, (0.0, 0.0))
        table.add_row(
            name, f"{size:.0f}", f"{updates:.1f}" if updates else "", f"{hot:.1f}" if updates else ""
        )
    console.print(table)
    console.print(
        f"Kept for ever {growth.kept_bytes / 1000:.1f} kB a session; the queue's rows {growth.queue_bytes:.0f} B and "
        f"the event's body {growth.body_bytes:.0f} B until the housekeeping; an opening in the audit log "
        f"{growth.opened_bytes:.0f} B."
    )


def print_ceilings(console: Console, ceilings: Ceilings) -> None:
    """Print where one database, its queue and the comparison begin to hurt."""
    rates, taken, swept, snapshot = ceilings
    table = Table(
        "Connections", "events a second", "database CPU an event", title="Ingest, as fast as it answers"
    )
    for rate in rates:
        table.add_row(str(rate.connections), f"{rate.per_s:.0f}", f"{rate.database_cpu_ms:.2f} ms")
    console.print(table)
    table = Table(
        "Jobs that wait", "take one", "without our index", "facts of health and metrics", title="The queue"
    )
    for row in taken:
        table.add_row(
            f"{row.waiting}",
            f"{row.take_ms:.2f} ms",
            f"{row.take_without_index_ms:.2f} ms",
            f"{row.facts_ms:.0f} ms",
        )
    console.print(table)
    console.print(
        f"Taking a job while somebody's transaction stays open and jobs end: {snapshot[0]:.2f} ms, then "
        f"{snapshot[1]:.2f} ms."
    )
    console.print(
        f"Comparison of bucket and sessions, an object: all versions {swept.versions_us:.0f} µs, names and times "
        f"{swept.names_us:.0f} µs, in the database {swept.database_us:.0f} µs."
    )


def print_outcomes(console: Console, outcomes: Sequence[Outcome], assumed: Assumptions) -> None:
    """Print what each scale needs."""
    table = Table(
        "Sessions a day", "arrivals a second: minute, second", "workers", "wait by day p50 / p95 / p99", "night p99",
        "night done", "database cores", "database GB a year", "bucket TB a year", "$ a month after a year",
        title=f"One year of 250 therapy days; workers: 95 of 100 start within {DAY_P95_S:.0f} s by day",
    )  # fmt: skip
    for o in outcomes:
        table.add_row(
            f"{o.n_per_day:,}",
            f"{o.peak_minute_per_s:.2f}, {o.peak_per_s:.0f}",
            str(o.workers),
            " / ".join(f"{wait:.1f}" for wait in o.day_wait_s) + " s",
            f"{o.night_wait_s[1]:.1f} s",
            _clock(o.night_done_h),
            f"{o.database_cores:.2f}",
            f"{o.database_gb_year:,.2f}",
            f"{o.bucket_tb_year:,.3f}",
            f"{o.dollars_month:,.0f}",
        )
    console.print(table)
    console.print(
        f"Assumed: ${assumed.bucket_price} a GB and month in the bucket, ${assumed.database_price} in the database, "
        f"every session opened {assumed.opened_per_session:g} times, recordings of 175 s."
    )


def print_reconnected(console: Console, found: Sequence[tuple[Outcome, Reconnected]]) -> None:
    """Print what half a day's sessions within ten minutes do to each scale."""
    table = Table(
        "Sessions a day", "events a second", "longest queue", "drained after", title="Half a day at once"
    )
    for o, r in found:
        table.add_row(f"{o.n_per_day:,}", f"{r.per_s:.1f}", f"{r.waiting:,}", _span(r.drained_h))
    console.print(table)


def print_real(console: Console, checked: Checked) -> None:
    """Print a real run beside what the model says of the same arrivals."""
    table = Table(
        "", "predicted", "queue alone", "measured", "measured / predicted",
        title=f"{checked.n} recordings through the whole product, workers: {checked.n_workers}",
    )  # fmt: skip
    for name, predicted, replayed, measured in checked.rows():
        ratio = f"{measured / predicted:.2f}" if predicted > 0.05 else ""
        alone = "" if replayed is None else f"{replayed:.2f} s"
        table.add_row(name, f"{predicted:.2f} s", alone, f"{measured:.2f} s", ratio)
    console.print(table)
    console.print(
        "Queue alone: the model with the service times of this run, so that only the queue is judged."
    )
    console.print(checked.remarks())


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms"


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]


def _clock(hours: float) -> str:
    minutes = round(60 * hours)
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _span(hours: float) -> str:
    return f"{hours:.1f} h" if hours >= 1 else f"{60 * hours:.0f} min"
