"""The small pictures: one for each contraction, for each that was rejected, and for each that is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pages._components import counted, words
from pages._components.classes import contraction_class
from pages._components.doubts import doubt
from pages._components.inspector.aligned_panels import Muscle, limits_uv
from pages._components.mark_words import reason_words
from processing.emg.aligned import thin
from processing.emg.results import Contraction, RejectedContraction
from processing.language import gettext as _

WIDTH, HEIGHT, FOOT = 120.0, 56.0, 54.0
POINTS = 70
Cell = dict[str, Any]


def sheet_of(
    muscles: Sequence[Muscle], selected: tuple[str, int] | None, *, same_scale: bool = True
) -> list[dict[str, Any]]:
    """Return for each muscle its name and its cells, paths and lines in the cells' own units."""
    limits = limits_uv(muscles, same_scale=same_scale)
    return [
        {
            "channel": muscle.channel,
            "label": muscle.label,
            "note": _note(muscle),
            "tone": muscle.tone,
            "pale": muscle.pale,
            "onset": _across(muscle, 0.0),
            "hold": _across(muscle, muscle.targets.target_duration_s),
            "target": None if muscle.target_uv is None else _up(muscle.target_uv, limit),
            "cells": [
                *(_cell(muscle, i, limit, selected) for i in range(len(muscle.contractions))),
                *_rejected(muscle),
                *_missing(muscle),
            ],
        }
        for muscle, limit in zip(muscles, limits, strict=True)
    ]


def _note(muscle: Muscle) -> str:
    if not muscle.judged:
        return muscle.not_judged
    found = counted.contractions(len(muscle.contractions))
    if muscle.panel.analysis.side is None:
        return found
    return _("{found} of {expected} expected").format(
        found=found, expected=muscle.targets.expected_contractions
    )


def _cell(muscle: Muscle, index: int, limit: float, selected: tuple[str, int] | None) -> Cell:
    c = muscle.contractions[index]
    kind = contraction_class(c)
    mark = muscle.panel.analysis.mark_of(index)
    return {
        "kind": "contraction",
        "index": index,
        "path": outline(muscle.aligned.time_s, muscle.aligned.values[index], limit),
        "glyph": kind.glyph if muscle.judged else "",
        "color": f"@{kind.key}" if muscle.judged else "@game",
        "number": str(index + 1),
        "text": words.fixed(c.duration_s, 2, "s") if muscle.judged else "",
        "doubtful": c.doubtful and muscle.judged,
        "kept": mark is not None,
        "selected": (muscle.channel, index) == selected,
        "said": _said(muscle, index, c),
    }


def _said(muscle: Muscle, index: int, c: Contraction) -> str:
    """Describe a cell for those who cannot see it."""
    place = {"muscle": muscle.name, "number": index + 1, "moment": words.seconds(c.onset_s)}
    if not muscle.judged:
        return _("{muscle} {number}, at {moment}").format(**place)
    said = _("{muscle} {number}, at {moment}, lasting {duration}: {result}").format(
        **place, duration=words.seconds(c.duration_s), result=contraction_class(c).word
    )
    if c.doubtful:
        said = f"{said}; {doubt(c)}"
    if muscle.panel.analysis.mark_of(index) is not None:
        said = f"{said}; {_('decided by a person')}"
    return said


def _rejected(muscle: Muscle) -> list[Cell]:
    return [
        {
            "kind": "rejected",
            "text": _("✗ at {moment}").format(moment=words.fixed(r.contraction.onset_s, 1, "s")),
            "said": _rejection(muscle, r),
        }
        for r in muscle.panel.analysis.rejected
    ]


def _rejection(muscle: Muscle, rejected: RejectedContraction) -> str:
    moment, reason = words.seconds(rejected.contraction.onset_s), rejected.mark.reason
    if not reason:
        return _("{muscle}: rejected at {moment}").format(muscle=muscle.name, moment=moment)
    said = _("{muscle}: rejected at {moment}, {reason}")
    return said.format(muscle=muscle.name, moment=moment, reason=reason_words(reason))


def _missing(muscle: Muscle) -> list[Cell]:
    """Return a hollow cell for each contraction that was expected and not found."""
    if not muscle.judged or muscle.panel.analysis.side is None:
        return []
    n = muscle.targets.expected_contractions - len(muscle.contractions)
    return [
        {
            "kind": "missing",
            "text": _("missing"),
            "said": _("{muscle}: missing").format(muscle=muscle.name),
        }
    ] * max(0, n)


def outline(time_s: np.ndarray, y: np.ndarray, limit: float) -> str:
    """Return the filled outline of one contraction as an SVG path; its peak is among its points."""
    indices = thin(y, POINTS)
    parts: list[str] = []
    for run in _runs(indices[np.isfinite(y[indices])], y):
        xs = WIDTH * (time_s[run] - time_s[0]) / (time_s[-1] - time_s[0])
        ys = FOOT * (1 - np.clip(y[run] / limit, 0, 1))
        line = " ".join(f"L{a:.1f} {b:.1f}" for a, b in zip(xs, ys, strict=True))
        parts.append(f"M{xs[0]:.1f} {FOOT:.1f} {line} L{xs[-1]:.1f} {FOOT:.1f} Z")
    return " ".join(parts)


def _runs(indices: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
    """Part indices where something between them is not known."""
    if not indices.size:
        return []
    unknown = np.concatenate(([0], np.cumsum(~np.isfinite(y))))
    breaks = np.flatnonzero(unknown[indices[1:]] != unknown[indices[:-1]]) + 1
    return [run for run in np.split(indices, breaks) if run.size]


def _across(muscle: Muscle, moment_s: float) -> float | None:
    """Return where a moment after the onset stands in a cell, None where it is not shown."""
    first, last = float(muscle.aligned.time_s[0]), float(muscle.aligned.time_s[-1])
    return round(WIDTH * (moment_s - first) / (last - first), 1) if moment_s <= last else None


def _up(amplitude_uv: float, limit: float) -> float | None:
    """Return the height of an amplitude in a cell, None where it lies above it."""
    return round(FOOT * (1 - amplitude_uv / limit), 1) if amplitude_uv <= limit else None
