"""The database at its size: 100 000 sessions read under row-level security, bytes a session, an older product moved."""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg.conninfo import make_conninfo
from rich.console import Console
from rich.table import Table

from benchmarks.database_older import measure_older
from benchmarks.database_plans import ExplainingDatabase, indexes_used, tables_read_whole
from benchmarks.database_rows import LARGE, People, Size, make_clinic, store_sessions
from benchmarks.report import percentile
from processing.database import Database
from processing.database.cohort import cohort_overview, patient_timeline
from processing.database.embedded import embedded_postgres
from processing.database.identity import Identity
from processing.database.migrations import upgrade
from processing.database.sessions import page_of_sessions
from processing.services import Services, build_services, closing_services
from processing.services.attention import AttentionService
from processing.settings import Settings
from processing.use_cases.cohort import Window
from processing.use_cases.read_models import SessionFilters
from processing.use_cases.session_pages import SessionPlace

LIMIT_MS = 50.0
LIMIT_KB = 20.0
_LAST_DAY = date(2026, 11, 20)


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured; a test asks for little."""

    size: Size = field(default_factory=Size)
    n_runs: int = 100
    n_stored: int = 1000
    n_older: int = 50
    older_mb: float = 45.0
    n_full: int = 8


@dataclass(frozen=True, slots=True)
class Timed:
    """One query for one person: milliseconds of each run, and what its plans use."""

    query: str
    who: str
    times_ms: tuple[float, ...]
    n_rows: int
    indexes: tuple[str, ...]
    read_whole: tuple[str, ...]

    @property
    def fine(self) -> bool:
        """Whether it is quick enough and reads no large table from end to end."""
        return percentile(self.times_ms, 95) < LIMIT_MS and not self.read_whole


# As little as shows that everything runs.
SMALL = Effort(
    Size(n_sessions=120, n_patients=12, n_therapists=3, n_large=6),
    n_runs=2,
    n_stored=40,
    n_older=16,
    older_mb=1.5,
    n_full=1,
)


def main(arguments: list[str] | None = None) -> int:
    """Print every figure; 1 if a query is too slow or reads a large table whole, or a session takes too much."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.database", description=__doc__)
    parser.add_argument("--small", action="store_true", help="few rows: it runs, and measures nothing")
    effort = SMALL if parser.parse_args(arguments).small else Effort()
    console = Console(width=max(120, Console().width))
    with tempfile.TemporaryDirectory() as name, embedded_postgres(Path(name) / "postgres") as url:
        folder = Path(name)
        with _database(url, folder, "stored") as services:
            kilobytes = kilobytes_per_session(services, effort.n_stored)
        console.print(
            f"Stored per session, rows, indexes and TOAST: {kilobytes:.1f} kB over {effort.n_stored} sessions "
            f"(limit {LIMIT_KB:.0f} kB)"
        )
        with _database(url, folder, "clinic") as services:
            timed = _measure_clinic(console, services, effort)
        console.print("\nThe older product's table:")
        with _database(url, folder, "older") as services:
            older = measure_older(
                console, services, n_rows=effort.n_older, megabytes=effort.older_mb, n_full=effort.n_full
            )
    return 0 if older and kilobytes <= LIMIT_KB and all(one.fine for one in timed) else 1


