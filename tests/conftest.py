"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from processing.logs import configure_logging
from tests.running_stack import RunningStack

# Without this, tracebacks in a failing test's output print every local variable.
configure_logging("console")


@pytest.fixture(scope="session")
def demo_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """The whole product, started once for all tests that look at it, with the demonstration sessions analysed."""
    with RunningStack(tmp_path_factory.mktemp("product") / "data", demo=True) as stack:
        codes = {f"P00{patient}S00{number}" for patient in (1, 2, 3) for number in (1, 2)}
        stack.wait_for(codes)
        yield stack
