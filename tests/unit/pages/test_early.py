"""The busiest page is loaded while the server starts, whatever is wrong with it."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

import pytest

from pages._components import early


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """Give back to the collector what was put out of its reach."""
    yield
    gc.unfreeze()


def test_what_is_loaded_is_out_of_the_collector_s_way() -> None:
    early.load_early().join(60)
    assert "pages._components.review" in sys.modules
    assert gc.get_freeze_count() > 10_000


def test_a_page_that_cannot_be_loaded_does_not_keep_the_server_from_starting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(early, "_BUSIEST", "pages._components.no_such_page")
    thread = early.load_early()
    thread.join(60)
    assert not thread.is_alive()
    assert gc.get_freeze_count() > 0
