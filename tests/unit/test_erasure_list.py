"""The list of erased patients outside the database: whole, once each, and never taken for empty when it is damaged."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from processing.errors import InvalidParameterError
from processing.services.erasure_list import note_erasure, read_erasures

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_what_is_noted_is_read_again_and_the_first_reason_stays(tmp_path: Path) -> None:
    path = tmp_path / "backups" / "erasures.jsonl"
    assert read_erasures(path) == []
    note_erasure(path, "P001", reason="Withdrew consent é", requested_by="A", at=AT)
    note_erasure(path, "P002", reason="Other", requested_by="B", at=AT)
    note_erasure(path, "P001", reason="Again", requested_by="C", at=AT)
    found = read_erasures(path)
    assert [(one.code, one.reason, one.requested_by, one.requested_at) for one in found] == [
        ("P001", "Withdrew consent é", "A", AT),
        ("P002", "Other", "B", AT),
    ]
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"code": "P001"}', '{"code": 1, "reason": "x", "requested_at": 3}']
)
def test_a_damaged_line_is_not_passed_over(tmp_path: Path, line: str) -> None:
    path = tmp_path / "erasures.jsonl"
    note_erasure(path, "P001", reason="Withdrew", requested_by="A", at=AT)
    path.write_text(path.read_text() + "\n" + line + "\n")
    with pytest.raises(InvalidParameterError, match=r"Line 3 of the list of erasures"):
        read_erasures(path)
