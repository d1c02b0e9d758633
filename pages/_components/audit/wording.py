"""The audit log in words: what was done, to what, and each changed field as old and new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pages._components import words
from processing.use_cases.read_models import AuditAction, AuditEntry

ACTIONS: dict[AuditAction, str] = {
    "read": "opened",
    "export": "exported",
    "insert": "added",
    "update": "changed",
    "delete": "deleted",
}

TABLES = {
    "therapy_sessions": "session",
    "session_settings": "entered values and targets",
    "bfr_monitoring": "cuff pressure",
    "performance_scores": "score, judged again",
    "contraction_corrections": "corrections of contractions",
    "session_side_map": "left and right",
    "session_reviews": "reviewed mark",
    "clinical_notes": "note",
    "prescriptions": "prescription",
    "mvc_measurements": "MVC passport",
    "patients": "patient",
    "patient_identities": "identity",
    "user_profiles": "account",
    "scoring_configuration": "scoring configuration",
}

FIELDS = {
    "expected_contractions": "expected contractions",
    "right_expected_contractions": "expected contractions, right",
    "target_percent_mvc": "target (% MVC)",
    "right_target_percent_mvc": "target, right (% MVC)",
    "target_duration_s": "target duration (s)",
    "mvc_left_uv": "MVC left (µV)",
    "mvc_right_uv": "MVC right (µV)",
    "value_uv": "MVC (µV)",
    "perceived_effort_cr10": "effort (CR10)",
    "game_max_points": "maximum game points",
    "percent_aop": "pressure (% AOP)",
    "pressure_percent_aop": "pressure (% AOP)",
    "percent_mvc_left": "target, left (% MVC)",
    "percent_mvc_right": "target, right (% MVC)",
    "expected_left": "expected contractions, left",
    "expected_right": "expected contractions, right",
    "hold_s": "hold time (s)",
    "rest_s": "rest (s)",
    "at_s": "at second",
    "total": "score",
    "low": "lowest possible score",
    "high": "highest possible score",
}

# Keys of rows and what the database keeps for itself: nothing that somebody chose.
_HOUSEKEEPING = {
    "id", "user_id", "author", "patient_id", "session_id", "revision", "created_at", "updated_at", "entered",
    "entered_at", "entered_by", "created_by", "updated_by", "recorded_at", "edited_at", "last_session_number",
}  # fmt: skip


def table_words(name: str) -> str:
    """Return what a table holds in a few words; one that is not known keeps its name."""
    return TABLES.get(name, name.replace("_", " "))


def field_words(name: str) -> str:
    """Return a column's name as it is said."""
    return FIELDS.get(name, name.replace("_", " "))


def changes(entry: AuditEntry, names: Mapping[str, str]) -> list[str]:
    """Return each changed field as ``field: old → new``; ``names`` says who an account is."""
    before, after = entry.before or {}, entry.after or {}
    if entry.table_name == "performance_scores" and entry.action == "update":
        return [f"score: {_score(before)} → {_score(after)}"]
    fields = [name for name in (after or before) if name not in _HOUSEKEEPING]
    if entry.action == "update":
        return [
            f"{field_words(name)}: {_value(before.get(name), names)} → {_value(after.get(name), names)}"
            for name in fields
        ]
    held = after or before
    said = [
        f"{field_words(name)}: {_value(held[name], names)}"
        for name in fields
        if held[name] is not None and held[name] is not False
    ]
    return ["; ".join(said)] if said else []


def _score(row: Mapping[str, Any]) -> str:
    return words.score_words(row.get("total"), row.get("low"), row.get("high"))


def _value(value: Any, names: Mapping[str, str]) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return words.yes_no(value)
    if isinstance(value, int | float):
        return words.number(float(value))
    if isinstance(value, dict):
        return ", ".join(f"{key} {_value(inner, names)}" for key, inner in value.items()) or "—"
    text = names.get(str(value), str(value))
    return text if len(text) <= 300 else f"{text[:300]} …"
