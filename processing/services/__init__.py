"""The one place that builds everything from the settings: :class:`Services`, and the ways to open them."""

from processing.database.identity import LOCAL_CLINICIAN, Identity
from processing.services.facade import LookedAt, Services
from processing.services.opening import (
    build_services,
    closing_services,
    database_url,
    open_services,
    program_url,
)

__all__ = [
    "LOCAL_CLINICIAN",
    "Identity",
    "LookedAt",
    "Services",
    "build_services",
    "closing_services",
    "database_url",
    "open_services",
    "program_url",
]
