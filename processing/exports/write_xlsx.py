"""Tables as one workbook: a sheet each, what they are about and a data dictionary, ready for reading and for SPSS."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import astuple, fields
from typing import Any

import xlsxwriter

from processing.exports.bundle import Bundle, DictionaryEntry
from processing.exports.columns import Column, FilledTable, Value
from processing.language import gettext as _

_NARROWEST, _WIDEST = 9, 44
_LONGEST_CELL = 32_767
_FIRST_ROWS = 200  # enough to tell how wide a column is


def write_xlsx(bundle: Bundle) -> bytes:
    """Return the workbook. Texts are text, also those that look like a formula or a link; nothing is computed."""
    data = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(data, options) as book:
        look = {
            "head": book.add_format({"bold": True, "bottom": 1, "quote_prefix": True}),
            "text": book.add_format({"quote_prefix": True}),
            "wrapped": book.add_format({"quote_prefix": True, "text_wrap": True, "valign": "top"}),
        }
        about = [("name", "value"), *((name, _shown(value)) for name, value in bundle.about.items())]
        _plain_sheet(book, look, "about", about, (24, 90))
        for table in bundle.tables:
            _table_sheet(book, look, table)
        names = tuple(field.name for field in fields(DictionaryEntry))
        rows = [names, *map(astuple, bundle.dictionary)]
        _plain_sheet(book, look, "dictionary", rows, (14, 30, 10, 14, 70, 24, 60))
    return data.getvalue()


def _plain_sheet(
    book: Any, look: dict[str, Any], name: str, rows: Sequence[Sequence[str]], widths: Sequence[int]
) -> None:
    """Write a sheet of words; its first row is the heading."""
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for number, width in enumerate(widths):
        sheet.set_column(number, number, width)
    for line, row in enumerate(rows):
        for number, value in enumerate(row):
            sheet.write_string(line, number, _fitting(value), look["head" if line == 0 else "wrapped"])


def _table_sheet(book: Any, look: dict[str, Any], table: FilledTable) -> None:
    sheet = book.add_worksheet(table.name)
    sheet.freeze_panes(1, 1)
    for number, column in enumerate(table.columns):
        sheet.write_string(0, number, column.name, look["head"])
        sheet.write_comment(0, number, _comment(column), {"x_scale": 2})
        sheet.set_column(number, number, _width(column, [row[number] for row in table.rows[:_FIRST_ROWS]]))
    for line, row in enumerate(table.rows, start=1):
        for number, value in enumerate(row):
            _write(sheet, line, number, value, look["text"])
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def _write(sheet: Any, line: int, number: int, value: Value, text: Any) -> None:
    """Write a cell as what it is; what is missing stays empty."""
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(line, number, value)
    elif isinstance(value, str):
        sheet.write_string(line, number, _fitting(value), text)
    else:
        sheet.write_number(line, number, value)


def _fitting(value: str) -> str:
    """Return as much of a text as a cell holds, and the sign that there is more: Excel refuses the whole otherwise."""
    return value if len(value) <= _LONGEST_CELL else f"{value[: _LONGEST_CELL - 2]} …"


def _comment(column: Column[Any]) -> str:
    meaning = _(column.meaning)
    return f"{meaning} ({column.unit})" if column.unit else meaning


def _width(column: Column[Any], values: Sequence[Value]) -> int:
    longest = max((len(str(value)) for value in values if value is not None), default=0)
    return min(_WIDEST, max(_NARROWEST, len(column.name) + 3, longest + 1))


def _shown(value: Value) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
