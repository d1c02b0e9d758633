"""``python -m benchmarks.accuracy``: contraction detection on sessions whose truth is known, beside others."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console

from benchmarks.accuracy.detectors import available_detectors
from benchmarks.accuracy.report import as_document, grids, print_grids, print_mistakes, update_page
from benchmarks.accuracy.run import Score, run
from benchmarks.accuracy.situations import SITUATIONS

# Of a page or a log, where no terminal tells.
_WIDTH = 180


def main(arguments: list[str] | None = None) -> int:
    """Run what is asked for and print the tables."""
    options = _parser().parse_args(arguments)
    console = Console()
    console = console if console.is_terminal else Console(width=_WIDTH)
    for reason in available_detectors()[1]:
        print(reason, file=sys.stderr)
    scores: list[Score] = []
    seeds = range(options.first_seed, options.first_seed + (1 if options.quick else options.seeds))
    for session_scores in run(
        seeds=seeds,
        situations=options.only,
        detectors=options.detector,
        workers=options.workers,
    ):
        scores += session_scores
    tables = grids(scores)
    print_grids(console, tables, markdown=options.markdown)
    if options.update:
        update_page(options.update, tables)
    if options.mistakes:
        print_mistakes(console, scores)
    if options.json:
        options.json.write_text(json.dumps(as_document(scores), indent=1))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__)
    parser.add_argument("--seeds", type=int, default=3, help="sessions per situation and generator")
    parser.add_argument("--first-seed", type=int, default=1, help="another one gives sessions never seen")
    parser.add_argument("--quick", action="store_true", help="one seed")
    parser.add_argument("--markdown", action="store_true", help="tables for a page")
    parser.add_argument("--update", type=Path, help="put the tables into this page, docs/accuracy.md")
    parser.add_argument("--mistakes", action="store_true", help="list our mistakes, with seed and time")
    parser.add_argument("--json", type=Path, help="also write everything there")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--detector", action="append", default=[], help="only this one; may be repeated")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        choices=[s.name for s in SITUATIONS],
        help="only this situation",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
