"""Print the list of sessions, for people or for programs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from processing.use_cases.read_models import SessionSummary


def print_json(sessions: Sequence[SessionSummary]) -> None:
    """Write one JSON object a line to standard output."""
    for session in sessions:
        sys.stdout.write(orjson.dumps(to_plain(session)).decode() + "\n")


def print_table(sessions: Sequence[SessionSummary]) -> None:
    """Write a table for reading."""
    table = Table("Session", "Recorded", "Status", "Left", "Right", "Score", box=None)
    for session in sessions:
        sides = {side.side: side for side in session.sides}
        table.add_row(
            session.session_code,
            "not recorded" if session.recorded_at is None else f"{session.recorded_at:%Y-%m-%d %H:%M}",
            session.status if session.failure is None else f"failed: {session.failure}",
            *(_side(sides.get(name)) for name in ("left", "right")),
            _score(session),
        )
    Console().print(table)


def to_plain(session: SessionSummary) -> dict[str, Any]:
    """Return one session as the JSON object that other programs rely on."""
    return {
        "code": session.session_code,
        "patient": session.patient_code,
        "status": session.status,
        "object": session.object_name,
        "recorded_at": None if session.recorded_at is None else session.recorded_at.isoformat(),
        "duration_s": session.duration_s,
        "quality": {side.channel: side.verdict for side in session.sides},
        "counts": {
            side.channel: {
                "contractions": side.n_contractions,
                "good": side.n_good,
                "expected": side.expected,
                "side": side.side,
            }
            for side in session.sides
        },
        "score": session.score,
        "score_range": None
        if session.score_low is None or not session.names_a_leg
        else [session.score_low, session.score_high],
        "failure": session.failure,
    }


def _side(side: Any) -> str:
    if side is None:
        return "—"
    good = "?" if side.n_good is None else side.n_good
    return f"{side.n_contractions} found, {good}/{side.expected} good, {side.verdict.replace('_', ' ')}"


def _score(session: SessionSummary) -> str:
    if session.score is not None:
        return f"{session.score:.1f}"
    if not session.names_a_leg:
        return "—"
    if session.score_low is not None and session.score_high is not None:
        return f"{session.score_low:.0f} to {session.score_high:.0f}"
    return "—"
