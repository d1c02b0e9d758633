"""Signing in as a browser does it: deep links on a fresh server, two people at once, reloads, and the way out."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from pages._components.navigation import PAGES
from tests.browser.conftest import keep_picture, serving, wait_idle
from tests.browser.hospital import PEOPLE, Hospital, open_hospital, sign_in
from tests.running_stack import RunningStack

pytestmark = pytest.mark.browser

# The first page is the start page, whose address has no name.
ADDRESSES = {entry.file: "/" if entry is PAGES[0] else f"/{entry.url_path}" for entry in PAGES}
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
NewPerson = Callable[..., Page]


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    with open_hospital(tmp_path_factory.mktemp("hospital") / "data") as stack:
        yield stack


@pytest.fixture
def person(browser: Browser, browser_context_args: dict[str, Any], hospital: Hospital) -> Iterator[NewPerson]:
    """Return a function that opens a browser of somebody's own and signs in there."""
    contexts: list[BrowserContext] = []

    def enter(name: str, path: str = "/") -> Page:
        contexts.append(browser.new_context(**browser_context_args))
        page = contexts[-1].new_page()
        page.goto(hospital.dashboard_url + path)
        sign_in(page, name)
        return page

    yield enter
    for context in contexts:
        context.close()


def _links(page: Page, title: str) -> int:
    return page.get_by_role("link", name=title, exact=True).count()


# Which page a server is asked for first has made a difference; the others come first with `make evidence`.
@pytest.mark.parametrize(
    "first",
    [
        "/review?session=P001S001",
        pytest.param("/audit", marks=pytest.mark.evidence),
        pytest.param("/", marks=pytest.mark.evidence),
    ],
)
def test_a_fresh_server_shows_nobody_more_than_the_sign_in_page(
    watched_page: Page, tmp_path: Path, first: str
) -> None:
    with serving(
        tmp_path / "server.log", SUPABASE_URL="http://127.0.0.1:9", SUPABASE_ANON_KEY="public"
    ) as url:
        for path in (first, *ADDRESSES.values()):
            _shows_sign_in_only(watched_page, url + path)


def _shows_sign_in_only(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=30_000)
    wait_idle(page)
    assert page.get_by_role("heading").count() == 1
    assert not re.search(r"P\d{3}", page.inner_text("body"))
    assert not [entry.title for entry in PAGES if _links(page, entry.title)]


@pytest.mark.parametrize("name", ["ann", "rita", "adam"])
def test_each_role_reaches_its_pages_and_is_told_about_the_others(
    person: NewPerson, hospital: Hospital, name: str
) -> None:
    page, role = person(name), PEOPLE[name]
    for entry in PAGES:
        page.goto(hospital.dashboard_url + ADDRESSES[entry.file])
        wait_idle(page)
        expect(page.get_by_role("button", name=role.title())).to_be_visible()
        closed = page.get_by_text("is not part of the work of").count()
        # Whoever has no start page is led on to their own first page.
        assert closed == (role not in entry.roles and entry is not PAGES[0]), entry.file
    page.goto(hospital.dashboard_url)
    wait_idle(page)
    # Pages of a section stand behind its name; that they open for this role was seen above.
    for section in {entry.section for entry in PAGES if entry.section}:
        offered = [entry for entry in PAGES if entry.section == section and role in entry.roles]
        # A section with a single page is that page.
        title, times = (
            (section, 1) if len(offered) > 1 else (offered[0].title if offered else section, len(offered))
        )
        expect(page.get_by_text(title, exact=True), section).to_have_count(times)
    for entry in PAGES:
        if not entry.section:
            shown = role in entry.roles and not entry.hidden
            assert bool(_links(page, entry.title)) == shown, entry.file


def test_two_people_in_two_browsers_never_see_each_others_patients(
    person: NewPerson, hospital: Hospital
) -> None:
    ann, bob = person("ann", "/sessions"), person("bob", "/sessions")
    expect(ann.get_by_role("link", name="P001S001")).to_be_visible()
    expect(bob.get_by_role("link", name="P002S001")).to_be_visible()
    ann.goto(f"{hospital.dashboard_url}/review?session=P001S001")
    wait_idle(ann)
    expect(ann.locator(".emg-chart").first).to_be_visible()
    bob.goto(f"{hospital.dashboard_url}/review?session=P001S001")  # its traces are in the cache now
    expect(bob.get_by_text("There is no session 'P001S001'")).to_be_visible(timeout=30_000)
    wait_idle(bob)
    assert bob.locator(".emg-chart").count() == 0
    assert "P001S002" not in bob.inner_text("body")
    ann.reload()
    wait_idle(ann)
    expect(ann.get_by_text("Ann · Therapist")).to_be_visible()
    assert "P002" not in ann.inner_text("body")


def test_a_deep_link_survives_signing_in_and_a_reload(person: NewPerson, hospital: Hospital) -> None:
    page = person("ann", "/review?session=P001S002")
    expect(page).to_have_url(f"{hospital.dashboard_url}/review?session=P001S002")
    page.reload()
    wait_idle(page)
    expect(page.get_by_text("P001S002").first).to_be_visible()
    assert page.get_by_role("heading", name="Sign in").count() == 0


