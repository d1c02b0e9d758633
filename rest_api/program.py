"""The API put together from the settings, with connections of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI

from processing.emg.loading import load_scipy
from processing.services import LOCAL_CLINICIAN, Services, open_services, open_token_reader
from processing.settings import Settings, is_loopback
from rest_api.access import AccessControl
from rest_api.app import create_api
from rest_api.limits import ApiLimits


@contextmanager
def opened_api(settings: Settings, *, host: str) -> Iterator[FastAPI]:
    """Yield the API that listens on ``host``, for the length of a process.

    It connects as the dashboard does: as a program that has no rights but those of the people it acts for.

    Raises
    ------
    InvalidParameterError
        If sign-in is asked for and cannot work safely, or an origin is not an exact one.
    """
    with (
        open_token_reader(
            settings
        ) as read_token,  # first: settings that cannot work are told before anything starts
        open_services(settings, program="dashboard") as services,
    ):
        origins = settings.api_origins
        local = None if settings.has_sign_in or not is_loopback(host) else LOCAL_CLINICIAN
        access = AccessControl(
            read_token=read_token,
            find_key=services.api_keys.find,
            local=local,
            origins=origins,
        )
        load_scipy()  # not beside the first webhooks
        yield build_api(settings, services, access=access)


def build_api(settings: Settings, services: Services, *, access: AccessControl) -> FastAPI:
    """Return the API with the limits that the settings name."""
    limits = ApiLimits(
        requests_per_minute=settings.api_requests_per_minute,
        heavy_per_minute=settings.api_heavy_per_minute,
        max_recording_bytes=settings.max_recording_bytes,
    )
    return create_api(services, access=access, limits=limits, cors_origins=settings.api_origins)
