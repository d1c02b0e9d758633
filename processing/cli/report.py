"""``report``: one session as a PDF, clinical or for the patient."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from processing.errors import InvalidParameterError
from processing.language import LANGUAGES
from processing.reports import SHEETS, ReportOptions


def add_parser(commands: Any) -> None:
    """Add the command to ``python -m processing``."""
    parser = commands.add_parser(
        "report",
        help="write a session's report as a PDF",
        description="Write a session's report as a PDF, under its pseudonym. Every report is kept in the audit log.",
    )
    parser.add_argument("session_code", metavar="P###S###")
    parser.add_argument("--sheet", choices=SHEETS, default="clinical")
    parser.add_argument("--language", choices=list(LANGUAGES), default="en")
    parser.add_argument("--raw", action="store_true", help="draw the raw signal behind the envelope")
    parser.add_argument(
        "--zone", default="UTC", help="time zone of printed moments, such as Europe/Brussels (default UTC)"
    )
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="the PDF to write")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the report and print where it is."""
    from processing.services import open_services
    from processing.settings import Settings

    zone = _zone(arguments.zone)
    options = ReportOptions(arguments.sheet, arguments.language, include_raw=arguments.raw)
    with open_services(Settings()) as services:
        review = services.load_review(arguments.session_code)
        made = services.reports.make(review, options, zone=zone)
        services.reports.record_export(review, options)
        arguments.out.write_bytes(made.pdf())
    print(arguments.out)
    return 0


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as exc:
        raise InvalidParameterError(
            f"The time zone is '{name}'; expected a name such as Europe/Brussels."
        ) from exc
