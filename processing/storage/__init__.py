"""The object stores, and the choice between them."""

from __future__ import annotations

from processing.errors import InvalidParameterError
from processing.ports import ObjectStore
from processing.settings import Settings
from processing.storage.guarded import GuardedStore
from processing.storage.local import LocalObjectStore
from processing.storage.supabase import SupabaseObjectStore

__all__ = ["GuardedStore", "LocalObjectStore", "SupabaseObjectStore", "build_store"]


def build_store(settings: Settings) -> ObjectStore:
    """Return the object store that the settings name.

    The hosted one stands behind a circuit breaker; a folder answers at once, one way or the other, and one file that
    cannot be read says nothing about the rest.
    """
    if settings.storage_backend == "local":
        return LocalObjectStore(
            settings.bucket_dir, bucket=settings.storage_bucket, max_bytes=settings.max_recording_bytes
        )
    if not settings.supabase_url or settings.supabase_service_role_key is None:
        raise InvalidParameterError(
            "STORAGE_BACKEND is 'supabase': SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY must be set too"
        )
    return GuardedStore(
        SupabaseObjectStore(
            f"{settings.supabase_url.rstrip('/')}/storage/v1",
            settings.supabase_service_role_key.get_secret_value(),
            bucket=settings.storage_bucket,
            max_bytes=settings.max_recording_bytes,
        )
    )
