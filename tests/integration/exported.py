"""Exports read back by the libraries of those who use them: one reader a format, all giving the same records."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
from scipy.io import loadmat

Records = list[dict[str, Any]]


def read_back(data: bytes, format: str, table: str) -> Records:
    """Return a table of an export as another program reads it; what is missing is None."""
    return _READERS[format](data, table)


def _csv(data: bytes, table: str) -> Records:
    with zipfile.ZipFile(io.BytesIO(data)) as files:
        frame = pd.read_csv(
            io.BytesIO(files.read(f"{table}.csv")), keep_default_na=False, na_values=[""], encoding="utf-8"
        )
    return _records(frame)


def _xlsx(data: bytes, table: str) -> Records:
    sheet = openpyxl.load_workbook(io.BytesIO(data))[table]
    names, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(names, row, strict=True)) for row in rows]


def _json(data: bytes, table: str) -> Records:
    return list(json.loads(data)[table])


def _parquet(data: bytes, table: str) -> Records:
    with zipfile.ZipFile(io.BytesIO(data)) as files:
        return list(pq.read_table(io.BytesIO(files.read(f"{table}.parquet"))).to_pylist())


def _mat(data: bytes, table: str) -> Records:
    struct = loadmat(io.BytesIO(data))[table][0, 0]
    columns = {name: [_of_matlab(value) for value in struct[name].ravel()] for name in struct.dtype.names}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _of_matlab(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return str(value[0]) if value.size else None
    return None if np.isnan(value) else float(value)


def _records(frame: pd.DataFrame) -> Records:
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(k): v for k, v in row.items()} for row in plain.to_dict("records")]


_READERS = {"csv": _csv, "xlsx": _xlsx, "json": _json, "parquet": _parquet, "mat": _mat}
