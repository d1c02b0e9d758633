"""Whether the parts answer that every request needs, as far as a program without rights can tell."""

from __future__ import annotations

from processing.errors import ProcessingError
from processing.services.facade import Services


def answers(services: Services) -> bool:
    """Return whether the database and the store answer."""
    try:
        services.database.fetch_one("select 1 as answer")
        services.store.check()
    except ProcessingError:
        return False
    return True
