"""The routes by subject: each module has a ``router`` whose paths begin below ``/api/v1``."""

from __future__ import annotations

from fastapi import APIRouter

from rest_api.routes import (
    analyses,
    exports,
    health,
    patients,
    reanalyses,
    scoring,
    sessions,
    signals,
    uploads,
)


def routers() -> list[APIRouter]:
    """Return every router, in the order of the documentation."""
    return [
        sessions.router,
        uploads.router,
        signals.router,
        analyses.router,
        reanalyses.router,
        exports.router,
        patients.router,
        scoring.router,
        health.router,
    ]
