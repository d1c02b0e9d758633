"""An earlier result beside the one that is shown, row by row, as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pages._components import local_time, words
from pages._components.research.run_words import leg_words, score_of
from processing.language import gettext as _
from processing.recording import Side
from processing.use_cases.read_models import SessionResult
from processing.use_cases.reprocessing import LegDigest, ResultVersion

Row = tuple[str, str, str]


def outcome_rows(then: ResultVersion, now: ResultVersion) -> list[Row]:
    """Return what came out, and how: always all of it, alike or not."""
    sides: tuple[tuple[Side, str], ...] = (("left", "L ●"), ("right", "R ▲"))
    return [
        (_("Analysed"), local_time.moment(then.analysed_at), local_time.moment(now.analysed_at)),
        (_("Score (0–100)"), score_of(then.digest), score_of(now.digest)),
        *((mark, leg_words(_leg(then, side)), leg_words(_leg(now, side))) for side, mark in sides),
        (_("Scored by"), words.plain(then.scoring or "—"), words.plain(now.scoring or "—")),
        (_("Program"), then.digest.pipeline_version, now.digest.pipeline_version),
        (_("File (SHA-256)"), then.file_sha256[:12], now.file_sha256[:12]),
    ]


def setting_rows(then: SessionResult, now: SessionResult) -> list[Row]:
    """Return the settings of the analysis that differ; one that a version did not know yet is a dash."""
    before, after = dict(_flat(then.parameters)), dict(_flat(now.parameters))
    return [
        (name, _value(before.get(name)), _value(after.get(name)))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def _leg(version: ResultVersion, side: Side) -> LegDigest | None:
    return next((leg for leg in version.digest.legs if leg.side == side), None)


def _flat(parameters: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for name, value in parameters.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _value(value: object) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return words.yes_no(value)
    return words.number(float(value)) if isinstance(value, int | float) else words.plain(str(value))
