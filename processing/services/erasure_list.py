"""The list of erasures outside the database: what a restore of an older copy has to erase again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from processing.errors import InvalidParameterError
from processing.use_cases.erasure import ErasedPatient


def note_erasure(path: Path, code: str, *, reason: str, requested_by: str, at: datetime) -> None:
    """Add one erasure to the list, before anything is deleted; a code that is listed already is left as it is."""
    if any(erased.code == code for erased in read_erasures(path)):
        return
    line = json.dumps(
        {"code": code, "reason": reason, "requested_by": requested_by, "requested_at": at.isoformat()},
        ensure_ascii=False,
    )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_erasures(path: Path) -> list[ErasedPatient]:
    """Return the erasures of a list; none if there is no such file.

    Raises
    ------
    InvalidParameterError
        If a line is not an erasure: a list that cannot be read must not pass for an empty one.
    """
    if not path.exists():
        return []
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found.append(erasure_from_plain(json.loads(line)))
        except (ValueError, KeyError, TypeError) as exc:
            raise InvalidParameterError(
                f"Line {number} of the list of erasures '{path}' cannot be read; expected code, reason, requested_by "
                "and requested_at as JSON."
            ) from exc
    return found


def erasures_to_plain(erased: Iterable[ErasedPatient]) -> list[dict[str, str | None]]:
    """Return erasures as plain values, for a manifest."""
    return [
        {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in asdict(one).items()
        }
        for one in erased
    ]


def erasure_from_plain(plain: dict[str, str]) -> ErasedPatient:
    """Return one erasure from plain values; what was done about it elsewhere is still to be done here."""
    return ErasedPatient(
        plain["code"],
        plain["reason"],
        plain["requested_by"],
        datetime.fromisoformat(plain["requested_at"]),
    )
