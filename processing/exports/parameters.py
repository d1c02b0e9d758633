"""The table of parameters: the settings of every analysis and every score in the export, each set once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from processing.exports.columns import PRODUCT, Design, text
from processing.exports.model import ExportedSession
from processing.language import mark as N_

# By the end of a setting's name.
_UNITS = {
    "_hz": "Hz",
    "_s": "s",
    "_uv": "µV",
    "_db": "dB",
    "_percent_aop": "% AOP",
    "_percent_mvc": "% MVC",
    "_percent": "%",
    "_percentile": "%",
}


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """One setting of one set."""

    set_name: str
    kind: str
    name: str
    value: str | None
    unit: str | None


def parameter_rows(sessions: Sequence[ExportedSession]) -> Iterator[ParameterRow]:
    """Yield the settings of every set that a session refers to."""
    sets: dict[tuple[str, str], Mapping[str, Any]] = {}
    for session in sessions:
        if session.result is not None and session.parameter_set is not None:
            sets["analysis", session.parameter_set] = session.result.parameters
        scoring = session.context.scoring
        if scoring is not None:
            sets["scoring", scoring.label] = scoring.configuration
    for (kind, name), settings in sorted(sets.items()):
        for path, value in _flat(settings):
            yield ParameterRow(name, kind, path, _shown(value), _unit(path))


def _flat(settings: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every single value with the way to it: ``weights.effort``, ``effort_bands.1.low``."""
    if isinstance(settings, Mapping):
        for name, value in settings.items():
            yield from _flat(value, f"{prefix}.{name}" if prefix else str(name))
    elif isinstance(settings, list | tuple):
        for number, value in enumerate(settings, start=1):
            yield from _flat(value, f"{prefix}.{number}")
    else:
        yield prefix, settings


def _shown(value: Any) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _unit(path: str) -> str | None:
    return next((unit for end, unit in _UNITS.items() if path.endswith(end)), None)


PARAMETERS: Design[ParameterRow] = Design(
    "parameters",
    N_("One row per setting of the analyses and of the scoring that the sessions name"),
    (
        text(
            "set_name",
            N_("parameter_set or scoring_set in the table of sessions"),
            PRODUCT,
            lambda r: r.set_name,
        ),
        text("set_kind", N_("analysis or scoring"), PRODUCT, lambda r: r.kind),
        text("name", N_("The setting"), PRODUCT, lambda r: r.name),
        text("value", N_("Its value"), PRODUCT, lambda r: r.value, missing=N_("switched off")),
        text("unit", N_("Its unit"), PRODUCT, lambda r: r.unit, missing=N_("a pure number or a word")),
    ),
)
