"""The REST API below ``/api/v1``: translates HTTP into use cases and back, and does nothing else."""

from rest_api.app import create_api
from rest_api.program import opened_api

__all__ = ["create_api", "opened_api"]
