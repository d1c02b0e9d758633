"""Analyses as plain values: the JSON document of ``analyze --json``, and the compact form for database rows.

Rounding happens here and nowhere before: a tenth of a millisecond, of a microvolt and of a hertz is finer
than any of these quantities is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import date, datetime
from math import floor, isfinite, log10
from typing import Any

from pydantic import TypeAdapter

from processing.emg.parameters import AnalysisParameters
from processing.emg.results import ChannelAnalysis, Contraction, FaintActivity, QualityFinding
from processing.errors import ProcessingError
from processing.recording import RecordingMetadata
from processing.scoring.model import SessionScore
from processing.use_cases.analyse import AnalysedRecording

SCHEMA = "ghostly-emg/analysis/1"

_CHANNEL = TypeAdapter(ChannelAnalysis)
_SCORE = TypeAdapter(SessionScore)
_METADATA = TypeAdapter(RecordingMetadata)
_PARAMETERS = TypeAdapter(AnalysisParameters)
# Decimal places by the unit that a field's name ends in; anything else keeps six significant digits.
_DECIMALS = {"_s": 4, "_uv": 2, "_hz": 2, "_db": 2, "_percent": 3, "_ms": 1}
_SIGNIFICANT = 6
_TABLES: dict[str, type] = {"contractions": Contraction, "faint": FaintActivity}
_FINDINGS = "findings"


def to_document(analysed: AnalysedRecording) -> dict[str, Any]:
    """Return the object that ``analyze --json`` prints: plain values, no NaN or infinity."""
    metadata = analysed.metadata
    document = {
        "schema": SCHEMA,
        "file": {
            "name": analysed.file_name,
            "sha256": analysed.sha256,
            "size_bytes": analysed.size_bytes,
        },
        "recording": {
            "sampling_rate_hz": metadata.sampling_rate_hz,
            "n_samples": metadata.n_samples,
            "duration_s": metadata.duration_s,
            "recorded_at": metadata.recorded_at,
            "clock_check": metadata.clock_check,
            "game": metadata.game,
            "measures": metadata.measures,
            "channels": metadata.channels,
            "notices": metadata.notices,
        },
        "channels": analysed.channels,
        "scores": analysed.score,
        "parameters": {
            "analysis": analysed.parameters,
            "targets": analysed.targets,
            "scoring": analysed.scoring,
        },
        "pipeline_version": analysed.pipeline_version,
        "timings_ms": analysed.timings_ms,
    }
    plain = {key: _plain(value) for key, value in document.items()}
    for channel in plain["channels"]:
        del channel["corrections"]  # people correct sessions, not files
    return plain


def error_document(file: str, error: Exception) -> dict[str, Any]:
    """Return the object printed for a file that could not be read."""
    kind = error.kind if isinstance(error, ProcessingError) else type(error).__name__
    return {"file": {"name": file}, "error": {"kind": kind, "message": str(error)}}


def to_plain(value: Any) -> Any:
    """Return any of this product's results as plain values, rounded as in :func:`to_document`."""
    return _plain(value)


def channel_to_plain(channel: ChannelAnalysis) -> dict[str, Any]:
    """Return a channel as JSON-safe values; contractions, faint activity and findings are columns and rows."""
    plain: dict[str, Any] = _plain(channel)
    for name, row_type in _TABLES.items():
        plain[name] = _table(plain[name], row_type)
    plain["quality"][_FINDINGS] = _table(plain["quality"][_FINDINGS], QualityFinding)
    if plain["corrections"] is None:
        del plain["corrections"]  # the database tells by it whether somebody corrected the channel
    return plain


def channel_from_plain(plain: Mapping[str, Any]) -> ChannelAnalysis:
    """Return the channel that :func:`channel_to_plain` wrote; fields added since then take their defaults."""
    values = dict(plain)
    for name in _TABLES:
        values[name] = _rows(values[name])
    findings = values["quality"][_FINDINGS]
    # Pipeline 0.1.0 stored findings as objects.
    if isinstance(findings, Mapping):
        values["quality"] = {**values["quality"], _FINDINGS: _rows(findings)}
    return _CHANNEL.validate_python(values)


def score_to_plain(score: SessionScore) -> dict[str, Any]:
    """Return a score as JSON-safe values, unrounded: its parts add up to its total here too."""
    plain: dict[str, Any] = _plain(score, digits=17)
    return plain


def score_from_plain(plain: Mapping[str, Any]) -> SessionScore:
    """Return the score that :func:`score_to_plain` wrote."""
    return _SCORE.validate_python(dict(plain))


def metadata_to_plain(metadata: RecordingMetadata) -> dict[str, Any]:
    """Return a recording's metadata as JSON-safe values."""
    plain: dict[str, Any] = _plain(metadata, digits=17)
    return plain


def metadata_from_plain(plain: Mapping[str, Any]) -> RecordingMetadata:
    """Return the metadata that :func:`metadata_to_plain` wrote."""
    return _METADATA.validate_python(dict(plain))


def parameters_to_plain(parameters: AnalysisParameters) -> dict[str, Any]:
    """Return the snapshot of the settings as JSON-safe values."""
    return asdict(parameters)


def parameters_from_plain(plain: Mapping[str, Any]) -> AnalysisParameters:
    """Return the settings that :func:`parameters_to_plain` wrote; new ones take their defaults."""
    return _PARAMETERS.validate_python(dict(plain))


def changed_settings(parameters: AnalysisParameters) -> dict[str, Any]:
    """Return the settings that are not the program's own, by name."""
    own = parameters_to_plain(AnalysisParameters())
    return {name: value for name, value in parameters_to_plain(parameters).items() if value != own.get(name)}


def _table(rows: list[dict[str, Any]], row_type: type) -> dict[str, Any]:
    """Return rows of the same kind without repeating the names of their columns."""
    columns = [field.name for field in fields(row_type)]
    return {"columns": columns, "rows": [[row[c] for c in columns] for row in rows]}


def _rows(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows that :func:`_table` was made of."""
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


def _plain(value: Any, name: str = "", digits: int = _SIGNIFICANT) -> Any:
    """Return a value made of dicts, lists, strings, finite numbers, booleans and None only."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name), f.name, digits) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item, str(key), digits) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, name, digits) for item in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bool) or value is None or isinstance(value, str | int):
        return value
    return _rounded(float(value), name, digits)


def _rounded(value: float, name: str, digits: int) -> float | None:
    """Return a number at the precision of its unit; None for what is not finite."""
    if not isfinite(value):
        return None
    if digits > _SIGNIFICANT:
        return value
    for suffix, decimals in _DECIMALS.items():
        if name.endswith(suffix):
            return round(value, decimals)
    return value if value == 0 else round(value, digits - 1 - floor(log10(abs(value))))
