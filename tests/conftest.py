"""What all tests share."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from processing.logs import configure_logging
from tests.running_stack import RunningStack

# Without this, tracebacks in a failing test's output print every local variable.
configure_logging("console")

# How long an example takes says something about the machine's other work, not about the property.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", parent=settings.get_profile("steady"), max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

_ORDER = ("unit", "property", "integration", "browser")
# Files whose tests share a product and wait long: at the end, one of them would keep a worker alone.
_LONG = ("test_sign_in_idle.py", "test_sign_in.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the quick kinds first, and the browser last: Playwright keeps an event loop running until the end."""
    folder = Path(__file__).parent

    def place(item: pytest.Item) -> tuple[int, bool]:
        return _ORDER.index(item.path.relative_to(folder).parts[0]), item.path.name not in _LONG

    items.sort(key=place)


@pytest.fixture(scope="session", autouse=True)
def _components_are_looked_for_once() -> None:
    """Let Streamlit search the installed packages for components once in a process, not before every page's test.

    It reads the metadata of every package that is installed, which was half the time of the tests of pages.
    """
    if "streamlit" in sys.modules:
        from streamlit.components.v2 import manifest_scanner

        manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


@pytest.fixture(scope="session")
def demo_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """The whole product, started once for all tests that look at it, with the demonstration sessions analysed."""
    with RunningStack(tmp_path_factory.mktemp("product") / "data", demo=True) as stack:
        codes = {f"P00{patient}S00{number}" for patient in (1, 2, 3) for number in (1, 2)}
        stack.wait_for(codes)
        yield stack
