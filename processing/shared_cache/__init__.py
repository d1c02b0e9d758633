"""The optional cache of traces that several dashboards share: REDIS_URL turns it on; else nothing is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processing.settings import Settings

if TYPE_CHECKING:
    from processing.shared_cache.redis_traces import RedisTraces

__all__ = ["build_shared_cache"]


def build_shared_cache(settings: Settings) -> RedisTraces | None:
    """Return the cache that the settings name, None without one; nothing is asked of it yet.

    Raises
    ------
    InvalidParameterError
        If REDIS_URL is no address of a Redis.
    """
    if settings.redis_url is None:
        return None
    from processing.shared_cache.connection import Connection
    from processing.shared_cache.redis_traces import RedisTraces

    return RedisTraces(
        Connection(settings.redis_url.get_secret_value(), timeout_s=settings.redis_timeout_s),
        ttl_s=3600 * settings.redis_ttl_hours,
        max_value_bytes=settings.redis_max_value_bytes,
        max_traces_bytes=settings.trace_cache_bytes,
    )