def test_the_cookie_is_opaque_and_kept_from_scripts_and_other_sites(person: NewPerson) -> None:
    page = person("ann")
    (cookie,) = [c for c in page.context.cookies() if "sign_in" in c["name"]]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    assert cookie["expires"] == -1
    assert re.fullmatch(r"[\w-]{43}", cookie["value"])
    stored = page.evaluate("JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])")
    assert cookie["value"] not in stored
    assert "eyJ" not in stored
    assert "eyJ" not in page.content()


def test_signing_out_closes_the_other_tab_too(person: NewPerson, hospital: Hospital) -> None:
    page = person("ann")
    other = page.context.new_page()
    other.goto(f"{hospital.dashboard_url}/sessions")
    expect(other.get_by_role("link", name="P001S001")).to_be_visible(timeout=30_000)
    before = len(hospital.auth.sessions)
    page.get_by_text("Ann · Therapist").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible(timeout=30_000)
    assert len(hospital.auth.sessions) == before - 1
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible(timeout=40_000)
    assert "P001" not in other.inner_text("body")
    page.goto(f"{hospital.dashboard_url}/review?session=P001S001")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=30_000)
    assert [c for c in page.context.cookies() if "sign_in" in c["name"]] == []


def test_an_account_without_a_role_is_told_so(person: NewPerson) -> None:
    page = person("new")
    expect(page.get_by_text("Your account has no role yet")).to_be_visible()
    assert "P001" not in page.inner_text("body")
    page.reload()  # is signed in still: an administrator may have changed the account meanwhile
    expect(page.get_by_text("Your account has no role yet")).to_be_visible()


def test_tokens_are_refreshed_without_anybody_noticing(person: NewPerson, hospital: Hospital) -> None:
    hospital.auth.lifetime_s = 10
    try:
        page = person("ann", "/review?session=P001S001")
        before = hospital.auth.seen["token:refresh_token"]
        time.sleep(10)
        page.reload()
        wait_idle(page)
        expect(page.get_by_text("P001S001").first).to_be_visible()
        assert hospital.auth.seen["token:refresh_token"] > before
    finally:
        hospital.auth.lifetime_s = 3600


def test_the_routes_obey_only_the_dashboards_own_page(hospital: Hospital) -> None:
    own = {"Origin": hospital.dashboard_url, "Content-Type": "application/json"}
    for path in ("/sign-in/keep", "/sign-in/forget", "/sign-in/active"):
        address = hospital.dashboard_url + path
        for headers in (
            {"Content-Type": "application/json"},
            {**own, "Origin": "https://evil.test"},
            {**own, "Sec-Fetch-Site": "cross-site"},
            {**own, "Content-Type": "text/plain"},
        ):
            assert httpx.post(address, headers=headers, content="{}", trust_env=False).status_code == 403
    keep = hospital.dashboard_url + "/sign-in/keep"
    for body in (
        '{"ticket": "guessed"}',
        "[]",
        "no json",
        '{"ticket": 1}',
        '{"ticket": "' + "x" * 5000 + '"}',
    ):
        answer = httpx.post(keep, headers=own, content=body, trust_env=False)
        assert answer.status_code == 410
        assert "set-cookie" not in answer.headers
    assert (
        httpx.post(hospital.dashboard_url + "/sign-in/active", headers=own, trust_env=False).status_code
        == 401
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_sign_in_page_has_no_serious_accessibility_fault(
    watched_page: Page, hospital: Hospital, theme: str
) -> None:
    watched_page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    watched_page.goto(hospital.dashboard_url)
    expect(watched_page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=30_000)
    wait_idle(watched_page)
    keep_picture(watched_page, f"sign-in-{theme}")
    watched_page.get_by_label("E-mail address").fill("ann@x.test")
    watched_page.locator("input[type=password]").fill("wrong")
    watched_page.get_by_role("button", name="Sign in").click()
    expect(watched_page.get_by_text("do not belong together")).to_be_visible(timeout=30_000)
    wait_idle(watched_page)
    found = Axe().run(watched_page, options=AXE).response["violations"]
    assert [fault["id"] for fault in found if fault["impact"] in ("serious", "critical")] == []


def test_logs_of_the_dashboard_hold_no_address_and_no_token(hospital: Hospital, person: NewPerson) -> None:
    person("adam")
    log = (hospital.data_dir / "logs" / "dashboard.log").read_text(errors="replace")
    assert "signed_in" in log
    for secret in ("@x.test", "eyJ", "correct horse", "ghostly_sign_in"):
        assert secret not in log


def test_the_local_clinician_tries_other_roles(page: Page, demo_stack: RunningStack) -> None:
    page.goto(f"{demo_stack.dashboard_url}/sessions")
    expect(page.get_by_role("link", name="P003S001")).to_be_visible(timeout=30_000)
    wait_idle(page)
    page.get_by_text("Local clinician · Administrator").click()
    keep_picture(page, "local-roles")
    page.get_by_text("Therapist", exact=True).click()
    expect(page.get_by_role("link", name="P003S001")).to_be_hidden(timeout=30_000)
    expect(page.get_by_role("link", name="P001S001")).to_be_visible()
    wait_idle(page)
    researcher = page.get_by_text("Researcher", exact=True)
    if not researcher.is_visible():
        page.get_by_text("Local clinician · Therapist").click()
    researcher.click()
    expect(page.get_by_role("link", name="P003S001")).to_be_visible(timeout=30_000)
    assert _links(page, "Upload") == 0
