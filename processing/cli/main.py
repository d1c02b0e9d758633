"""Parse the command line, run one command, turn errors into one line and an exit status."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from processing.errors import ProcessingError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 means done, 1 that it failed, 2 that the input could not be used."""
    parsed = build_parser().parse_args(arguments)
    os.umask(0o077)  # recordings, logs and secrets that a command writes are its user's alone
    try:
        return int(parsed.run(parsed))
    except ProcessingError as error:
        print(f"{error.kind}: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader of a pipe went away: not a failure of ours, and nobody is left to tell.
        sys.stderr.close()
        return 0
    except OSError as error:
        # The machine's refusals (a full disk, a folder that cannot be written) are no defects of the program.
        where = "" if error.filename is None else f" ('{error.filename}')"
        print(f"{type(error).__name__}: {error.strerror or error}{where}", file=sys.stderr)
        return 1


def build_parser() -> argparse.ArgumentParser:
    """Return the parser with every command; a command's own imports happen when it runs."""
    parser = argparse.ArgumentParser(prog="python -m processing", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    from processing.cli import (
        analyze,
        api_keys,
        backup,
        cache_report,
        configuration,
        erase,
        export,
        older,
        operate,
        report,
    )

    analyze.add_parser(commands)
    api_keys.add_parser(commands)
    backup.add_parsers(commands)
    configuration.add_parser(commands)
    erase.add_parser(commands)
    export.add_parser(commands)
    operate.add_parsers(commands)
    report.add_parser(commands)
    older.add_parser(commands)
    cache_report.add_parser(commands)
    return parser
