"""``backup`` and ``restore``: a copy of everything in one folder, and back."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add_parsers(commands: Any) -> None:
    """Add the commands to the parser."""
    backup = commands.add_parser(
        "backup", help="copy database and recordings into a new folder; the programs may run"
    )
    backup.add_argument("folder", type=Path, help="a folder that does not exist yet, or is empty")
    backup.add_argument(
        "--no-recordings", action="store_true", help="the database alone; the bucket has copies of its own"
    )
    backup.set_defaults(run=_backup)

    restore = commands.add_parser(
        "restore", help="bring a backup back into an installation that has nothing yet"
    )
    restore.add_argument("folder", type=Path, help="what 'backup' made")
    restore.add_argument(
        "--erasures", type=Path, action="append", default=[], metavar="FILE",
        help="a list of patients erased since, besides ERASURES_FILE; may be given several times",
    )  # fmt: skip
    restore.set_defaults(run=_restore)


def _backup(arguments: argparse.Namespace) -> int:
    from processing.services.backup import make_backup
    from processing.settings import Settings

    settings = Settings()
    recordings = not arguments.no_recordings and settings.storage_backend == "local"
    made = make_backup(settings, arguments.folder.resolve(), recordings=recordings)
    print(
        f"{arguments.folder}: {sum(made.dumped.rows.values())} rows of {len(made.dumped.rows)} tables, "
        f"{len(made.objects)} recordings, {made.n_bytes / 1e6:.1f} MB"
    )
    for name in made.left_out:
        print(f"  left out: {ascii(name)[1:-1]} is larger than a recording may be")
    if not recordings:
        print("The recordings are not in it: the bucket needs copies of its own.")
    return 0


def _restore(arguments: argparse.Namespace) -> int:
    from processing.errors import NotFoundError
    from processing.services.backup import restore_backup
    from processing.settings import Settings

    for path in arguments.erasures:
        if not path.exists():
            raise NotFoundError(f"There is no list of erasures '{path}'.")
    erased = restore_backup(Settings(), arguments.folder.resolve(), erasures=arguments.erasures)
    print("Restored; every table has the rows that were saved.")
    if erased:
        print(f"Erased again, as they were since the backup or by then: {', '.join(erased)}.")
    print("Now 'python -m processing reconcile' finds recordings that arrived after the database was copied.")
    return 0
