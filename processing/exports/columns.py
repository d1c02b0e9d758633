"""What a column is: its name, unit and meaning, where its values come from, and when a cell is empty.

The data dictionary of every export and of the documentation is made from these, and from nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from processing.exports.cleaning import cleaned
from processing.language import mark as N_

Value: TypeAlias = str | int | float | bool | None
Kind: TypeAlias = Literal["text", "integer", "number", "boolean"]
Row = TypeVar("Row")

NEVER = N_("never empty")
FILE, ANALYSIS, ENTERED, SCORE, PRODUCT, CORRECTION = (
    N_("the recording's file"),
    N_("the analysis"),
    N_("entered by a person"),
    N_("the score"),
    N_("this product"),
    N_("corrected by a person"),
)


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column. ``unit`` is empty for a number without one; ``missing`` says when a cell is empty.

    ``identifying`` columns (dates, free text, names of people and files) are left out of pseudonymised exports.
    """

    name: str
    kind: Kind
    meaning: str
    source: str
    read: Callable[[Row], Value]
    unit: str = ""
    missing: str = NEVER
    identifying: bool = False


def text(
    name: str,
    meaning: str,
    source: str,
    read: Callable[[Row], Value],
    *,
    missing: str = NEVER,
    identifying: bool = False,
) -> Column[Row]:
    """Return a column of words."""
    return Column(name, "text", meaning, source, read, missing=missing, identifying=identifying)


def integer(
    name: str, meaning: str, source: str, read: Callable[[Row], Value], *, missing: str = NEVER
) -> Column[Row]:
    """Return a column of counts."""
    return Column(name, "integer", meaning, source, read, missing=missing)


def number(
    name: str, unit: str, meaning: str, source: str, read: Callable[[Row], Value], *, missing: str = NEVER
) -> Column[Row]:
    """Return a column of a quantity; the unit is empty for a pure number."""
    return Column(name, "number", meaning, source, read, unit=unit, missing=missing)


def boolean(
    name: str, meaning: str, source: str, read: Callable[[Row], Value], *, missing: str = NEVER
) -> Column[Row]:
    """Return a column of yes and no."""
    return Column(name, "boolean", meaning, source, read, missing=missing)


@dataclass(frozen=True, slots=True)
class FilledTable:
    """A table as it is written: ``rows`` hold one value for each of ``columns``, None where there is none."""

    name: str
    meaning: str
    columns: tuple[Column[Any], ...]
    rows: tuple[tuple[Value, ...], ...]

    def column(self, name: str) -> list[Value]:
        """Return the values of one column."""
        index = [column.name for column in self.columns].index(name)
        return [row[index] for row in self.rows]

    def records(self) -> list[dict[str, Value]]:
        """Return the rows as mappings."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Design(Generic[Row]):
    """A table before it is filled: what one row is, and its columns."""

    name: str
    meaning: str
    columns: tuple[Column[Row], ...]

    def fill(self, rows: Iterable[Row], *, pseudonymised: bool) -> FilledTable:
        """Return the table of these rows; a pseudonymised one has no identifying columns at all."""
        kept = tuple(c for c in self.columns if not (pseudonymised and c.identifying))
        filled = tuple(tuple(_writable(column.read(row)) for column in kept) for row in rows)
        return FilledTable(self.name, self.meaning, kept, filled)


def at(path: str) -> Callable[[Any], Value]:
    """Return what reads an attribute of an attribute of a row; None as soon as one of them is."""
    names = path.split(".")

    def read(row: Any) -> Value:
        found = row
        for name in names:
            found = None if found is None else getattr(found, name)
        value: Value = found
        return value

    return read


def part(of: Callable[[Row], Any], path: str) -> Callable[[Row], Value]:
    """Return what follows a path, as :func:`at` does, from what ``of`` finds for a row."""
    follow = at(path)
    return lambda row: follow(of(row))


def because(reasons: Mapping[str, str | None]) -> str | None:
    """Return why cells of a row are empty: ``column: reason``, several parted by `` | ``; None for nothing to say."""
    said = [f"{name}: {' '.join(why.split()).rstrip('.')}" for name, why in reasons.items() if why]
    return " | ".join(said) or None


def _writable(value: Value) -> Value:
    """Return a value that every format can hold: what is not a number is missing, and so is empty text."""
    if isinstance(value, str):
        return cleaned(value)
    return None if isinstance(value, float) and not isfinite(value) else value
