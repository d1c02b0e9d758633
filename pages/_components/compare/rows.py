"""The rows of a comparison: one measure each, with both values and their difference, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pages._components import words
from processing.language import gettext as _
from processing.recording import Side
from processing.scoring.baseline import Span
from processing.use_cases.comparison import LegMeasures, SessionComparison
from processing.use_cases.mvc_breaks import SIDES

Panel: TypeAlias = Literal["good", "hold", "amplitude", "symmetry", "effort", "pressure"]


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of both sessions; a range where only that is known, None where it is not recorded.

    ``judged`` says for A and B whether the signal behind the value can be trusted; ``comparable`` is False where the
    guard forbids the difference, and the values with it.
    """

    panel: Panel
    side: Side | None
    label: str
    unit: str
    a: Span | None
    b: Span | None
    judged: tuple[bool, bool] = (True, True)
    comparable: bool = True
    decimals: int = 0
    expected: tuple[int | None, int | None] = (None, None)

    @property
    def difference(self) -> Span | None:
        """B minus A, as a range where either is one; None where it cannot be given."""
        if not self.comparable or self.a is None or self.b is None:
            return None
        return self.b[0] - self.a[1], self.b[1] - self.a[0]


def rows_of(compared: SessionComparison) -> list[Row]:
    """Return every row in its order: what counts first."""
    a, b = compared.measures
    found = [*_of_legs(compared)]
    pairs: tuple[tuple[Panel, str, str, float | None, float | None], ...] = (
        ("symmetry", _("Symmetry of both legs"), _("of 100"), a.symmetry, b.symmetry),
        ("effort", _("Perceived effort"), _("CR10"), a.effort_cr10, b.effort_cr10),
        ("pressure", _("Cuff pressure"), _("% AOP"), a.percent_aop, b.percent_aop),
    )
    for panel, label, unit, value_a, value_b in pairs:
        found.append(Row(panel, None, label, unit, _exact(value_a), _exact(value_b), decimals=1))
    return found


def _of_legs(compared: SessionComparison) -> Iterator[Row]:
    for panel in ("good", "hold", "amplitude"):
        for side in SIDES:
            a, b = (measures.leg(side) for measures in compared.measures)
            judged = (a.judged, b.judged)
            if panel == "good":
                expected = (a.expected, b.expected)
                label = _("Good contractions")
                yield Row("good", side, label, _("number"), a.good, b.good, judged, expected=expected)
            elif panel == "hold":
                held = (_exact(a.mean_hold_s), _exact(b.mean_hold_s))
                yield Row("hold", side, _("Mean hold time"), "s", *held, judged, decimals=2)
            else:
                yield _amplitude(compared, side, a, b)


def _amplitude(compared: SessionComparison, side: Side, a: LegMeasures, b: LegMeasures) -> Row:
    percent = compared.in_percent_mvc
    value_a, value_b = (_exact(leg.percent_mvc if percent else leg.plateau_uv) for leg in (a, b))
    return Row(
        "amplitude",
        side,
        _("RMS amplitude (plateau)"),
        _("% MVC") if percent else "µV",
        value_a,
        value_b,
        (a.judged, b.judged),
        comparable=compared.of(side).amplitude,
        decimals=1 if percent else 0,
    )


def _exact(value: float | None) -> Span | None:
    return None if value is None else (value, value)


def value_words(row: Row, which: Literal["a", "b"]) -> str:
    """Return one value with what it is measured against; never a number where nothing is known."""
    value, place = (row.a, 0) if which == "a" else (row.b, 1)
    if row.side is not None and not row.judged[place]:
        return _("not judged")
    if not row.comparable:
        return _("not comparable")
    if value is None:
        return absent_words(row)
    said = span_words(value, row.decimals)
    expected = row.expected[place]
    return said if expected is None else _("{good} of {expected}").format(good=said, expected=expected)


def absent_words(row: Row) -> str:
    """Return the word for a value that is not there: what is computed cannot be recorded."""
    return words.not_recorded() if row.panel in ("effort", "pressure") else words.not_assessable()


def span_words(value: Span, decimals: int) -> str:
    """Return a number, or a range from the lowest to the highest."""
    low, high = (words.fixed(end, decimals) for end in value)
    return low if low == high else f"{low}–{high}"


def difference_words(row: Row) -> str:
    """Return the difference with its sign; a range where either value is one."""
    found = row.difference
    if found is None:
        return "—"
    low, high = (_signed(end, row.decimals) for end in found)
    if found == (0.0, 0.0):
        return _("no change")
    return low if low == high else _("{low} to {high}").format(low=low, high=high)


def _signed(value: float, decimals: int) -> str:
    said = words.fixed(abs(value), decimals)
    if not any(sign in said for sign in "123456789"):
        return said
    return ("+" if value > 0 else "−") + said


def row_name(row: Row) -> str:
    """Return the measure with its leg and unit."""
    name = f"{row.label} ({row.unit})"
    return f"{words.side_mark(row.side)} {name}" if row.side else name
