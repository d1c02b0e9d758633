"""The locks hold what pyproject.toml asks for: a range changed without ``make lock`` would install something else."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
ASKED = {
    "requirements.txt": PROJECT["dependencies"],
    "requirements-dev.txt": PROJECT["dependencies"] + EXTRAS["dev"],
    "requirements-bench.txt": PROJECT["dependencies"] + EXTRAS["dev"] + EXTRAS["bench"],
}


def _pins(file: str) -> dict[str, set[Version]]:
    """Return the versions that a lock holds for each package; more than one where Python versions differ."""
    pins: dict[str, set[Version]] = {}
    for line in (ROOT / file).read_text().splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            requirement = Requirement(line)
            (pin,) = requirement.specifier
            assert pin.operator == "==", line
            pins.setdefault(canonicalize_name(requirement.name), set()).add(Version(pin.version))
    return pins


@pytest.mark.parametrize("file", ASKED)
def test_a_lock_has_a_version_within_each_range(file: str) -> None:
    pins = _pins(file)
    wrong = {}
    for asked in map(Requirement, ASKED[file]):
        locked = pins.get(canonicalize_name(asked.name), set())
        if not locked or not all(asked.specifier.contains(version) for version in locked):
            wrong[str(asked)] = sorted(map(str, locked)) or "not locked"
    assert wrong == {}, f"{file} is older than pyproject.toml: run `make lock`"


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [("requirements.txt", "requirements-dev.txt"), ("requirements-dev.txt", "requirements-bench.txt")],
)
def test_tests_and_benchmarks_run_on_the_versions_that_are_used(smaller: str, larger: str) -> None:
    small, large = _pins(smaller), _pins(larger)
    assert {name: large.get(name) for name in small} == small
