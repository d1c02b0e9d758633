"""Tables as CSV files in one zip archive, with what they are about and a data dictionary beside them.

UTF-8 with a byte-order mark, so that Excel and SPSS see the encoding; comma, decimal point and double quotes as in
RFC 4180. No line of a table is anything but its header or a row, so that every program reads it as it is.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields

import orjson

from processing.exports.bundle import Bundle, DictionaryEntry
from processing.exports.cleaning import looks_like_a_formula
from processing.exports.columns import Value

ABOUT, DICTIONARY = "about.json", "dictionary.csv"


def write_csv(bundle: Bundle) -> bytes:
    """Return a zip archive: one CSV file a table, ``dictionary.csv`` and ``about.json``."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr(ABOUT, about_json(bundle.about))
        files.writestr(DICTIONARY, dictionary_csv(bundle.dictionary))
        for table in bundle.tables:
            files.writestr(f"{table.name}.csv", csv_text([c.name for c in table.columns], table.rows))
    return archive.getvalue()


def about_json(about: dict[str, Value]) -> bytes:
    """Return what concerns all tables as indented JSON."""
    return orjson.dumps(about, option=orjson.OPT_INDENT_2)


def dictionary_csv(entries: Sequence[DictionaryEntry]) -> bytes:
    """Return the data dictionary as a CSV file."""
    return csv_text([field.name for field in fields(DictionaryEntry)], map(astuple, entries))


def csv_text(names: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """Return a CSV file; a text that a spreadsheet could take for a formula begins with an apostrophe."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([[_cell(value) for value in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value}" if looks_like_a_formula(value) else value
    return repr(value)
