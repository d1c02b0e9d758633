"""Whether a cache that dashboards share would pay here, answered from what was counted."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from typing import Any

from processing.use_cases.cache_report import CacheAnswer, Condition


def add_parser(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "cache-report", help="say from counted looks and builds whether a shared cache (Redis) would pay"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument(
        "--days", type=_days, default=30, metavar="N", help="looks and builds of the last N days (default 30)"
    )
    parser.set_defaults(run=_run)


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= 3650:
        raise argparse.ArgumentTypeError(f"{days} days; expected 1 to 3650")
    return days


def _run(arguments: argparse.Namespace) -> int:
    from processing.services import open_services
    from processing.settings import Settings

    with open_services(Settings()) as services:
        answer = services.cache_use.answer(days=arguments.days)
    (_print_json if arguments.json else _print_words)(answer)
    return 0


def _print_json(answer: CacheAnswer) -> None:
    import orjson

    plain = {"schema": 1, **asdict(answer), "mean_build_s": answer.figures.mean_build_s}
    sys.stdout.write(orjson.dumps(plain, option=orjson.OPT_INDENT_2).decode() + "\n")


def _print_words(answer: CacheAnswer) -> None:
    from rich.console import Console
    from rich.table import Table

    found, console = answer.figures, Console()
    table = Table(box=None, show_header=False)
    table.add_row("Counted since", f"{found.since:%Y-%m-%d %H:%M %Z}")
    table.add_row("Sessions with a result, received since", str(found.n_sessions))
    table.add_row("  whose plots were opened", _share(found.n_opened, found.n_sessions))
    table.add_row(f"  received within the last {found.days} days", str(found.n_recent))
    table.add_row("  of those, opened", _share(found.n_recent_opened, found.n_recent))
    table.add_row("Sessions from before: whether opened", f"not recorded ({found.n_before})")
    table.add_section()
    table.add_row(f"Looks at signals within the last {found.days} days", str(found.looks))
    table.add_row("  for a picture", _share(found.drawn, found.looks))
    table.add_row("  answered by a dashboard's memory", _share(found.memory_hits, found.looks))
    table.add_row("  answered by the shared cache", _share(found.shared_hits, found.looks))
    table.add_row("  built from the C3D", _share(found.builds, found.looks))
    table.add_row("    taking over 1 s", _share(found.slow_builds, found.builds))
    table.add_row("    on average", _seconds(found.mean_build_s))
    table.add_row("    the longest", _seconds(found.longest_build_s))
    table.add_row(
        "    built again: the most that a cache could have spared", _share(found.rebuilds, found.builds)
    )
    console.print(table)
    console.print("\nA shared cache (Redis) pays only if")
    for number, condition in enumerate((answer.slow, answer.opened), start=1):
        console.print(
            f"  {number}. {condition.name}: [bold]{_holds(condition)}[/bold] ({condition.sentence})"
        )
    console.print(
        f"\nWould Redis pay here? [bold]{answer.verdict.capitalize()}[/bold]. {answer.why}", highlight=False
    )


def _holds(condition: Condition) -> str:
    if condition.holds is None:
        return f"not enough data, {condition.needed} are needed"
    return "true" if condition.holds else "false"


def _share(part: int, whole: int) -> str:
    return "not recorded" if not whole else f"{part} of {whole} ({100 * part / whole:.0f} %)"


def _seconds(seconds: float | None) -> str:
    return "not recorded" if seconds is None else f"{seconds:.3f} s"
