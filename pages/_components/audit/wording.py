"""The audit log in words: what was done, to what, and each changed field as old and new."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pages._components import local_time, words
from processing.language import gettext as _
from processing.language import mark as N_
from processing.language import sentence
from processing.use_cases.read_models import AuditAction, AuditEntry

ACTIONS: dict[AuditAction, str] = {
    "read": N_("opened"),
    "export": N_("exported"),
    "insert": N_("added"),
    "update": N_("changed"),
    "delete": N_("deleted"),
}

TABLES = {
    "therapy_sessions": N_("session"),
    "session_settings": N_("entered values and targets"),
    "bfr_monitoring": N_("cuff pressure"),
    "performance_scores": N_("score, judged again"),
    "contraction_corrections": N_("corrections of contractions"),
    "session_side_map": N_("left and right"),
    "session_reviews": N_("reviewed mark"),
    "clinical_notes": N_("note"),
    "alert_mutes": N_("muted alert"),
    "prescriptions": N_("prescription"),
    "mvc_measurements": N_("MVC passport"),
    "patients": N_("patient"),
    "patient_identities": N_("identity"),
    "user_profiles": N_("account"),
    "scoring_configuration": N_("scoring configuration"),
    "scoring_choice": N_("scoring of new sessions"),
    "reprocessing_runs": N_("run of other settings"),
}

FIELDS = {
    "expected_contractions": N_("expected contractions"),
    "right_expected_contractions": N_("expected contractions, right"),
    "target_percent_mvc": N_("target (% MVC)"),
    "right_target_percent_mvc": N_("target, right (% MVC)"),
    "target_duration_s": N_("target duration (s)"),
    "mvc_left_uv": N_("MVC left (µV)"),
    "mvc_right_uv": N_("MVC right (µV)"),
    "value_uv": N_("MVC (µV)"),
    "perceived_effort_cr10": N_("effort (CR10)"),
    "game_max_points": N_("maximum game points"),
    "percent_aop": N_("pressure (% AOP)"),
    "pressure_percent_aop": N_("pressure (% AOP)"),
    "percent_mvc_left": N_("target, left (% MVC)"),
    "percent_mvc_right": N_("target, right (% MVC)"),
    "expected_left": N_("expected contractions, left"),
    "expected_right": N_("expected contractions, right"),
    "hold_s": N_("hold time (s)"),
    "rest_s": N_("rest (s)"),
    "at_s": N_("at second"),
    "total": N_("score"),
    "low": N_("lowest possible score"),
    "high": N_("highest possible score"),
    "session_code": N_("session"),
    "object_name": N_("file"),
    "object_version": N_("version of the file"),
    "announced_version": N_("version of the file that was announced"),
    "size_bytes": N_("size (bytes)"),
    "processing_status": N_("state"),
    "failure_kind": N_("kind of failure"),
    "failure_message": N_("why it could not be read"),
    "run_token": N_("run of the analysis"),
    "result_version": N_("result version"),
    "duration_s": N_("length (s)"),
    "received_at": N_("arrived"),
    "target": N_("which change it takes back or brings again"),
    "channel_name": N_("channel"),
    "onset_s": N_("onset (s)"),
    "offset_s": N_("end (s)"),
    "new_onset_s": N_("new onset (s)"),
    "new_offset_s": N_("new end (s)"),
    "made_at": N_("made"),
    "channel_map": N_("legs of the channels"),
    "judged_at": N_("judged"),
    "reviewed_by": N_("reviewed by"),
    "reviewed_at": N_("reviewed"),
    "rule": N_("rule"),
    "until": N_("until"),
    "valid_from": N_("valid from"),
    "protocol_days": N_("days of the protocol"),
    "measured_on": N_("measured on"),
    "electrode_placement": N_("electrode placement"),
    "same_electrodes": N_("same electrodes as in training"),
    "family_name": N_("family name"),
    "given_name": N_("given name"),
    "birth_date": N_("birth date"),
    "hospital_number": N_("hospital number"),
    "display_name": N_("name"),
    "mfa_required": N_("second factor required"),
    "may_read_notes": N_("may read notes"),
    "code": N_("patient"),
}

_A_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?")

# Keys of rows and what the database keeps for itself: nothing that somebody chose.
_HOUSEKEEPING = {
    "id", "user_id", "author", "patient_id", "session_id", "revision", "created_at", "updated_at", "entered",
    "entered_at", "entered_by", "created_by", "updated_by", "recorded_at", "edited_at", "last_session_number",
    "muted_at", "muted_by",
}  # fmt: skip


def reason_words(entry: AuditEntry) -> str:
    """Return why something was opened or exported in the reader's language; why it was changed, a person wrote."""
    said = entry.reason or ""
    return sentence(said) if entry.action in ("read", "export") else said


def table_words(name: str) -> str:
    """Return what a table holds in a few words; one that is not known keeps its name."""
    return _(TABLES.get(name, name.replace("_", " ")))


def field_words(name: str) -> str:
    """Return a column's name as it is said."""
    return _(FIELDS.get(name, name.replace("_", " ")))


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
        return [f"{_('score')}: {was} → {now}"]
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
