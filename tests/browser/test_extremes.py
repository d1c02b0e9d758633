"""Nothing at all, and a thousand patients: every page of a new installation, and the lists of a large one.

Timings are printed, not judged; see statement 1 for what is asked of Today.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import psutil
import pytest
from playwright.sync_api import Page, expect

from benchmarks.database_rows import Size, make_clinic
from pages._components.navigation import PAGES
from processing.services import build_services, closing_services
from processing.settings import Settings
from tests.browser import looking
from tests.browser.conftest import keep_picture, wait_idle
from tests.running_stack import RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.evidence, pytest.mark.timeout(400)]

# What somebody reads on a page of an installation in which nothing has arrived yet: what is missing, or what to do.
HELP = {
    "today": "No patients yet",
    "patients": "No patients yet",
    "sessions": "No sessions yet",
    "inbox": "Nothing waiting",
    "upload": "Choose a recording",
    "review": "There is no session yet",
    "inspector": "There is no session yet",
    "signal_details": "There is no session yet",
    "report": "There is no session yet",
    "patient": "No patients yet",
    "compare": "Pick a session first",
    "research": "There is no session yet.",
    "settings": "How sessions are scored",
    "operations": "Every recording could be read.",
    "audit": "",
}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    with RunningStack(tmp_path_factory.mktemp("product") / "data") as stack:
        yield stack


def _open(page: Page, address: str) -> None:
    page.goto(address)
    wait_idle(page)


def test_every_page_of_a_new_installation_says_what_to_do(watched_page: Page, empty: RunningStack) -> None:
    page, wrong = watched_page, {}
    page.set_viewport_size({"width": 1280, "height": 900})
    for entry in PAGES:
        found = []
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            if theme == "light":
                _open(page, f"{empty.dashboard_url}/{entry.url_path if entry is not PAGES[0] else ''}")
            page.wait_for_timeout(300)
            found += [fault.rule for fault in looking.faults(page) if fault.grave]
        said = page.locator("[data-testid=stMain]").inner_text()
        keep_picture(page, f"empty-{entry.url_path}")
        if HELP[entry.url_path] not in said or "incident" in said.lower() or found:
            wrong[entry.url_path] = (found, said[:400])
    assert wrong == {}


def test_a_thousand_patients_are_found_and_leafed_through(watched_page: Page, empty: RunningStack) -> None:
    settings = Settings(_env_file=None, data_dir=empty.data_dir, demo=False)  # type: ignore[call-arg]
    worker = psutil.Process(empty.worker_pid())
    worker.suspend()  # the rows are written as if it had done its work
    with closing_services(build_services(settings, empty.database_url)) as services:
        make_clinic(services, Size(n_sessions=9990))
    worker.resume()
    page = watched_page
    for name, path, ready in (
        ("Today", "", "need attention"),
        ("Patients", "patients", "1000 patients"),
        ("Sessions", "sessions", "sessions"),
        ("Inbox", "inbox", "files"),
    ):
        for visit in ("first", "second"):
            began = time.monotonic()
            page.goto(f"{empty.dashboard_url}/{path}")
            expect(page.locator("[data-testid=stMain]").get_by_text(ready).first).to_be_visible(
                timeout=60_000
            )
            shown_s = time.monotonic() - began
            wait_idle(page)
            rest_s = time.monotonic() - began
            print(
                f"\n1000 patients, {name}, {visit} visit: read after {shown_s:.2f} s, at rest after {rest_s:.2f} s"
            )
        keep_picture(page, f"thousand-{name.lower()}")
        assert page.locator("[data-testid=stMain] *").count() < 6000, "a page draws more than anybody reads"
        assert [fault for fault in looking.faults(page) if fault.grave] == []
    page.goto(f"{empty.dashboard_url}/patients")
    wait_idle(page)
    find = page.get_by_role("textbox", name="Find")
    began = time.monotonic()
    find.fill("P777")
    find.press("Enter")
    expect(page.get_by_text("P776")).to_have_count(0)
    expect(page.get_by_text("P777").first).to_be_visible()
    print(f"1000 patients, one found by code after {time.monotonic() - began:.2f} s")
