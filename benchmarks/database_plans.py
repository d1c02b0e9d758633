"""The plans of the statements that a use case really runs, as the person for whom it runs them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from processing.database import Database


class ExplainingDatabase(Database):
    """Connections that ask for the plan of every statement before running it, under the same identity."""

    plans: list[Any]

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.plans = []  # shared by the copies that act for somebody

    @contextmanager
    def _lent(self, *, alone: bool) -> Iterator[Any]:
        """Lend a connection whose ``execute`` explains first."""
        with super()._lent(alone=alone) as connection:
            yield _Explained(connection, self.plans)


@dataclass(frozen=True, slots=True)
class _Explained:
    connection: Any
    plans: list[Any] = field(repr=False)

    def execute(self, statement: str | bytes, values: Any = None) -> Any:
        text = statement if isinstance(statement, bytes) else statement.encode()
        row = self.connection.execute(b"explain (format json) " + text, values).fetchone()
        self.plans.append(row["QUERY PLAN"][0]["Plan"])
        return self.connection.execute(statement, values)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every node of a plan."""
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def tables_read_whole(plans: Sequence[dict[str, Any]], large: Sequence[str]) -> list[str]:
    """Return those of the large tables that a plan reads from one end to the other, without an index."""
    return sorted(
        {
            node["Relation Name"]
            for plan in plans
            for node in nodes(plan)
            if node["Node Type"] == "Seq Scan" and node["Relation Name"] in large
        }
    )


def indexes_used(plans: Sequence[dict[str, Any]]) -> list[str]:
    """Return the names of the indexes that the plans use."""
    return sorted({node["Index Name"] for plan in plans for node in nodes(plan) if "Index Name" in node})
