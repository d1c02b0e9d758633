"""A window of signals as CSV, Parquet or MATLAB file; the whole of a session in well under a second."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from processing.exports.signals import SignalTable
from processing.exports.write_csv import ABOUT, DICTIONARY, about_json, dictionary_csv
from processing.exports.write_mat import about_struct, dictionary_struct, mat_bytes
from processing.exports.write_parquet import parquet_bytes, schema_metadata


def signals_csv(table: SignalTable) -> bytes:
    """Return a zip archive with ``signals.csv``, ``dictionary.csv`` and ``about.json``.

    Times have seven decimals; samples have every digit that a float32 needs to be read back as it was.
    """
    text = io.BytesIO()
    pa_csv.write_csv(_arrow(table, for_text=True), text, pa_csv.WriteOptions(quoting_style="needed"))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as files:
        files.writestr(ABOUT, about_json(table.about))
        files.writestr(DICTIONARY, dictionary_csv(table.dictionary))
        files.writestr("signals.csv", text.getbuffer())
    return archive.getvalue()


def signals_parquet(table: SignalTable) -> bytes:
    """Return one Parquet file; its schema holds units, meanings and what the signals are about."""
    return parquet_bytes(_arrow(table), repeats=False)


def signals_mat(table: SignalTable) -> bytes:
    """Return a MATLAB file with the struct ``signals``, one column of samples a field, ``about`` and ``dictionary``."""
    columns = {column.name: column.values.reshape(-1, 1) for column in table.columns}
    return mat_bytes(
        {
            "about": about_struct(table.about),
            "dictionary": dictionary_struct(table.dictionary),
            "signals": {"time_s": table.time_s.reshape(-1, 1), **columns},
        }
    )


def _arrow(table: SignalTable, *, for_text: bool = False) -> Any:
    """Return the signals as an Arrow table; what is not a number is missing."""
    entries = table.dictionary
    time = np.round(table.time_s, 7) if for_text else table.time_s
    values = [time, *(column.values for column in table.columns)]
    arrays = [pa.array(each, from_pandas=True) for each in values]
    fields = [
        pa.field(entry.column, array.type, metadata={"unit": entry.unit, "meaning": entry.meaning})
        for entry, array in zip(entries, arrays, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=schema_metadata(table.about)))
