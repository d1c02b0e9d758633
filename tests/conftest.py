"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from processing.logs import configure_logging
from tests.running_stack import RunningStack

# Without this, tracebacks in a failing test's output print every local variable.
configure_logging("console")

# How long an example takes says something about the machine's other work, not about the property.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

_ORDER = ("unit", "property", "integration", "browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the quick kinds first, and the browser last: Playwright keeps an event loop running until the end."""
    folder = Path(__file__).parent
    items.sort(key=lambda item: _ORDER.index(item.path.relative_to(folder).parts[0]))


@pytest.fixture(scope="session")
def demo_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """The whole product, started once for all tests that look at it, with the demonstration sessions analysed."""
    with RunningStack(tmp_path_factory.mktemp("product") / "data", demo=True) as stack:
        codes = {f"P00{patient}S00{number}" for patient in (1, 2, 3) for number in (1, 2)}
        stack.wait_for(codes)
        yield stack
