"""The audit log in words: what was done, to what, and each changed field as old and new."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pages._components import local_time, words
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
    "session_code": "session",
    "object_name": "file",
    "object_version": "version of the file",
    "announced_version": "version of the file that was announced",
    "size_bytes": "size (bytes)",
    "processing_status": "state",
    "failure_kind": "kind of failure",
    "failure_message": "why it could not be read",
    "run_token": "run of the analysis",
    "result_version": "result version",
    "duration_s": "length (s)",
    "received_at": "arrived",
    "target": "which change it takes back or brings again",
    "channel_name": "channel",
    "onset_s": "onset (s)",
    "offset_s": "end (s)",
    "new_onset_s": "new onset (s)",
    "new_offset_s": "new end (s)",
    "made_at": "made",
    "channel_map": "legs of the channels",
    "judged_at": "judged",
    "reviewed_by": "reviewed by",
    "reviewed_at": "reviewed",
    "valid_from": "valid from",
    "protocol_days": "days of the protocol",
    "measured_on": "measured on",
    "electrode_placement": "electrode placement",
    "same_electrodes": "same electrodes as in training",
    "family_name": "family name",
    "given_name": "given name",
    "birth_date": "birth date",
    "hospital_number": "hospital number",
    "display_name": "name",
    "mfa_required": "second factor required",
    "may_read_notes": "may read notes",
    "code": "patient",
}

_A_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?")

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
        return _score_change(before, after)
    fields = [name for name in (after or before) if name not in _HOUSEKEEPING]
    if entry.action == "update":
        both = [(name, before.get(name), after.get(name)) for name in fields]
        return [f"{field_words(name)}: {_change(was, now, names)}" for name, was, now in both if was != now]
    held = after or before
    said = [
        f"{field_words(name)}: {_value(held[name], names)}"
        for name in fields
        if held[name] is not None and held[name] is not False
    ]
    return ["; ".join(said)] if said else []


def _score(row: Mapping[str, Any]) -> str:
    return words.score_words(row.get("total"), row.get("low"), row.get("high"))


def _score_change(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return the score as old and new; where both read the same, the numbers that differ, as finely as they do."""
    was, now = _score(before), _score(after)
    if was != now:
        return [f"score: {was} → {now}"]
    return [
        f"{field_words(name)}: {_change(before.get(name), after.get(name), {})}"
        for name in ("total", "low", "high")
        if before.get(name) != after.get(name)
    ]


def _change(was: Any, now: Any, names: Mapping[str, str]) -> str:
    """Return old and new so that they read differently, as they are."""
    old, new = _value(was, names), _value(now, names)
    if old == new and isinstance(was, int | float) and isinstance(now, int | float):
        old, new = f"{was:.10g}", f"{now:.10g}"
    return f"{old} → {new}"


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
    if _A_MOMENT.fullmatch(text):
        return _when(text)
    return text if len(text) <= 300 else f"{text[:300]} …"


def _when(text: str) -> str:
    """Return a stored date or moment as it is said; whatever only looks like one stays as it is."""
    try:
        return (
            local_time.day(date.fromisoformat(text))
            if len(text) == 10
            else local_time.moment(datetime.fromisoformat(text))
        )
    except ValueError:
        return text
