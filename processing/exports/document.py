"""Dictionary and JSON schema for the documentation; ``python -m processing.exports.document`` renews both."""

from __future__ import annotations

import json
from pathlib import Path

from processing.exports.bundle import DESIGNS, describe
from processing.exports.write_json import json_schema

PAGE = Path(__file__).resolve().parents[2] / "docs" / "exports.md"
SCHEMA = PAGE.parent / "export.schema.json"
BEGIN, END = "<!-- the dictionary begins -->\n", "<!-- the dictionary ends -->\n"


def dictionary_markdown() -> str:
    """Return one section a table with every column, in English."""
    parts = []
    for design in DESIGNS:
        parts += [f"### `{design.name}`\n", f"{design.meaning}.\n"]
        lines = ["| column | unit | meaning | from | empty when |", "|---|---|---|---|---|"]
        for column in design.columns:
            entry = describe(design.name, column)
            name = f"`{entry.column}`" + (" †" if column.identifying else "")
            cells = (name, entry.unit, entry.meaning, entry.source, entry.empty_when)
            lines.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def renewed(page: str) -> str:
    """Return a page with the dictionary as it is now between its two marks."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n{dictionary_markdown()}\n{END}{rest.split(END)[1]}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|") or "–"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    SCHEMA.write_text(json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
