"""``check-configuration``: what holds, where it comes from, and what a program would refuse to start with."""

from __future__ import annotations

import argparse
from typing import Any


def add_parser(commands: Any) -> None:
    """Add the command to the parser."""
    check = commands.add_parser(
        "check-configuration", help="show the settings that hold, secrets masked, and what is wrong with them"
    )
    check.add_argument(
        "--program", choices=["dashboard", "listener", "worker", "api"], action="append",
        help="only what concerns this program; may be given several times (default: all)",
    )  # fmt: skip
    check.set_defaults(run=_check)


def _check(arguments: argparse.Namespace) -> int:
    from processing.services.configuration import PARTS, find_faults, find_warnings
    from processing.services.environment import effective_settings, given_variables, near_misses
    from processing.settings import Settings

    given = given_variables()
    warnings = near_misses(given)
    settings = Settings()
    parts = arguments.program or PARTS
    for setting in effective_settings(settings, given):
        print(f"{setting.name:32} {setting.value:44} {setting.source}")
    for sentence in [*warnings, *find_warnings(settings, parts)]:
        print(f"warning: {sentence}")
    faults = find_faults(settings, parts)
    for sentence in faults:
        print(f"FAULT: {sentence}")
    if not faults:
        print(f"Nothing keeps {', '.join(parts)} from starting in {settings.environment}.")
    return 1 if faults else 0
