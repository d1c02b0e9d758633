"""Tables as a MATLAB file: one struct a table, one field a column; NaN and empty text are what is missing.

MATLAB 5 format, which every version, Octave and SciPy read. Numbers, counts and answers (1 and 0) are doubles,
texts are cells.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

import numpy as np
import scipy

from processing.exports.bundle import Bundle, DictionaryEntry
from processing.exports.columns import FilledTable, Value

LONGEST_NAME = 63


def write_mat(bundle: Bundle) -> bytes:
    """Return the file; its variables are ``about``, ``dictionary`` and one struct a table."""
    return mat_bytes(
        {
            "about": about_struct(bundle.about),
            "dictionary": dictionary_struct(bundle.dictionary),
            **{table.name: _struct(table) for table in bundle.tables},
        }
    )


def mat_bytes(variables: Mapping[str, Any]) -> bytes:
    """Return a MATLAB file of some variables."""
    data = io.BytesIO()
    target: Any = data  # the stubs know paths only
    scipy.io.savemat(target, dict(variables), long_field_names=True, oned_as="column")
    return data.getvalue()


def about_struct(about: Mapping[str, Value]) -> dict[str, Any]:
    """Return what concerns the whole file as a struct's fields."""
    return {name: _one(value) for name, value in about.items()}


def dictionary_struct(entries: Sequence[DictionaryEntry]) -> dict[str, Any]:
    """Return the data dictionary as a struct of cells."""
    rows = [asdict(entry) for entry in entries]
    return {field.name: cell([row[field.name] for row in rows]) for field in fields(DictionaryEntry)}


def cell(values: Sequence[Value]) -> Any:
    """Return texts as a column of cells; a missing one is empty."""
    column = np.empty((len(values), 1), dtype=object)
    for number, value in enumerate(values):
        column[number, 0] = "" if value is None else str(value)
    return column


def _struct(table: FilledTable) -> dict[str, Any]:
    return {
        column.name: cell(table.column(column.name))
        if column.kind == "text"
        else np.array([[np.nan if v is None else float(v)] for v in table.column(column.name)]).reshape(-1, 1)
        for column in table.columns
    }


def _one(value: Value) -> Any:
    return "" if value is None else float(value) if isinstance(value, bool | int | float) else value
