"""The fault table covers every row that it must, and counts what is lost."""

from __future__ import annotations

from benchmarks.faults import __main__ as faults
from benchmarks.faults.cases import Case, Outcome, all_cases, as_markdown, outcome_of


def test_every_row_of_the_acceptance_table_is_there() -> None:
    numbers = [case.number for case in all_cases()]
    assert len(set(numbers)) == len(numbers)
    assert {str(number) for number in range(1, 31)} <= set(numbers)
    assert all(module.__doc__ for module in faults.MODULES)


def test_whatever_did_not_end_as_it_must_is_lost() -> None:
    outcome = outcome_of([True, "yes", False, None], "two of four")
    assert (outcome.tried, outcome.survived, outcome.lost) == (4, 2, 2)


def test_the_table_has_one_line_for_each_case() -> None:
    case = Case("1", "valid event", "local", True, lambda _: Outcome(1, 1))
    assert as_markdown([(case, Outcome(3, 2, "seen"), 1.0)]).splitlines()[2:] == [
        "| 1 | valid event | 3 | 2 | 1 | seen |"
    ]
