"""The description of the API as OpenAPI: served at ``/api/v1/openapi.json``, and held to by tests."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from rest_api.problems import FieldProblem, Problem, described

DESCRIPTION = """
Recordings of the GHOSTLY rehabilitation game: what was found in them, and their signals.

Times are seconds from the beginning of a recording. Amplitudes are microvolts. What is not recorded or not known is
`null`, never a number that looks like data. `recorded_at` is the tablet's local time and names no zone; moments of this
system end in `Z` (UTC).

Send `Authorization: Bearer` with a person's access token or an API key. Whatever the caller may not see does not exist
for them (404). Researchers get pseudonyms only: dates, names and file names are `null`.

Errors are problem documents (RFC 9457) with a stable `type`.
"""

TAGS: list[dict[str, Any]] = [
    {"name": "sessions", "description": "Sessions and the versions of their results."},
    {"name": "signals", "description": "Windows of signals, made just in time from the recording."},
    {"name": "patients", "description": "Patients by their codes, and how well they keep to the protocol."},
    {"name": "analyses", "description": "Analyses: of a posted file, and of stored sessions anew."},
    {"name": "exports", "description": "Tables, signals, recordings and reports as files."},
    {"name": "configuration", "description": "What scores are made with."},
    {"name": "health", "description": "Whether the API answers."},
]


def install_openapi(app: FastAPI) -> None:
    """Let the application describe itself, problems included."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _described(app: FastAPI) -> dict[str, Any]:
    schema = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
    )
    _, definitions = models_json_schema(
        [(Problem, "serialization"), (FieldProblem, "serialization")],
        ref_template="#/components/schemas/{model}",
    )
    components = schema.setdefault("components", {})
    components.setdefault("schemas", {}).update(definitions["$defs"])
    for operation in (each for methods in schema["paths"].values() for each in methods.values()):
        if "requestBody" in operation:
            for status, meaning in described(408, 413).items():
                operation["responses"].setdefault(str(status), meaning)
    return schema
