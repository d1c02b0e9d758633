"""``erase-patient``: delete everything about one patient, for good, on request."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from processing.errors import InvalidParameterError
from processing.use_cases.erasure import ErasurePlan, ErasureReport


def add_parser(commands: Any) -> None:
    """Add the command to the parser."""
    erase = commands.add_parser(
        "erase-patient", help="delete a patient's files and rows for good; the code stays closed"
    )
    erase.add_argument("code", metavar="P###")
    erase.add_argument("--reason", required=True, help="why, as it stays in the audit log; name no person")
    erase.add_argument("--by", metavar="NAME", help="who decided it (default: the user of this computer)")
    erase.add_argument("--dry-run", action="store_true", help="say what would be deleted, and delete nothing")
    erase.add_argument("--yes", action="store_true", help="do not ask for the code again")
    erase.set_defaults(run=_erase)


def _erase(arguments: argparse.Namespace) -> int:
    from processing.services import open_services
    from processing.services.erasure_list import note_erasure
    from processing.settings import Settings

    reason = arguments.reason.strip()
    if not 3 <= len(reason) <= 500:
        raise InvalidParameterError(f"The reason has {len(reason)} characters; expected 3 to 500.")
    settings = Settings()
    with open_services(settings) as services:
        plan = services.erasure.plan(arguments.code)
        _print_plan(plan)
        if arguments.dry_run:
            print("Nothing was deleted.")
            return 0
        _ask(plan.subject.code, sure=arguments.yes)
        by = (arguments.by or getpass.getuser()).strip()
        note_erasure(
            settings.erasures_path, plan.subject.code, reason=reason, requested_by=by, at=datetime.now(UTC)
        )
        report = services.erasure.erase(plan.subject.code, reason=reason, requested_by=by)
    _print_report(report)
    return 0 if report.complete else 1


def _ask(code: str, *, sure: bool) -> None:
    if sure:
        return
    if not sys.stdin.isatty():
        raise InvalidParameterError(
            "Nothing was deleted: nobody can be asked here. Add --yes to go on without."
        )
    print(f"This cannot be undone. Type {code} to go on: ", end="", flush=True)
    if sys.stdin.readline().strip() != code:
        raise InvalidParameterError("Nothing was deleted: another code was typed.")


def _print_plan(plan: ErasurePlan) -> None:
    subject, earlier = plan.subject, plan.earlier
    print(f"Patient {subject.code}: {len(subject.session_codes)} sessions, {len(plan.files)} files")
    if earlier is not None:
        done = "completed" if earlier.completed_at else "not completed"
        print(f"  erased before, on {earlier.requested_at:%Y-%m-%d} for {earlier.requested_by} ({done})")
    for name in plan.files:
        print(f"  file {ascii(name)[1:-1]}")
    _print_counts("  rows of", subject.n_rows or {})
    for code in subject.same_elsewhere:
        print(f"  left alone: session {code} of another patient has the same recording")


def _print_report(report: ErasureReport) -> None:
    print(f"Deleted {report.n_files} files.")
    _print_counts("  deleted, or cleared of the patient, in", report.n_rows)
    _print_counts("  STILL THERE in", report.remaining)
    if report.n_running:
        print(f"  {report.n_running} analyses are still under way: run the command again.")
    _print_counts("  rows of others that hold the same name or number, to be looked at, in", report.mentions)
    if report.complete:
        print(
            f"Nothing names {report.erased.code} any more but the entry that says who was erased, when and why."
        )
        print(
            "Still to do by hand: copies of the data, reports and exports that left the system; see docs/operate.md."
        )


def _print_counts(title: str, counts: Mapping[str, int]) -> None:
    for name, count in sorted(counts.items()):
        print(f"{title} {name}: {count}")
