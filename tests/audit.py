"""Ask for known faults of the locked packages: ``python -m tests.audit``, a part of ``make test``.

Three ends that mean different things: a known fault stops the tests; none found goes on; and where
no advisory service answers, that is said loudly and goes on, unless AUDIT_REQUIRED=1 asks for certainty. A fault
that cannot be mended yet stands in pyproject.toml, ``[tool.audit]``, with its reason and a last day.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements-dev.txt"  # holds every package of requirements.txt too
# PyPI passes on the advisories of OSV; where a mirror stands in its place, OSV itself may answer.
SERVICES = ("pypi", "osv")
_TIMEOUT_S = 120


@dataclass(frozen=True, slots=True)
class Answer:
    """What one service said: how many packages it knew, how many it did not, and ``(package, advisory)`` pairs."""

    n_checked: int
    n_unknown: int
    faults: tuple[tuple[str, str], ...]


Ask = Callable[[str], Answer | None]


def ask_pip_audit(service: str) -> Answer | None:
    """Return what pip-audit learnt from a service, or None if that did not answer."""
    command = [
        sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), "--disable-pip", "--no-deps",
        "--vulnerability-service", service, "--format", "json", "--progress-spinner", "off", "--timeout", "10",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
        return read_answer(json.loads(done.stdout))
    except (OSError, subprocess.TimeoutExpired, json.JSONDecodeError):
        return None


def read_answer(document: dict[str, Any]) -> Answer:
    """Read pip-audit's JSON; a package that the service does not know has a ``skip_reason`` and no list of faults."""
    packages = document["dependencies"]
    known = [package for package in packages if "vulns" in package]
    faults = [
        (f"{package['name']} {package['version']}", fault["id"])
        for package in known
        for fault in package["vulns"]
    ]
    return Answer(len(known), len(packages) - len(known), tuple(faults))


def ignored_today(project: Mapping[str, Any], today: date) -> set[str]:
    """Return the advisories that may be ignored today; each names a reason, and a day on which it counts again."""
    entries = project.get("tool", {}).get("audit", {}).get("ignore", [])
    for entry in entries:
        if not entry.get("reason"):
            raise SystemExit(f"[tool.audit] ignores {entry['id']} without a reason.")
    return {entry["id"] for entry in entries if today < entry["until"]}


def audit(ask: Ask, ignored: set[str], *, required: bool) -> int:
    """Print what is known of the locked packages; 1 for a fault, or for no answer where one is required."""
    for service in SERVICES:
        answer = ask(service)
        if answer is None or answer.n_checked == 0:
            continue
        grave = [fault for fault in answer.faults if fault[1] not in ignored]
        for package, advisory in grave:
            print(f"Known fault in {package}: {advisory}", file=sys.stderr)
        print(
            f"Dependencies: {answer.n_checked} packages checked by {service}, {len(grave)} known faults, "
            f"{len(answer.faults) - len(grave)} ignored with a reason, {answer.n_unknown} packages unknown there."
        )
        return int(bool(grave))
    print(
        f"*** Dependencies NOT CHECKED: neither {' nor '.join(SERVICES)} told anything about the packages of "
        f"{LOCK.name}. Known faults would go unnoticed; run `make audit` where they can be reached. ***",
        file=sys.stderr,
    )
    return int(required)


def main() -> int:
    """Ask the real services."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    required = os.environ.get("AUDIT_REQUIRED") == "1"
    return audit(ask_pip_audit, ignored_today(project, date.today()), required=required)


if __name__ == "__main__":
    sys.exit(main())
