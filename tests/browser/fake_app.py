"""The real dashboard on made-up sessions, for looking at every state: ``uvicorn tests.browser.fake_app:app``.

Test code only: the product has no switch for it.
"""

from __future__ import annotations

import os

from processing import services as product
from processing.use_cases.read_models import ParkedFile
from tests.unit.pages.fakes import RECEIVED, FakeServices, database_away, every_state, opener


def build_fake() -> FakeServices:
    """Return the services that the environment variable FAKE_STATE names."""
    if os.environ.get("FAKE_STATE") == "database_away":
        return database_away()
    if os.environ.get("FAKE_STATE") == "empty":
        return FakeServices()
    parked = [
        ParkedFile(
            "unknown/Ghostly_Emg_20230321_17-50-17-0881.c3d", "The folder is no patient code.", RECEIVED
        )
    ]
    return FakeServices(reviews=every_state(), parked=parked)


product.open_services = opener(build_fake())  # type: ignore[assignment]

from app import app  # noqa: E402  (the pages must find the services replaced)

__all__ = ["app"]
