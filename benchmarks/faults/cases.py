"""What a case of the fault table is, and how its outcomes are printed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from rich.table import Table

if TYPE_CHECKING:
    from benchmarks.faults.bench import Bench

Where: TypeAlias = Literal["local", "hosted", "full disk", "tests"]

_CASES: list[Case] = []


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was tried in one case and how much of it ended as it must; the rest is lost."""

    tried: int
    survived: int
    note: str = ""

    @property
    def lost(self) -> int:
        """How much did not end as it must."""
        return self.tried - self.survived


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table; ``where`` names the installation that it runs on."""

    number: str
    title: str
    where: Where
    quick: bool
    run: Callable[[Bench], Outcome]


def case(
    number: str, title: str, *, where: Where = "local", quick: bool = False
) -> Callable[[Callable[[Bench], Outcome]], Callable[[Bench], Outcome]]:
    """Register a function as a row of the table; ``quick`` ones are part of ``--smoke``."""

    def register(run: Callable[[Bench], Outcome]) -> Callable[[Bench], Outcome]:
        _CASES.append(Case(number, title, where, quick, run))
        return run

    return register


def all_cases() -> list[Case]:
    """Return every registered case in the order of the table: 3, 3b, 4, ..., 30, and then those with a letter."""

    def place(one: Case) -> tuple[int, str]:
        digits = one.number.rstrip("abcdefgh")
        return (int(digits) if digits else 1000, one.number)

    return sorted(_CASES, key=place)


def outcome_of(checks: Sequence[object], note: str = "") -> Outcome:
    """Return the outcome of a list of checks."""
    return Outcome(len(checks), sum(map(bool, checks)), note)


def as_table(results: Sequence[tuple[Case, Outcome, float]]) -> Table:
    """Return the table for a terminal."""
    table = Table("#", "case", "tried", "survived", "lost", "s", "what was seen")
    for one, outcome, took_s in results:
        table.add_row(
            one.number, one.title, str(outcome.tried), str(outcome.survived), str(outcome.lost), f"{took_s:.0f}",
            outcome.note,
        )  # fmt: skip
    return table


def as_markdown(results: Sequence[tuple[Case, Outcome, float]]) -> str:
    """Return the table as it stands in docs/faults.md."""
    lines = ["| # | case | tried | survived | lost | what was seen |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {one.number} | {one.title} | {outcome.tried} | {outcome.survived} | {outcome.lost} | {outcome.note} |"
        for one, outcome, _ in results
    ]
    return "\n".join(lines)
