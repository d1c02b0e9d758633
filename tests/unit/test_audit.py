"""A known fault stops the tests, and a service that cannot be reached is never taken for a clean answer."""

from __future__ import annotations

from datetime import date

import pytest

from tests.audit import Answer, audit, ignored_today, read_answer

# As pip-audit 2.10 prints it.
PRINTED = {
    "dependencies": [
        {"name": "jinja2", "version": "2.4.1", "vulns": [{"id": "PYSEC-2014-8", "fix_versions": ["2.7.2"]}]},
        {"name": "numpy", "version": "2.4.6", "vulns": []},
        {"name": "ours", "skip_reason": "Dependency not found on PyPI and could not be audited: ours (1.0)"},
    ],
    "fixes": [],
}


def test_a_known_fault_stops_the_tests(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit(lambda _: read_answer(PRINTED), set(), required=False) == 1
    said = capsys.readouterr()
    assert "jinja2 2.4.1: PYSEC-2014-8" in said.err
    assert (
        "2 packages checked by pypi, 1 known faults, 0 ignored with a reason, 1 packages unknown" in said.out
    )


def test_packages_without_known_faults_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit(lambda _: Answer(150, 0, ()), set(), required=True) == 0
    assert "NOT CHECKED" not in capsys.readouterr().err


def test_the_second_service_is_asked_where_the_first_knows_nothing() -> None:
    answers = {"pypi": Answer(0, 150, ()), "osv": Answer(150, 0, (("jinja2 2.4.1", "GHSA-x"),))}
    assert audit(answers.get, set(), required=False) == 1


@pytest.mark.parametrize("silence", [None, Answer(0, 150, ())])
@pytest.mark.parametrize("required", [False, True])
def test_no_answer_is_said_loudly_and_fails_where_one_is_required(
    silence: Answer | None, required: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit(lambda _: silence, set(), required=required) == int(required)
    assert "NOT CHECKED" in capsys.readouterr().err


def test_a_fault_is_ignored_with_a_reason_until_its_day() -> None:
    entry = {"id": "PYSEC-2014-8", "reason": "only of the sandbox", "until": date(2027, 1, 1)}
    project = {"tool": {"audit": {"ignore": [entry]}}}
    ignored = ignored_today(project, date(2026, 12, 31))
    assert audit(lambda _: read_answer(PRINTED), ignored, required=False) == 0
    assert ignored_today(project, date(2027, 1, 1)) == set()


def test_a_fault_is_not_ignored_without_a_reason() -> None:
    project = {"tool": {"audit": {"ignore": [{"id": "PYSEC-2014-8", "until": date(2027, 1, 1)}]}}}
    with pytest.raises(SystemExit, match="PYSEC-2014-8 without a reason"):
        ignored_today(project, date(2026, 12, 31))
