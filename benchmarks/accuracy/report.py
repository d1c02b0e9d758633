"""The tables of the accuracy benchmark, for a terminal, a page, and a program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.accuracy.bound import least_edge_error_ms
from benchmarks.accuracy.detectors import OURS
from benchmarks.accuracy.run import Score
from benchmarks.accuracy.scoring import Tally, total
from benchmarks.accuracy.session import GENERATORS
from benchmarks.accuracy.situations import SITUATIONS

TARGET_F1_OVERALL: Final = 0.98
TARGET_F1_EACH: Final = 0.93
TARGET_ONSET_MS: Final = 20.0
TARGET_OFFSET_MS: Final = 25.0
TARGET_FALSE_PER_MINUTE: Final = 0.05
_N_EXAMPLES: Final = 12
_BEGIN: Final = "<!-- figures: begin -->"
_END: Final = "<!-- figures: end -->"


@dataclass(frozen=True, slots=True)
class Grid:
    """One table of words."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def grids(scores: Sequence[Score]) -> list[Grid]:
    """Return all tables of a run."""
    silent = {s.name for s in SITUATIONS if s.kind == "silent"}
    active_scores = [s for s in scores if s.situation not in silent]
    silent_scores = [s for s in scores if s.situation in silent]
    tables = [_detectors(active_scores, silent_scores)]
    for generator in GENERATORS:
        tables.append(_f1_by_situation([s for s in active_scores if s.generator == generator], generator))
    tables += [_false_alarms(silent_scores), _ours(active_scores), _by_snr(active_scores), _bounds()]
    return [grid for grid in tables if grid.rows]


def print_grids(console: Console, tables: Sequence[Grid], *, markdown: bool) -> None:
    """Print tables as text for a terminal or as Markdown."""
    for grid in tables:
        if markdown:
            console.print(f"\n### {grid.title}\n", markup=False, highlight=False)
            for line in _markdown_lines(grid):
                console.print(line, markup=False, highlight=False, soft_wrap=True)
            continue
        table = Table(*grid.header, title=grid.title, title_justify="left")
        for row in grid.rows:
            table.add_row(*row)
        console.print(table)


def update_page(path: Path, tables: Sequence[Grid]) -> None:
    """Replace what stands between the two marks of a page by the tables."""
    text = path.read_text(encoding="utf-8")
    before, rest = text.split(_BEGIN)
    _, after = rest.split(_END)
    parts = [f"### {grid.title}\n\n" + "\n".join(_markdown_lines(grid)) for grid in tables]
    path.write_text(f"{before}{_BEGIN}\n\n" + "\n\n".join(parts) + f"\n\n{_END}{after}", encoding="utf-8")


def print_mistakes(console: Console, scores: Sequence[Score]) -> None:
    """Print some of our mistakes with the moment they happen, so that each can be looked at."""
    for situation, generator in _keys(scores):
        tally = _sum(scores, detector=OURS, situation=situation, generator=generator)
        for mistake in tally.mistakes[:_N_EXAMPLES]:
            console.print(
                f"{situation} / {generator}, seed {mistake.seed}, CH{mistake.channel} ({mistake.snr_db:g} dB): "
                f"{mistake.kind} {mistake.start_s:.2f}-{mistake.stop_s:.2f} s, {mistake.hint}",
                markup=False,
                highlight=False,
                soft_wrap=True,
            )


def as_document(scores: Sequence[Score]) -> dict[str, Any]:
    """Return everything as plain values."""
    keys = sorted({(s.detector, s.situation, s.generator, s.snr_db) for s in scores})
    return {
        "targets": {
            "f1_overall": TARGET_F1_OVERALL,
            "f1_each": TARGET_F1_EACH,
            "onset_ms": TARGET_ONSET_MS,
            "offset_ms": TARGET_OFFSET_MS,
            "false_per_minute": TARGET_FALSE_PER_MINUTE,
        },
        "seeds": sorted({s.seed for s in scores}),
        "results": [
            {"detector": d, "situation": name, "generator": g, "snr_db": snr_db}
            | _plain(_sum(scores, detector=d, situation=name, generator=g, snr_db=snr_db), mistakes=d == OURS)
            for d, name, g, snr_db in keys
        ],
    }


def _plain(tally: Tally, *, mistakes: bool) -> dict[str, Any]:
    values: dict[str, Any] = {
        "hits": tally.hits,
        "false": tally.false,
        "missed": tally.missed,
        "doubtful": tally.doubtful,
        "doubtful_false": tally.doubtful_false,
        "refused_channels": tally.refused,
        "channels": tally.channels,
        "minutes": round(tally.minutes, 3),
        "f1": tally.f1,
        "onset_median_ms": _median(tally.onset_ms),
        "onset_p95_ms": _p95(tally.onset_ms),
        "onset_bias_ms": _bias(tally.onset_ms),
        "offset_median_ms": _median(tally.offset_ms),
        "offset_p95_ms": _p95(tally.offset_ms),
        "offset_bias_ms": _bias(tally.offset_ms),
    }
    if mistakes:
        values["mistakes"] = [
            {
                "kind": m.kind,
                "start_s": round(m.start_s, 3),
                "stop_s": round(m.stop_s, 3),
                "hint": m.hint,
                "channel": m.channel,
                "seed": m.seed,
            }
            for m in tally.mistakes
        ]
    return values


