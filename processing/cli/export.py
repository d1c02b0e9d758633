"""``export``: sessions as tables, signals or original files, written into a folder."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from processing.errors import InvalidParameterError, PermanentError
from processing.exports.formats import SIGNAL_FORMATS, TABLE_FORMATS, ExportFile
from processing.exports.model import Scope
from processing.services import Services
from processing.services.exports import MOST_OF_OPERATOR
from processing.use_cases.read_models import SessionFilters

_ALL = 1_000_000


def add_parser(commands: Any) -> None:
    """Add the command to ``python -m processing``."""
    parser = commands.add_parser(
        "export",
        help="write sessions as tables, signals or original files",
        description="Write sessions into a folder. Every export is kept in the audit log.",
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--sessions", nargs="+", metavar="P###S###", help="these sessions")
    which.add_argument("--patient", metavar="P###", help="every session of a patient")
    which.add_argument("--all", action="store_true", help="every session")
    parser.add_argument(
        "--format",
        required=True,
        choices=[*TABLE_FORMATS, "c3d"],
        help="of the tables, or of the signals with --signals; c3d alone is the original files",
    )
    parser.add_argument(
        "--out", required=True, type=Path, metavar="DIR", help="where to write; made if missing"
    )
    parser.add_argument("--signals", action="store_true", help="signals at the full rate, one file a session")
    parser.add_argument(
        "--window", nargs=2, type=float, metavar=("FROM", "TO"), help="with --signals: only these seconds"
    )
    parser.add_argument(
        "--pseudonymised", action="store_true", help="tables without dates, free text and names"
    )
    parser.add_argument("--notes", action="store_true", help="tables with the clinical notes")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write what was asked for; 1 if something of it could not be had."""
    from processing.services import open_services
    from processing.settings import Settings

    _check(arguments)
    arguments.out.mkdir(parents=True, exist_ok=True)
    status = 0
    with open_services(Settings()) as services:
        for written in _exports(services, arguments, _codes(services, arguments)):
            if isinstance(written, str):
                print(written, file=sys.stderr)
                status = 1
                continue
            path = arguments.out / written.name
            path.write_bytes(written.data)
            print(path)
    return status


def _check(arguments: argparse.Namespace) -> None:
    """Refuse combinations that mean nothing, before anything is opened."""
    if arguments.signals and arguments.format not in SIGNAL_FORMATS:
        raise InvalidParameterError(
            f"Signals cannot be written as {arguments.format}; expected one of {', '.join(SIGNAL_FORMATS)}."
        )
    if arguments.window is not None and not arguments.signals:
        raise InvalidParameterError("--window is for signals: add --signals.")


def _codes(services: Services, arguments: argparse.Namespace) -> list[str]:
    if arguments.sessions:
        return list(arguments.sessions)
    return services.exports.matching(SessionFilters(patient_code=arguments.patient, limit=_ALL))


def _exports(
    services: Services, arguments: argparse.Namespace, codes: list[str]
) -> Iterator[ExportFile | str]:
    """Yield the files, or the sentence about one that cannot be had."""
    if not arguments.signals and arguments.format != "c3d":
        scope = Scope(pseudonymised=arguments.pseudonymised, notes=arguments.notes)
        yield services.exports.tables(codes, arguments.format, scope, most=MOST_OF_OPERATOR)
        return
    for code in codes:
        try:
            if arguments.signals:
                window = None if arguments.window is None else (arguments.window[0], arguments.window[1])
                yield services.exports.signals(code, arguments.format, window_s=window)
            else:
                file = services.exports.recording(code)
                # Two sessions may have files of one name.
                yield ExportFile(f"{code}_{file.name}", file.media_type, file.data)
        except PermanentError as error:
            yield f"{code}: {error.kind}: {error}"
