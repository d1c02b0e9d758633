"""The formats that an export can have: what each is called, its file's ending and its media type."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Format: TypeAlias = Literal["csv", "xlsx", "mat", "json", "parquet", "c3d"]
TABLE_FORMATS: tuple[Format, ...] = ("xlsx", "csv", "mat", "json", "parquet")
SIGNAL_FORMATS: tuple[Format, ...] = ("csv", "mat", "parquet", "c3d")

ZIP = "application/zip"
# What a folder, a header or a shell could take for something else.
_UNSAFE = re.compile(r"[^\w.()@+ -]+")
_LONGEST_NAME = 120
SUFFIXES: dict[Format, str] = {
    "csv": "zip",  # several tables and what they mean, in one file
    "xlsx": "xlsx",
    "mat": "mat",
    "json": "json",
    "parquet": "zip",
    "c3d": "c3d",
}
MEDIA_TYPES: dict[Format, str] = {
    "csv": ZIP,
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "mat": "application/x-matlab-data",
    "json": "application/json",
    "parquet": ZIP,
    "c3d": "application/octet-stream",
}


SIGNAL_SUFFIXES: dict[Format, str] = {**SUFFIXES, "parquet": "parquet"}
SIGNAL_MEDIA_TYPES: dict[Format, str] = {**MEDIA_TYPES, "parquet": "application/vnd.apache.parquet"}


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A finished export, as a page, a command or a server hands it over."""

    name: str
    media_type: str
    data: bytes


def tables_name(session_codes: Sequence[str], format: Format) -> str:
    """Return what a file of tables is called: after its session, or how many it holds; never after a person."""
    what = session_codes[0] if len(session_codes) == 1 else f"{len(session_codes)}_sessions"
    said = {"csv": "_csv", "parquet": "_parquet"}.get(format, "")
    return f"{what}_results{said}.{SUFFIXES[format]}"


def signals_name(session_code: str, format: Format, window: tuple[float, float] | str | None) -> str:
    """Return what a file of signals is called; a window is named by its ends in seconds, or by a word."""
    if isinstance(window, tuple):
        window = f"{window[0]:.2f}-{window[1]:.2f}s"
    part = f"_{window}" if window else ""
    said = "_csv" if format == "csv" else ""
    return f"{session_code}_signals{part}{said}.{SIGNAL_SUFFIXES[format]}"


def recording_name(object_name: str) -> str:
    """Return what the original file is called where it is saved: its own name, without what a system may refuse."""
    kept = _UNSAFE.sub("_", object_name.rsplit("/", 1)[-1]).strip(". ")
    return kept[-_LONGEST_NAME:] or "recording.c3d"
