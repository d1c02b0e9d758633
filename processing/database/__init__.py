"""The database edge: the only importer of psycopg and of the embedded PostgreSQL."""

from processing.database.pool import Database

__all__ = ["Database"]
