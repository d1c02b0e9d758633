"""Whatever a person or a tablet wrote, every format holds it and gives it back; no cell becomes a formula."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, datetime

import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter
from scipy.io import loadmat

from processing.exports.bundle import Bundle
from processing.exports.cleaning import cleaned, looks_like_a_formula
from processing.exports.formats import Format
from processing.exports.logs import NOTES, note_rows
from processing.exports.model import ExportedSession, SessionContext
from processing.exports.writing import write_tables
from processing.use_cases.notes import Note
from tests.unit.pages.fakes import make_review

WRITTEN = st.one_of(
    st.text(st.characters(exclude_categories=()), min_size=1, max_size=200),
    st.builds("".join, st.tuples(st.sampled_from("=+-@\t\r'\""), st.text(max_size=30))),
)
AT = datetime(2025, 3, 10, tzinfo=UTC)


def bundle(text: str) -> Bundle:
    notes = (
        Note("1", 0.5, text, text, True, AT, None, 1),
        Note("2", None, "the next one", None, True, AT, None, 1),
    )
    rows = note_rows([ExportedSession(make_review(), SessionContext(1, 1), notes)])
    return Bundle({}, (NOTES.fill(rows, pseudonymised=False),), ())


def read_csv(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as files:
        lines = io.StringIO(files.read("notes.csv").decode("utf-8-sig"), newline="")
        return [row["text"] for row in csv.DictReader(lines)]


def read_xlsx(data: bytes) -> list[str]:
    sheet = openpyxl.load_workbook(io.BytesIO(data))["notes"]
    names = [cell.value for cell in sheet[1]]
    column = sheet[get_column_letter(names.index("text") + 1)][1:]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    return [cell.value or "" for cell in column]


def read_json(data: bytes) -> list[str]:
    return [row["text"] or "" for row in json.loads(data)["notes"]]


def read_parquet(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as files:
        return [
            text or "" for text in pq.read_table(io.BytesIO(files.read("notes.parquet")))["text"].to_pylist()
        ]


def read_mat(data: bytes) -> list[str]:
    cells = loadmat(io.BytesIO(data))["notes"][0, 0]["text"].ravel()
    return [str(cell[0]) if cell.size else "" for cell in cells]


READERS = {"csv": read_csv, "xlsx": read_xlsx, "json": read_json, "parquet": read_parquet, "mat": read_mat}


@pytest.mark.parametrize("format", READERS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=WRITTEN)
@example(text="_x0041_")
@example(text="trailing blanks  ")
@example(text="\U0001f600 \ud800")
def test_any_note_is_read_back_as_it_was_written(format: Format, text: str) -> None:
    kept = cleaned(text) or ""
    expected = f"'{kept}" if format == "csv" and looks_like_a_formula(kept) else kept
    assert READERS[format](write_tables(bundle(text), format)) == [expected, "the next one"]


@given(text=st.text(st.characters(exclude_categories=())))
def test_cleaning_leaves_ordinary_words_alone_and_needs_no_second_time(text: str) -> None:
    once = cleaned(text)
    assert once is None or cleaned(once) == once
    if text.isprintable() and text:
        assert once == text
