"""The typesetter: values and a template become a PDF; the only place that knows Typst.

The PDF is tagged for screen readers (PDF/UA-1) and made for archives (PDF/A-2a). The same values give the same bytes:
the only moment in it is the one that is handed in, and only fonts that are installed with the product are used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import fontpkg_atkinson_hyperlegible
import typst

from processing.errors import ProcessingError
from processing.reports.letters import on_strings, only_latin, settable, without_letters_like
from processing.reports.model import Sheet

TEMPLATES = Path(__file__).parent / "templates"
STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]
_SCREEN_PPI = 150.0
# What the typesetter says about a letter that no typeface of the product has.
_NO_SUCH_LETTER = re.compile(r"the text `\"(.+?)\"` could not be displayed")
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_MOST_SCRIPTS = 8


class TypesettingError(ProcessingError):
    """The typesetter refused a report; the fault is the product's."""


@dataclass(frozen=True, slots=True)
class Typeset:
    """A report's values in its template, not yet on paper."""

    sheet: Sheet
    values: Mapping[str, Any]
    made_at: datetime

    def printable(self) -> Typeset:
        """Return the report with a box for each letter that no typeface of the product has; raises TypesettingError."""
        made = self
        for _script in range(_MOST_SCRIPTS):
            try:
                made.pdf()
            except TypesettingError as error:
                found = _NO_SUCH_LETTER.search(str(error))
                if found is None:
                    raise
                letter = _ESCAPED.sub(lambda code: chr(int(code.group(1), 16)), found.group(1))
                made = replace(made, values=on_strings(made.values, without_letters_like(letter)))
            else:
                return made
        return replace(made, values=on_strings(made.values, only_latin))

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
            sys_inputs={"data": json.dumps(on_strings(self.values, settable))},
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


def _one(made: bytes | list[bytes]) -> bytes:
    return made if isinstance(made, bytes) else made[0]
