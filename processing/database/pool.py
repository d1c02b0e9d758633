"""Pooled connections whose failures are this product's errors."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool

from processing.database.identity import Actor, become, identity_of
from processing.errors import AccessDeniedError, DatabaseUnavailableError, InvalidParameterError

_CONNECT_TIMEOUT_S = 3
_RECONNECT_S = 5.0
# A frozen program must not keep its rows locked: whoever takes its work over would wait for it for ever. No transaction
# here waits for anything but the database, so ten seconds without a statement are no work.
_FROZEN = "set idle_in_transaction_session_timeout = '10s'"

# Characters that do not exist here, numbers and dates out of range, text that is no JSON, number or identifier.
_NO_VALUE = ("22003", "22008", "22021", "22P02", "22P05")
_UNSTORABLE = "A text holds characters that cannot be stored, or a number is too large."
_OUTSIDE = "A value lies outside what can be stored."


class Database:
    """A pool of connections to one PostgreSQL.

    Parameters
    ----------
    url : str
        libpq connection string.
    max_connections : int
        Upper bound of this process.
    wait_s : float
        How long a caller waits for a connection before the database counts as unavailable.
    """

    def __init__(self, url: str, *, max_connections: int = 8, wait_s: float = 2.0) -> None:
        self.url = url
        self.identity: Actor | None = None
        self._pool: ConnectionPool[psycopg.Connection[DictRow]] = ConnectionPool(
            url,
            min_size=1,
            max_size=max_connections,
            timeout=wait_s,
            # Poolers in transaction mode lose prepared statements, so none are made.
            kwargs={
                "row_factory": dict_row,
                "prepare_threshold": None,
                "connect_timeout": _CONNECT_TIMEOUT_S,
            },
            configure=_configure,
            # After an outage: try again soon, not after a backoff that grew with the outage.
            reconnect_timeout=_RECONNECT_S,
            open=True,
        )
        self._wait_s = wait_s

    def acting_as(self, identity: Actor) -> Database:
        """Return these connections as one person has them: every transaction runs under their row-level security.

        Raises
        ------
        AccessDeniedError
            If nobody is named, or the sign-in has expired; each transaction checks that again.
        """
        identity_of(identity)
        theirs = copy.copy(self)
        theirs.identity = identity
        return theirs

    def check_actor(self) -> None:
        """Raise AccessDeniedError if these connections act for somebody whose sign-in is over.

        For what is answered from memory, where no transaction would notice.
        """
        if self.identity is not None:
            identity_of(self.identity)

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection[DictRow]]:
        """Lend a connection for one transaction: commit at the end, roll back on any exception.

        Raises
        ------
        DatabaseUnavailableError
            If no connection can be had in time, or the server goes away.
        AccessDeniedError
            If the person, or the program, may not do this.
        InvalidParameterError
            If a text holds characters that cannot be stored, or a number is too large: what nobody checked before.
        """
        with self._lent(alone=False) as connection:
            yield connection

    @contextmanager
    def _lent(self, *, alone: bool) -> Iterator[psycopg.Connection[DictRow]]:
        """Lend a connection; ``alone`` says that one statement is all, which is a transaction by itself.

        That spares two of four round trips, unless a person's identity has to be set before the statement.
        """
        # Before a connection is taken: asking may renew a token, which is a request to another server.
        identity = None if self.identity is None else identity_of(self.identity)
        try:
            connection = self._lend()
            try:
                connection.autocommit = alone and identity is None
                with connection:
                    if identity is not None:
                        become(connection, identity)
                    yield connection
            finally:
                if not connection.closed:
                    connection.autocommit = False
                self._pool.putconn(connection)
        except UnicodeEncodeError as exc:
            raise InvalidParameterError(_UNSTORABLE) from exc
        except psycopg.DataError as exc:
            # What functions of ours refuse on purpose has a meaning, and an edge of its own.
            if exc.sqlstate is None or exc.sqlstate in _NO_VALUE:
                raise InvalidParameterError(_UNSTORABLE) from exc
            raise
        except psycopg.errors.CheckViolation as exc:
            raise InvalidParameterError(_OUTSIDE) from exc
        except psycopg.errors.InsufficientPrivilege as exc:
            raise AccessDeniedError("This may not be done or seen under this sign-in.") from exc
        except (psycopg.OperationalError, psycopg.errors.IdleInTransactionSessionTimeout) as exc:
            raise DatabaseUnavailableError(
                "The database cannot be reached at the moment. Nothing is lost; please try again shortly."
            ) from exc

    def _lend(self) -> psycopg.Connection[DictRow]:
        """Return a connection that answers.

        The pool's own check waits a second after each stale connection, which is longer than a webhook may take
        after a short interruption of the database; here the next one is tried at once.
        """
        deadline = time.monotonic() + self._wait_s
        while True:
            connection = self._pool.getconn(timeout=max(0.05, deadline - time.monotonic()))
            try:
                ConnectionPool.check_connection(connection)
            except psycopg.OperationalError:
                self._pool.putconn(connection)  # broken: the pool replaces it
                if time.monotonic() > deadline:
                    raise
            else:
                return connection

    def fetch_all(self, statement: str, parameters: dict[str, Any] | None = None) -> list[DictRow]:
        """Run one statement in a transaction of its own and return its rows as dictionaries."""
        with self._lent(alone=True) as connection:
            return connection.execute(statement.encode(), parameters).fetchall()

    def fetch_one(self, statement: str, parameters: dict[str, Any] | None = None) -> DictRow | None:
        """Like :meth:`fetch_all`, for the first row or None."""
        with self._lent(alone=True) as connection:
            return connection.execute(statement.encode(), parameters).fetchone()

    def execute(self, statement: str, parameters: dict[str, Any] | None = None) -> None:
        """Like :meth:`fetch_all`, for a statement without rows."""
        with self._lent(alone=True) as connection:
            connection.execute(statement.encode(), parameters)

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()


def _configure(connection: psycopg.Connection[DictRow]) -> None:
    """Prepare a new connection."""
    connection.execute(_FROZEN)
    connection.commit()
