"""The Operations page on the real database: what is amiss is said, and can be put right from there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages._components import state
from pages._components.services import close_services
from processing.services import Services, build_services, closing_services
from processing.settings import Settings
from processing.use_cases.second_level import SharedCounts, SharedFacts, State
from tests.builders import make_c3d
from tests.integration.clinic import Clinic
from tests.unit.pages.conftest import texts
from tests.unit.pages.fakes import opener

PAGES = Path(__file__).resolve().parents[2] / "pages"
Open = Callable[..., AppTest]


@pytest.fixture
def open_page(settings: Settings, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Return a function that opens the page in a role, as the dashboard's own login role would."""
    monkeypatch.setattr("pages._components.gate.refusal_reason", lambda *_: None)
    close_services()
    with closing_services(
        build_services(settings, Clinic(database_url).url_of("app_dashboard"))
    ) as dashboard:
        monkeypatch.setattr("processing.services.open_services", opener(dashboard))

        def run(role: str = "administrator") -> AppTest:
            at = AppTest.from_file(PAGES / "main.py", default_timeout=60)
            at.session_state[state.LOCAL_ROLE] = role
            at.run()
            return at.switch_page("operations.py").run()

        yield run
        close_services()


def fail(services: Services, name: str = "cut.c3d") -> None:
    services.save_upload("P001", name, make_c3d())
    row = services.database.fetch_one(
        "select id::text from app.therapy_sessions order by received_at desc limit 1"
    )
    assert row is not None
    services.give_up_session(
        row["id"], "TruncatedRecordingError", "The file is *shorter* than its header says."
    )


@pytest.mark.parametrize(
    ("state_of_it", "said"),
    [("working", None), ("away", "does not answer"), ("refused", "keeps data on disk")],
)
def test_a_shared_cache_is_told_of_and_warned_about(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, state_of_it: State, said: str | None
) -> None:
    facts = SharedFacts(state_of_it, "off", SharedCounts(hits=7, misses=2, not_asked=3))
    monkeypatch.setattr(Services, "shared_cache", facts)
    at = open_page()
    assert not at.exception
    titles = " ".join(str(warning.proto) for warning in at.warning)
    assert said is None or said in titles
    assert ("answered 7, not answered 2, failed 3" in texts(at)) == (state_of_it != "refused")


def test_without_a_worker_the_page_says_so_first(open_page: Open) -> None:
    at = open_page()
    assert not at.exception
    assert "Start a worker" in at.warning[0].value
    assert at.metric[3].value == "0"
    assert "none has done so yet" in texts(at)


def test_a_failure_is_shown_with_its_reason_and_goes_back_to_the_queue(
    open_page: Open, services: Services
) -> None:
    fail(services)
    services.operations.reconcile()
    at = open_page()
    assert r"The file is \*shorter\* than its header says." in texts(at)
    at.button(key="operations:retry:P001S001").click().run()
    assert not at.exception
    assert services.session_status("P001S001") | {"updated_at": None} == {
        "session_code": "P001S001",
        "session_id": services.session_status("P001S001")["session_id"],
        "status": "pending",
        "failure": None,
        "result_version": 0,
        "updated_at": None,
    }
    (waiting,) = [metric.value for metric in at.metric if metric.label == "Waiting"]
    assert waiting != "0"


def test_the_pictures_have_units_and_a_table_each(open_page: Open, services: Services) -> None:
    fail(services)
    at = open_page()
    specs = [
        json.loads(json.loads(c.proto.json)["spec"])
        for c in at.get("bidi_component")
        if "spec" in c.proto.json
    ]
    titles = [spec["layout"]["yaxis"]["title"]["text"] for spec in specs]
    assert titles == ["Recordings an hour", "Seconds (s)"]
    assert sum(specs[0]["data"][1]["y"]) == 1
    assert len(at.dataframe) >= 2


@pytest.mark.parametrize("role", ["therapist", "researcher"])
def test_it_stays_closed_to_everybody_else(open_page: Open, role: str) -> None:
    at = open_page(role)
    assert f"is not part of the work of a {role}" in at.warning[0].value
    assert not at.metric
