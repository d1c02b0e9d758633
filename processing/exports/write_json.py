"""Tables as one JSON object, for programs; ``json_schema`` says what it looks like."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

import orjson

from processing.exports.bundle import DESIGNS, SCHEMA, Bundle, DictionaryEntry

_TYPES = {"text": "string", "integer": "integer", "number": "number", "boolean": "boolean"}


def write_json(bundle: Bundle) -> bytes:
    """Return the object: ``about``, ``dictionary`` and one list of objects a table; what is missing is null."""
    return orjson.dumps(
        {
            "about": bundle.about,
            "dictionary": [asdict(entry) for entry in bundle.dictionary],
            **{table.name: table.records() for table in bundle.tables},
        },
        option=orjson.OPT_INDENT_2,
    )


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of an export; columns that a pseudonymised one lacks are not required."""
    tables = {design.name: _rows(design.columns) for design in DESIGNS}
    entry = {field.name: {"type": "string"} for field in fields(DictionaryEntry)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": SCHEMA,
        "type": "object",
        "required": ["about", "dictionary", *(name for name in tables if name != "notes")],
        "additionalProperties": False,
        "properties": {
            "about": {
                "type": "object",
                "required": ["schema", "software_version", "exported_at", "n_sessions", "pseudonymised"],
                "properties": {"schema": {"const": SCHEMA}, "n_sessions": {"type": "integer"}},
            },
            "dictionary": {"type": "array", "items": _object(entry, list(entry))},
            **tables,
        },
    }


def _rows(columns: Any) -> dict[str, Any]:
    types = {column.name: {"type": [_TYPES[column.kind], "null"]} for column in columns}
    return {"type": "array", "items": _object(types, [c.name for c in columns if not c.identifying])}


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    }
