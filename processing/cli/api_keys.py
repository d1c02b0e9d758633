"""``api-key``: keys with which programs use the REST API, made, listed and withdrawn."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from processing.services import LOCAL_CLINICIAN, Services
from processing.use_cases.api_keys import SCOPES, ApiKey


def add_parser(commands: Any) -> None:
    """Add the command to ``python -m processing``."""
    parser = commands.add_parser(
        "api-key",
        help="make, list or revoke keys of the REST API",
        description="A key acts as its owner, with its scopes at most. Of an account that needs a second factor it "
        "would open nothing, so none is made: give a program an account of its own.",
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    create = actions.add_parser("create", help="make a key and print it, this once")
    create.add_argument("name", help="what it is for, as 'nightly export'")
    create.add_argument(
        "--scope",
        dest="scopes",
        action="append",
        required=True,
        choices=list(SCOPES),
        help="; ".join(f"{scope}: {meaning}" for scope, meaning in SCOPES.items()) + "; may be repeated",
    )
    create.add_argument(
        "--days", type=float, default=90.0, help="for how long it is valid (default 90, up to 366)"
    )
    create.add_argument(
        "--owner", metavar="E-MAIL", help="the account; without sign-in the local clinician if not given"
    )
    create.set_defaults(run=_with_services(_create))

    listing = actions.add_parser("list", help="list the keys, newest first, without their secrets")
    listing.set_defaults(run=_with_services(_list))

    revoke = actions.add_parser("revoke", help="withdraw a key at once and for ever")
    revoke.add_argument("key_id", metavar="KEY-ID", help="the part between 'ghk_' and the next '_'")
    revoke.set_defaults(run=_with_services(_revoke))


def _with_services(run: Callable[[Services, argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    def with_services(arguments: argparse.Namespace) -> int:
        from processing.services import open_services
        from processing.settings import Settings

        with open_services(Settings()) as services:
            return run(services, arguments)

    return with_services


def _create(services: Services, arguments: argparse.Namespace) -> int:
    owner = arguments.owner
    if owner is None and not services.settings.has_sign_in:
        owner = LOCAL_CLINICIAN.user_id
    made = services.api_keys.create(arguments.name, arguments.scopes, days=arguments.days, owner=owner)
    print(made.text.reveal())
    # Beside the key, so that a script can take what standard output holds.
    print(
        f"This is the only time that the key is shown. It is valid until {made.key.expires_at:%Y-%m-%d} and is "
        f"withdrawn by: python -m processing api-key revoke {made.key.key_id}",
        file=sys.stderr,
    )
    return 0


def _list(services: Services, _: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.table import Column, Table

    now = datetime.now(UTC)
    table = Table(
        Column("Key", no_wrap=True), "Name", "Owner", "Scopes", "State", "Expires", "Last used", box=None
    )
    for key in services.api_keys.list():
        table.add_row(key.key_id, *_row(key, now))
    Console().print(table)
    return 0


def _row(key: ApiKey, now: datetime) -> tuple[str, ...]:
    return (
        key.name,
        key.owner_name or str(key.owner),
        ", ".join(scope for scope in SCOPES if scope in key.scopes),
        key.state(now),
        f"{key.expires_at:%Y-%m-%d}",
        "never" if key.last_used_at is None else f"{key.last_used_at:%Y-%m-%d %H:%M} UTC",
    )


def _revoke(services: Services, arguments: argparse.Namespace) -> int:
    services.api_keys.revoke(arguments.key_id)
    print(f"Key {arguments.key_id} opens nothing any more.")
    return 0
