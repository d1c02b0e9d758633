"""The typesetter: values and a template become a PDF; the only place that knows Typst.

The PDF is tagged for screen readers (PDF/UA-1) and made for archives (PDF/A-2a). The same values give the same bytes:
the only moment in it is the one that is handed in, and only fonts that are installed with the product are used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import fontpkg_atkinson_hyperlegible
import typst

from processing.errors import ProcessingError
from processing.reports.model import Sheet

TEMPLATES = Path(__file__).parent / "templates"
STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]
_SCREEN_PPI = 150.0
_LONG_WORD = re.compile(r"\S{25,}")
_NAMES_AND_HASHES = re.compile(r"[a-z0-9_…;]+")
_BREAK_EVERY = 10


class TypesettingError(ProcessingError):
    """The typesetter refused a report; the fault is the product's."""


@dataclass(frozen=True, slots=True)
class Typeset:
    """A report's values in its template, not yet on paper."""

    sheet: Sheet
    values: Mapping[str, Any]
    made_at: datetime

    def pdf(self) -> bytes:
        """Return the PDF; raises TypesettingError."""
        return _one(self._compile("pdf"))

    def pages(self, *, ppi: float = _SCREEN_PPI) -> tuple[bytes, ...]:
        """Return each page as a PNG, laid out as in the PDF."""
        compiled = self._compile("png", ppi=ppi)
        return tuple(compiled) if isinstance(compiled, list) else (compiled,)

    def part_ends(self) -> tuple[int, ...]:
        """Return the number of the page on which each part of the sheet ends, the last of all included."""
        return tuple(json.loads(self._compiler().query("<part-end>", field="value")))

    def _compiler(self) -> typst.Compiler:
        return typst.Compiler(
            str(TEMPLATES / f"{self.sheet}.typ"),
            root=str(TEMPLATES),
            font_paths=fonts(),
            sys_inputs={"data": json.dumps(_breakable(self.values))},
        )

    def _compile(self, form: Any, **more: Any) -> bytes | list[bytes]:
        standards = STANDARDS if form == "pdf" else []
        try:
            made = self._compiler().compile(
                format=form, pdf_standards=standards, timestamp=int(self.made_at.timestamp()), **more
            )
        except typst.TypstError as error:
            raise TypesettingError(
                f"The {self.sheet} report could not be typeset: {error.message}"
            ) from error
        assert made is not None  # without an output file it returns what it made
        return made


@cache
def fonts() -> typst.Fonts:
    """Return the fonts that come with the product: those of the machine would change the layout."""
    folder = Path(fontpkg_atkinson_hyperlegible.__file__).parent / "files"
    return typst.Fonts(include_system_fonts=False, font_paths=[str(folder)])


def _breakable(value: Any) -> Any:
    """Return values in which endless words, such as hostile names, may be broken; pictures, hashes and settings not."""
    if isinstance(value, Mapping):
        return {key: item if key == "picture" else _breakable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_breakable(item) for item in value]
    return _LONG_WORD.sub(_with_breaks, value) if isinstance(value, str) else value


def _with_breaks(found: re.Match[str]) -> str:
    word = found.group()
    if _NAMES_AND_HASHES.fullmatch(word):
        return word
    return "\u200b".join(word[at : at + _BREAK_EVERY] for at in range(0, len(word), _BREAK_EVERY))


def _one(made: bytes | list[bytes]) -> bytes:
    return made if isinstance(made, bytes) else made[0]
