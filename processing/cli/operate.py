"""The operator's commands: start, worker, dashboard, migrate, sessions, demo, reconcile, housekeeping, reprocess."""

from __future__ import annotations

import argparse
from typing import Any


def add_parsers(commands: Any) -> None:
    """Add the commands to the parser."""
    start = commands.add_parser("start", help="start everything and keep it running until Ctrl-C")
    start.set_defaults(run=_start)

    worker = commands.add_parser("worker", help="analyse what is on the queue until SIGTERM")
    worker.add_argument("--concurrency", type=int, default=1, help="recordings at a time (default 1)")
    worker.set_defaults(run=_worker)

    dashboard = commands.add_parser("dashboard", help="the dashboard alone, at DASHBOARD_HOST and _PORT")
    dashboard.set_defaults(run=_dashboard)

    migrate = commands.add_parser("migrate", help="bring the database's schema up to date, or back")
    action = migrate.add_mutually_exclusive_group(required=True)
    action.add_argument("--upgrade", action="store_true", help="apply what is missing")
    action.add_argument("--rollback", type=int, metavar="N", help="undo the last N migrations")
    action.add_argument("--status", action="store_true", help="list the migrations")
    migrate.add_argument(
        "--lose-entries", action="store_true", help="with --rollback: also delete what people entered since"
    )
    migrate.set_defaults(run=_migrate)

    sessions = commands.add_parser("sessions", help="list the sessions, newest first")
    sessions.add_argument("--json", action="store_true", help="one JSON object a line")
    sessions.add_argument("--patient", metavar="P###", help="only this patient")
    sessions.set_defaults(run=_sessions)

    demo = commands.add_parser(
        "demo", help="put six demonstration recordings into the bucket and announce them"
    )
    demo.set_defaults(run=_demo)

    reconcile = commands.add_parser("reconcile", help="queue what is in the bucket but was never announced")
    reconcile.set_defaults(run=_reconcile)

    housekeeping = commands.add_parser(
        "housekeeping", help="forget finished jobs, old events' bodies and messages"
    )
    housekeeping.set_defaults(run=_housekeeping)

    reprocess = commands.add_parser("reprocess", help="analyse sessions again; earlier results stay")
    reprocess.add_argument("session_codes", nargs="+", metavar="P###S###")
    reprocess.set_defaults(run=_reprocess)


def _start(_: argparse.Namespace) -> int:
    from processing.cli.start import start

    return start()


def _worker(arguments: argparse.Namespace) -> int:
    from processing.emg.loading import load_scipy
    from processing.jobs.metrics import WorkerMetrics
    from processing.jobs.worker import run_worker
    from processing.logs import configure_logging
    from processing.services import open_services
    from processing.services.configuration import check_configuration
    from processing.services.watching import watched_bucket
    from processing.settings import Settings

    settings = Settings()
    configure_logging(settings.log_format)
    check_configuration(settings, "worker")
    load_scipy()
    with open_services(settings, program="worker") as services, watched_bucket(services):
        metrics = WorkerMetrics(lambda: services.storage_errors)
        if settings.worker_metrics_port:
            metrics.serve(settings.worker_metrics_port)
        run_worker(lambda: services.build_job_app(metrics), concurrency=arguments.concurrency)
    return 0


def _dashboard(_: argparse.Namespace) -> int:
    """Become the dashboard, so that signals reach it; refuse first to be reachable without sign-in."""
    import os

    from processing.cli.start import ROOT, dashboard_command
    from processing.services.configuration import check_configuration
    from processing.settings import Settings

    settings = Settings()
    check_configuration(settings, "dashboard")
    command = dashboard_command(settings)
    os.chdir(ROOT)
    os.execv(command[0], command)


def _migrate(arguments: argparse.Namespace) -> int:
    from processing.database import migrations
    from processing.services import database_url
    from processing.settings import Settings

    with database_url(Settings()) as url:
        if arguments.status:
            for migration in migrations.migration_status(url):
                print(
                    f"{migration.version}  {'applied' if migration.applied else 'pending'}  {migration.name}"
                )
        elif arguments.upgrade:
            applied = migrations.upgrade(url)
            print("\n".join(f"applied {m.version} {m.name}" for m in applied) or "nothing to apply")
        else:
            undone = migrations.rollback(url, arguments.rollback, lose_entries=arguments.lose_entries)
            print("\n".join(f"rolled back {m.version} {m.name}" for m in undone) or "nothing to roll back")
    return 0


def _sessions(arguments: argparse.Namespace) -> int:
    from processing.cli.sessions import print_json, print_table
    from processing.services import open_services
    from processing.settings import Settings
    from processing.use_cases.read_models import SessionFilters

    with open_services(Settings()) as services:
        found = services.list_sessions(SessionFilters(patient_code=arguments.patient, limit=100_000))
    (print_json if arguments.json else print_table)(found)
    return 0


def _demo(_: argparse.Namespace) -> int:
    import httpx

    from processing.cli.start import listener_answers, webhook_secret
    from processing.demo.announce import announce_demo
    from processing.errors import StorageUnavailableError
    from processing.settings import Settings
    from processing.storage import build_store

    settings = Settings()
    gone = f"The listener on {settings.listener_url} does not answer: run 'python -m processing start' first."
    if not listener_answers(settings):
        raise StorageUnavailableError(gone)
    try:
        for name, status in announce_demo(
            build_store(settings), listener_url=settings.listener_url, secret=webhook_secret(settings)
        ):
            print(f"{name}: {status}")
    except httpx.HTTPError as exc:
        raise StorageUnavailableError(gone) from exc
    return 0


def _reconcile(_: argparse.Namespace) -> int:
    from processing.services import open_services
    from processing.settings import Settings

    with open_services(Settings()) as services:
        print(f"{services.reconcile(thorough=True)} objects queued that no event had announced")
    return 0


def _housekeeping(_: argparse.Namespace) -> int:
    from processing.services import open_services
    from processing.settings import Settings

    with open_services(Settings()) as services:
        complete = False
        while not complete:  # each run is bounded, for the sake of the periodic job
            tidied = services.housekeeping.run()
            complete = tidied.complete
            print(
                f"forgotten: {tidied.finished_jobs} finished jobs, {tidied.event_bodies} bodies of events, "
                f"{tidied.ignored_events} ignored events, {tidied.notifications} messages, "
                f"{tidied.reconciliation_runs} reconciliations"
            )
    return 0


def _reprocess(arguments: argparse.Namespace) -> int:
    import sys

    from processing.errors import PermanentError
    from processing.services import open_services
    from processing.settings import Settings

    status = 0
    with open_services(Settings()) as services:
        for code in arguments.session_codes:
            try:
                print(f"{code}: queued as job {services.reprocess_session(code)}")
            except PermanentError as error:
                print(f"{code}: {error.kind}: {error}", file=sys.stderr)
                status = 1
    return status
