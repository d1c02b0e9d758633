"""How services are built from the settings, and for how long their connections live."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from processing.database import Database
from processing.database.conninfo import as_login_role, check_conninfo
from processing.database.embedded import embedded_postgres, is_made
from processing.errors import InvalidParameterError, NotFoundError
from processing.services.facade import Services
from processing.settings import Program, Settings
from processing.storage import build_store


def build_services(settings: Settings, url: str, *, database_wait_s: float = 2.0) -> Services:
    """Return services on a database that is up and migrated; close ``services.database`` when done."""
    return Services(settings, database=Database(url, wait_s=database_wait_s), store=build_store(settings))


@contextmanager
def open_services(
    settings: Settings, *, program: Program | None = None, database_wait_s: float = 2.0
) -> Iterator[Services]:
    """Yield services for the length of a process, with the embedded database if no other is configured.

    A ``program`` connects under its own login role; without one, commands of the operator act as the owner.

    Raises
    ------
    NotFoundError, InvalidParameterError
        If the embedded database is empty, or older than this program; only ``start`` and ``migrate`` change it.
    """
    embedded = settings.database_url_of(program) is None
    if embedded and not is_made(settings.cluster_dir):
        raise _nothing_yet(settings)
    with database_url(settings, program) as url:
        if embedded:
            _check_schema(settings, url)
            url = program_url(url, program)
        with closing_services(build_services(settings, url, database_wait_s=database_wait_s)) as services:
            yield services


@contextmanager
def closing_services(services: Services) -> Iterator[Services]:
    """Store what was counted and close the services' connections at the end."""
    with closing(services.database), closing(services.trace_cache):
        yield services


@contextmanager
def database_url(settings: Settings, program: Program | None = None) -> Iterator[str]:
    """Yield the configured database's connection string, or the embedded one's for as long as it is needed.

    The embedded one is that of its owner; see :func:`program_url`.
    """
    configured = settings.database_url_of(program)
    if configured is not None:
        check_conninfo(configured)
        yield configured
        return
    with embedded_postgres(settings.cluster_dir) as url:
        yield url


def program_url(url: str, program: Program | None) -> str:
    """Return the embedded database's connection string for a program's login role, which needs no password there."""
    return url if program is None else as_login_role(url, f"app_{program}")


def _check_schema(settings: Settings, url: str) -> None:
    from processing.database.migrations import migration_status

    migrations = migration_status(url)
    missing = sum(not migration.applied for migration in migrations)
    if missing == len(migrations):
        raise _nothing_yet(settings)
    if missing:
        raise InvalidParameterError(
            f"The database lacks {missing} of {len(migrations)} migrations: run 'python -m processing migrate "
            "--upgrade' first."
        )


def _nothing_yet(settings: Settings) -> NotFoundError:
    return NotFoundError(
        f"There is no database in DATA_DIR '{settings.data_dir}' yet: run 'python -m processing start', or "
        "'python -m processing migrate --upgrade' for the database alone."
    )
