"""Routers whose operations all declare the errors that any of them may answer."""

from __future__ import annotations

from fastapi import APIRouter

from rest_api.problems import described


def make_router(tag: str) -> APIRouter:
    """Return a router for routes that need a caller; further errors by ``responses=described(404, ...)``."""
    return APIRouter(tags=[tag], responses=described())
