"""Tables as Parquet files in one zip archive; units, meanings and what they are about stand in each file's schema."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from processing.exports.bundle import Bundle, describe
from processing.exports.columns import FilledTable, Value
from processing.exports.write_csv import ABOUT, DICTIONARY, about_json, dictionary_csv

_TYPES = {"text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}


def write_parquet(bundle: Bundle) -> bytes:
    """Return a zip archive: one Parquet file a table, ``dictionary.csv`` and ``about.json``."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as files:
        files.writestr(ABOUT, about_json(bundle.about))
        files.writestr(DICTIONARY, dictionary_csv(bundle.dictionary))
        for table in bundle.tables:
            files.writestr(f"{table.name}.parquet", parquet_bytes(_arrow(table, bundle.about)))
    return archive.getvalue()


def parquet_bytes(table: Any, *, repeats: bool = True) -> bytes:
    """Return an Arrow table as a Parquet file; ``repeats`` says that a column holds few different values."""
    data = io.BytesIO()
    pq.write_table(table, data, compression="zstd", use_dictionary=repeats)
    return data.getvalue()


def schema_metadata(about: dict[str, Value]) -> dict[str, bytes]:
    """Return what is written into the schema of every Parquet file."""
    return {"about": orjson.dumps(about)}


def _arrow(table: FilledTable, about: dict[str, Value]) -> Any:
    schema = pa.schema(
        [_field(table.name, column) for column in table.columns], metadata=schema_metadata(about)
    )
    arrays = [
        pa.array([row[number] for row in table.rows], type=field.type) for number, field in enumerate(schema)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _field(table: str, column: Any) -> Any:
    entry = describe(table, column)
    words = {
        "unit": entry.unit,
        "meaning": entry.meaning,
        "source": entry.source,
        "empty_when": entry.empty_when,
    }
    return pa.field(column.name, _TYPES[column.kind], metadata=words)
