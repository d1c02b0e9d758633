"""Pages run by Streamlit's AppTest on made-up services."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages._components.last_good import forget_kept
from pages._components.services import close_services
from tests.unit.pages.fakes import FakeServices, opener

Launch = Callable[..., AppTest]
PAGES = Path(__file__).resolve().parents[3] / "pages"


@pytest.fixture
def launch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Launch]:
    """Return a function that opens a page on given services and runs it: the list of sessions unless another is named.

    None is the address without any page.
    """
    monkeypatch.delenv("SUPABASE_URL", raising=False)
    monkeypatch.delenv("DASHBOARD_HOST", raising=False)
    close_services()
    forget_kept()

    def run(services: FakeServices, page: str | None = "sessions.py", **query: str) -> AppTest:
        monkeypatch.setattr("processing.services.open_services", opener(services))
        at = AppTest.from_file(PAGES / "main.py", default_timeout=30).run()
        if page is not None:
            at.switch_page(page)
            for name, value in query.items():
                at.query_params[name] = value
            at.run()
        return at

    yield run
    close_services()


def texts(at: AppTest) -> str:
    """Return everything that a page says, in one string."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "info", "warning", "error")
    said = [str(element.value) for kind in kinds for element in at.get(kind)]
    return "\n".join([*said, *(f"{m.label} {m.value}" for m in at.metric)])
