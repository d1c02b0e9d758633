"""The one place that builds everything from the settings: :class:`Services`, and the ways to open them."""

from processing.database.identity import LOCAL_CLINICIAN, LOCAL_RESEARCHER, LOCAL_THERAPIST, Identity
from processing.services.answering import answers
from processing.services.facade import LookedAt, Services
from processing.services.opening import (
    build_services,
    closing_services,
    database_url,
    open_services,
    program_url,
)
from processing.services.sign_in import identity_behind, open_desk, open_token_reader

__all__ = [
    "LOCAL_CLINICIAN",
    "LOCAL_RESEARCHER",
    "LOCAL_THERAPIST",
    "Identity",
    "LookedAt",
    "Services",
    "answers",
    "build_services",
    "closing_services",
    "database_url",
    "identity_behind",
    "open_desk",
    "open_services",
    "open_token_reader",
    "program_url",
]
