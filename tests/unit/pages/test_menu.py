"""The menu of each role, the first page's own address, and marks of copies in the list."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from starlette.requests import Request
from starlette.routing import Route

import app as dashboard
from pages._components import menu
from pages._components.navigation import PAGES, Role, begins_at
from tests.unit.pages.conftest import Launch, texts
from tests.unit.pages.fakes import FakeServices, make_review


def _shown(role: Role, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    asked: list[Any] = []
    monkeypatch.setattr(menu.st, "navigation", lambda sections, **_: asked.append(sections))
    monkeypatch.setattr(
        menu.st, "Page", lambda _file, *, title, visibility, **_: title if visibility == "visible" else ""
    )
    menu.declare_pages(role)
    return {name: [page for page in pages if page] for name, pages in asked[0].items()}


FIVE = ["Today", "Patients", "Sessions", "Inbox", "Upload"]


def test_an_administrator_has_what_only_they_may_behind_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = _shown("administrator", monkeypatch)
    assert shown[""] == [*FIVE, "Research"]
    assert shown["Administration"] == ["Settings", "Operations", "Audit log"]


def test_a_therapist_is_not_told_of_administration(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _shown("therapist", monkeypatch) == {"": [*FIVE, "Settings"]}


def test_a_researcher_begins_at_the_patients(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _shown("researcher", monkeypatch) == {"": ["Patients", "Sessions", "Research", "Settings"]}
    assert begins_at("researcher").file == "patients.py"
    assert begins_at("therapist").file == begins_at("administrator").file == PAGES[0].file == "today.py"


@pytest.mark.parametrize("role", ["therapist", "researcher", "administrator"])
def test_nobody_has_an_empty_section(role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(_shown(role, monkeypatch).values())


def test_what_is_reached_from_the_five_stands_in_no_menu(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = {page for pages in _shown("administrator", monkeypatch).values() for page in pages}
    reached = {"Session review", "Contraction inspector", "Signal details", "Patient timeline", "Compare"}
    assert reached <= {entry.title for entry in PAGES} - shown


def test_the_first_page_s_name_leads_to_the_root_with_its_query() -> None:
    name = f"/{PAGES[0].url_path}"
    assert name in [route.path for route in dashboard.app._user_routes if isinstance(route, Route)]
    scope = {
        "type": "http",
        "path": name,
        "query_string": b"patient=P001",
        "headers": [],
        "server": ("a", 80),
    }
    answer = asyncio.run(dashboard.first_page(Request(scope)))
    assert (answer.status_code, answer.headers["location"]) == (302, "./?patient=P001")


def test_a_copy_is_marked_in_the_list_of_sessions(launch: Launch) -> None:
    first, copy = make_review("P004S002"), make_review("P004S003")
    copy = replace(copy, summary=replace(copy.summary, duplicate_of="P004S002"))
    said = texts(launch(FakeServices(reviews={"P004S002": first, "P004S003": copy})))
    assert said.count("same recording as P004S002") == 1