def _detectors(active: Sequence[Score], silent: Sequence[Score]) -> Grid:
    rows = []
    for detector in _names(active or silent):
        mine = _sum(active, detector=detector)
        by_situation = [
            _sum(active, detector=detector, situation=s, generator=g).f1 for s, g in _keys(active)
        ]
        worst = min((f1 for f1 in by_situation if f1 is not None), default=None)
        quiet = _sum(silent, detector=detector)
        rows.append(
            (
                detector,
                _number(mine.f1, "{:.3f}"),
                _number(worst, "{:.2f}"),
                _edges(mine.onset_ms),
                _edges(mine.offset_ms),
                f"{quiet.false_per_minute:.2f}" if quiet.minutes else "-",
                f"{mine.hits} / {mine.false} / {mine.missed}",
                f"{mine.refused + quiet.refused} of {mine.channels + quiet.channels}",
            )
        )
    return Grid(
        "All detectors on the same signals",
        (
            "detector",
            "F1",
            "worst situation",
            "onset error, ms",
            "offset error, ms",
            "false/min, silent",
            "hit / false / missed",
            "not judged, or failed",
        ),
        tuple(rows),
    )


def _f1_by_situation(scores: Sequence[Score], generator: str) -> Grid:
    names = _names(scores)
    rows = []
    for situation in [s.name for s in SITUATIONS if any(s.name == score.situation for score in scores)]:
        values = [_sum(scores, detector=d, situation=situation).f1 for d in names]
        rows.append((situation, *(_number(value, "{:.2f}") for value in values)))
    return Grid(f"F1 by situation, generator: {generator}", ("situation", *names), tuple(rows))


def _false_alarms(scores: Sequence[Score]) -> Grid:
    names = _names(scores)
    rows = []
    for situation, generator in _keys(scores):
        tallies = [_sum(scores, detector=d, situation=situation, generator=generator) for d in names]
        minutes = f"{tallies[0].minutes:.0f} min" if tallies else ""
        rows.append((f"{situation}, {generator}", minutes, *(f"{t.false_per_minute:.2f}" for t in tallies)))
    return Grid(
        "False detections per minute where there is nothing", ("channel", "signal", *names), tuple(rows)
    )


def _ours(scores: Sequence[Score]) -> Grid:
    rows = []
    for situation, generator in _keys(scores):
        tally = _sum(scores, detector=OURS, situation=situation, generator=generator)
        if not tally.channels:
            continue
        failed = tally.f1 is not None and tally.f1 < TARGET_F1_EACH
        rows.append(
            (
                f"{situation}, {generator}",
                _number(tally.f1, "{:.3f}") + (" !" if failed else ""),
                f"{tally.hits} / {tally.false} / {tally.missed}",
                _edges(tally.onset_ms),
                _edges(tally.offset_ms),
                f"{_bias(tally.onset_ms) or 0:+.0f} / {_bias(tally.offset_ms) or 0:+.0f}",
                f"{tally.doubtful} ({tally.doubtful_false})",
                f"{tally.refused}/{tally.channels}",
            )
        )
    return Grid(
        f"{OURS} by situation; '!' marks F1 under {TARGET_F1_EACH}",
        (
            "situation",
            "F1",
            "hit / false / missed",
            "onset, ms",
            "offset, ms",
            "bias, ms",
            "doubtful (false)",
            "not judged",
        ),
        tuple(rows),
    )


def _by_snr(scores: Sequence[Score]) -> Grid:
    rows = []
    for snr_db in sorted({s.snr_db for s in scores}):
        tally = _sum(scores, detector=OURS, snr_db=snr_db)
        if tally.channels:
            rows.append(
                (
                    f"{snr_db:g} dB",
                    _number(tally.f1, "{:.3f}"),
                    _edges(tally.onset_ms),
                    _edges(tally.offset_ms),
                )
            )
    return Grid(f"{OURS} by SNR, all situations", ("SNR", "F1", "onset, ms", "offset, ms"), tuple(rows))


def _bounds() -> Grid:
    ramps_s = (0.05, 0.15, 0.25, 1.0)
    rows = []
    for snr_db in (3.0, 6.0, 10.0, 20.0, 30.0):
        errors = [least_edge_error_ms(snr_db=snr_db, ramp_s=ramp_s) for ramp_s in ramps_s]
        rows.append((f"{snr_db:g} dB", *(f"{error:.1f}" for error in errors)))
    return Grid(
        "Least possible median edge error in ms, for a detector that knows spectra and levels",
        ("SNR", *(f"ramp {1000 * ramp_s:.0f} ms" for ramp_s in ramps_s)),
        tuple(rows),
    )


def _sum(scores: Sequence[Score], **wanted: object) -> Tally:
    return total(s.tally for s in scores if all(getattr(s, k) == v for k, v in wanted.items()))


def _names(scores: Sequence[Score]) -> list[str]:
    return list(dict.fromkeys(s.detector for s in scores))


def _keys(scores: Sequence[Score]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((s.situation, s.generator) for s in scores))


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)


def _edges(errors_ms: Sequence[float]) -> str:
    median, p95 = _median(errors_ms), _p95(errors_ms)
    return "-" if median is None else f"{median:.0f} (p95 {p95:.0f})"


def _statistic(function: Callable[[Any], Any], values: Any) -> float | None:
    return round(float(function(values)), 1) if len(values) else None


def _median(errors_ms: Sequence[float]) -> float | None:
    return _statistic(np.median, np.abs(errors_ms))


def _p95(errors_ms: Sequence[float]) -> float | None:
    return _statistic(lambda x: np.percentile(x, 95), np.abs(errors_ms))


def _bias(errors_ms: Sequence[float]) -> float | None:
    return _statistic(np.median, errors_ms)


def _markdown_lines(grid: Grid) -> list[str]:
    rule = "|" + "---|" * len(grid.header)
    rows = ["| " + " | ".join(row) + " |" for row in (grid.header, *grid.rows)]
    return [rows[0], rule, *rows[1:]]