@contextmanager
def _database(url: str, folder: Path, name: str) -> Iterator[Services]:
    """Yield services on a migrated database of its own, dropped at the end."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
    own = make_conninfo(url, dbname=name)
    upgrade(own)
    settings = Settings(_env_file=None, data_dir=folder / name, demo=False)  # type: ignore[call-arg]
    with closing_services(build_services(settings, own)) as services:
        yield services
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)".encode())


def _measure_clinic(console: Console, services: Services, effort: Effort) -> list[Timed]:
    started, size = time.perf_counter(), effort.size
    people = make_clinic(services, size)
    console.print(
        f"{size.n_patients} patients, {size.n_therapists} therapists, {size.n_patients * size.per_patient} sessions "
        f"written in {time.perf_counter() - started:.0f} s"
    )
    timed = time_queries(services.database.url, people, size, effort.n_runs)
    _print(console, timed)
    return timed


def kilobytes_per_session(services: Services, n: int) -> float:
    """Return what a session takes in the database, everything that belongs to it included."""
    before = _database_bytes(services)
    store_sessions(services, n, "P000")
    return (_database_bytes(services) - before) / n / 1000


def time_queries(url: str, people: People, size: Size, n_runs: int) -> list[Timed]:
    """Run every query of every role with changing patients and places, as that person."""
    viewers = {
        f"therapist of {(size.n_patients - size.n_large) // (size.n_therapists - 1)}": people.therapist,
        f"therapist of {size.n_large}": people.large,
        "researcher": people.researcher,
        "administrator": people.administrator,
    }
    database, explaining = Database(url), ExplainingDatabase(url)
    try:
        return [
            _time(name, query, who, _as(database, user), _as(explaining, user), n_runs)
            for name, query in QUERIES.items()
            for who, user in viewers.items()
        ]
    finally:
        database.close()
        explaining.close()


def _time(
    name: str,
    query: Callable[[Database, random.Random], int],
    who: str,
    database: Database,
    explaining: ExplainingDatabase,
    n_runs: int,
) -> Timed:
    chance = random.Random(f"{name} {who}")
    explaining.plans.clear()
    n_rows = query(explaining, chance)
    plans = list(explaining.plans)
    query(database, chance)
    times = []
    for _ in range(n_runs):
        started = time.perf_counter()
        query(database, chance)
        times.append(1000 * (time.perf_counter() - started))
    return Timed(
        name, who, tuple(times), n_rows, tuple(indexes_used(plans)), tuple(tables_read_whole(plans, LARGE))
    )


def _as(database: Database, user: UUID) -> Database:
    return database.acting_as(Identity(user, datetime.now(UTC) + timedelta(hours=2)))


def _newest(database: Database, _: random.Random) -> int:
    return len(page_of_sessions(database, SessionFilters(limit=25)).sessions)


def _deep(database: Database, chance: random.Random) -> int:
    day = datetime(2026, 11, 20) - timedelta(days=chance.randrange(700))
    place = SessionPlace(day, UUID(int=0), newer=chance.random() < 0.5)
    return len(page_of_sessions(database, SessionFilters(limit=25), place).sessions)


def _failed(database: Database, chance: random.Random) -> int:
    day = datetime(2026, 11, 20) - timedelta(days=chance.randrange(700))
    filters = SessionFilters(statuses=("failed",), limit=25)
    return len(page_of_sessions(database, filters, SessionPlace(day, UUID(int=0))).sessions)


def _of_one(database: Database, chance: random.Random) -> int:
    filters = SessionFilters(patient_code=_some_patient(database, chance), limit=25)
    return len(page_of_sessions(database, filters).sessions)


def _timeline(database: Database, chance: random.Random) -> int:
    return len(patient_timeline(database, _some_patient(database, chance)).sessions)


def _overview(database: Database, _: random.Random) -> int:
    return len(cohort_overview(database, Window(_LAST_DAY, 14)))


def _today(database: Database, _: random.Random) -> int:
    return len(AttentionService(database).overview(_LAST_DAY).rows)


def _today_shown(database: Database, chance: random.Random) -> int:
    codes = [_some_patient(database, chance) for _ in range(20)]
    return len(AttentionService(database).overview(_LAST_DAY, codes).rows)


QUERIES: dict[str, Callable[[Database, random.Random], int]] = {
    "session list, newest 25": _newest,
    "session list, 25 at any place": _deep,
    "session list, 25 that could not be read": _failed,
    "session list, one patient's 25": _of_one,
    "patient timeline, all sessions": _timeline,
    "cohort overview, 14 days and all time": _overview,
    "Today, how every patient stands": _today,
    "Today, 20 rows with their days": _today_shown,
}

_codes: dict[str, list[str]] = {}


def _some_patient(database: Database, chance: random.Random) -> str:
    """Return the code of a patient whom this person sees; looked up once."""
    key = f"{database.url} {database.identity}"
    if key not in _codes:
        rows = database.fetch_all("select code from app.patients where code <> 'P000' order by code")
        _codes[key] = [row["code"] for row in rows]
    return chance.choice(_codes[key])


def _print(console: Console, timed: list[Timed]) -> None:
    table = Table("Query", "As", "p50", "p95", "rows", "Plan")
    for one in timed:
        plan = f"indexes: {len(one.indexes)}" if not one.read_whole else f"READS WHOLE: {one.read_whole}"
        p50, p95 = (f"{percentile(one.times_ms, percent):.1f} ms" for percent in (50, 95))
        table.add_row(one.query, one.who, p50, p95 if one.fine else f"{p95} !", str(one.n_rows), plan)
    console.print(table)
    console.print(
        f"Limit {LIMIT_MS:.0f} ms at p95, row-level security on, {len(timed[0].times_ms)} runs each."
    )
    busy = os.getloadavg()[0] / (os.cpu_count() or 1)
    console.print(
        f"Load of this machine: {busy:.1f} for each core; above 1 the times are those of a queue, too."
    )
    console.print(f"Indexes used: {', '.join(sorted({name for one in timed for name in one.indexes}))}")


def _database_bytes(services: Services) -> int:
    row = services.database.fetch_one(
        "select sum(pg_total_relation_size(oid)) as n from pg_class where relkind = 'r'"
        " and relnamespace in ('app'::regnamespace, 'procrastinate'::regnamespace)"
    )
    assert row is not None
    return int(row["n"])
