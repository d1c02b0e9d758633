"""The Inbox: every file has a state, and a person can do something about each that needs it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import partial

import numpy as np
import psycopg
import pytest

from processing.c3d import read_recording
from processing.database.results import SessionRecords
from processing.errors import AccessDeniedError, InvalidParameterError, NotFoundError
from processing.services import LOCAL_CLINICIAN, Services, build_services, closing_services
from processing.settings import Settings
from processing.use_cases.inbox import InboxFilters, InboxRow, InboxState
from processing.use_cases.ingest_types import StorageEvent
from processing.use_cases.process_session import process_session
from processing.use_cases.read_models import AuditFilters, SessionInputs
from processing.use_cases.reconcile import announce
from tests.builders import make_c3d
from tests.integration.clinic import make_clinic
from tests.unit.c3d.raw_c3d import encode_c3d

RECORDING = make_c3d()
OTHER = make_c3d(contractions_s=[(3.0, 5.5)])


@pytest.fixture
def dashboard(services: Services) -> Services:
    return services.for_viewer(LOCAL_CLINICIAN)


def _rows(services: Services, **filters: object) -> list[InboxRow]:
    return services.inbox.list_files(InboxFilters(**filters))  # type: ignore[arg-type]


def _stored(services: Services, patient: str = "P014", name: str = "a.c3d", data: bytes = RECORDING) -> str:
    outcome = services.save_upload(patient, name, data)
    assert outcome.session_id is not None
    return outcome.session_id


def _arrived(services: Services, name: str, data: bytes = RECORDING) -> None:
    stored = services.store.write(name, data)
    announce(stored, services.store.bucket, "reconcile", partial(services.ingest, correlation_id="test"))


def test_a_file_is_waiting_then_reading_then_analysing_then_ready(
    services: Services, dashboard: Services
) -> None:
    seen: list[InboxState] = []

    def look() -> None:
        seen.append(_rows(dashboard)[0].state)

    session_id = _stored(dashboard)
    look()

    class Watched(SessionRecords):
        def note_analysing(self, claimed):  # type: ignore[no-untyped-def]
            look()
            super().note_analysing(claimed)
            look()

    process_session(
        session_id, records=Watched(services.database), store=services.store, reader=read_recording
    )
    look()
    assert seen == ["waiting", "reading", "analysing", "ready"]
    (row,) = _rows(dashboard)
    assert row.seconds is not None
    assert (row.session_code, row.patient_code, row.file_name) == ("P014S001", "P014", "a.c3d")


def test_a_doubtful_channel_is_ready_with_warnings(services: Services, dashboard: Services) -> None:
    services.analyse_session(_stored(dashboard, data=make_c3d(contractions_s=())))
    assert _rows(dashboard)[0].state == "warnings"


def test_a_file_without_any_leg_needs_a_person(services: Services, dashboard: Services) -> None:
    labels = ["Voltage.EMG1", "Voltage.EMG2"]
    samples = np.random.default_rng(0).normal(0.0, 1e-5, (2, 9900)).astype(np.float32)
    services.analyse_session(_stored(dashboard, data=encode_c3d(samples, labels=labels)))
    (row,) = _rows(dashboard, states=("warnings",))
    assert row.needs_legs
    session = str(row.session_code)
    dashboard.side_map.save(session, dict(zip(labels, ("left", "right"), strict=True)), expected_revision=0)
    assert not _rows(dashboard)[0].needs_legs


def test_a_clean_file_without_any_leg_is_not_ready(services: Services, dashboard: Services) -> None:
    services.analyse_session(_stored(dashboard))
    (row,) = _rows(dashboard)
    assert (row.state, row.needs_legs) == ("ready", False)
    nobody = {"CH1 Raw": None, "CH2 Raw": None}
    dashboard.side_map.save(str(row.session_code), nobody, expected_revision=0)
    (row,) = _rows(dashboard)
    assert (row.state, row.needs_legs) == ("warnings", True)


def test_a_file_that_cannot_be_read_says_why(services: Services, dashboard: Services) -> None:
    _arrived(services, "P014/cut.c3d", RECORDING[:-1000])
    (row,) = _rows(dashboard)
    services.analyse_session(row.key)
    (row,) = _rows(dashboard)
    assert row.state == "failed"
    assert row.failure_kind == "TruncatedRecordingError"
    assert "cut short" in str(row.reason)


def test_a_file_of_no_patient_waits_for_one(services: Services, dashboard: Services) -> None:
    _arrived(services, "unknown/game.c3d")
    (row,) = _rows(dashboard)
    assert (row.state, row.session_code, row.object_name) == ("parked", None, "unknown/game.c3d")
    assert "does not name a patient" in str(row.reason)


def test_a_file_given_to_a_patient_becomes_a_session_and_stays_where_it_was(
    services: Services, dashboard: Services
) -> None:
    _arrived(services, "unknown/game.c3d")
    assert dashboard.inbox.assign(_rows(dashboard)[0], "P021") == "P021S001"
    (row,) = _rows(dashboard)
    assert (row.state, row.object_name) == ("waiting", "P021/game.c3d")
    assert services.store.read("unknown/game.c3d") == services.store.read("P021/game.c3d")
    assert services.reconcile() == 0  # the old place is settled, the new one announced
    (entry,) = dashboard.list_audit(AuditFilters(table_name="storage_events"))
    assert (entry.after or {})["session"] == "P021S001"


def test_a_file_is_given_away_once(services: Services, dashboard: Services) -> None:
    _arrived(services, "unknown/game.c3d")
    row = _rows(dashboard)[0]
    dashboard.inbox.assign(row, "P021")
    with pytest.raises(NotFoundError, match="no longer waiting for a patient"):
        dashboard.inbox.assign(row, "P022")


def test_the_same_bytes_are_not_stored_twice_for_a_patient(services: Services, dashboard: Services) -> None:
    services.analyse_session(_stored(dashboard, "P021", "first.c3d"))
    _arrived(services, "unknown/game.c3d")
    parked = next(row for row in _rows(dashboard) if row.state == "parked")
    assert dashboard.inbox.assign(parked, "P021") == "P021S001"
    assert [row.object_name for row in _rows(dashboard)] == ["P021/first.c3d"]


def test_another_recording_of_the_same_name_is_not_overwritten(
    services: Services, dashboard: Services
) -> None:
    _stored(dashboard, "P021", "game.c3d")
    _arrived(services, "unknown/game.c3d", OTHER)
    parked = next(row for row in _rows(dashboard) if row.state == "parked")
    assert dashboard.inbox.assign(parked, "P021") == "P021S002"
    assert services.store.read("P021/game.c3d") == RECORDING
    assert dashboard.inbox.unused_name("P021", "game.c3d", OTHER).startswith("game_")
    assert dashboard.inbox.unused_name("P021", "game.c3d", RECORDING) == "game.c3d"


@pytest.mark.parametrize("code", ["", "P1", "../P001", "P014/x"])
def test_only_a_patient_code_names_a_patient(services: Services, dashboard: Services, code: str) -> None:
    _arrived(services, "unknown/game.c3d")
    with pytest.raises(InvalidParameterError, match="is not a patient code"):
        dashboard.inbox.assign(_rows(dashboard)[0], code)


def test_a_name_that_climbs_out_of_the_bucket_reads_nothing(services: Services, dashboard: Services) -> None:
    services.ingest(
        StorageEvent("INSERT", services.store.bucket, "../../secret.c3d", "v1", 10, "webhook", {}),
        event_id="climbs",
        correlation_id="t",
    )
    with pytest.raises(InvalidParameterError, match="Object name"):
        dashboard.inbox.assign(_rows(dashboard)[0], "P021")


def test_a_file_that_is_no_recording_stays_parked_with_the_reason(
    services: Services, dashboard: Services
) -> None:
    _arrived(services, "unknown/cut.c3d", RECORDING[:-1000])
    with pytest.raises(Exception, match="cut short"):
        dashboard.inbox.assign(_rows(dashboard)[0], "P021")
    assert [row.state for row in _rows(dashboard)] == ["parked"]


def test_a_duplicate_names_the_original(services: Services, dashboard: Services) -> None:
    for name in ("first.c3d", "second.c3d"):
        services.analyse_session(_stored(dashboard, "P014", name))
    second, first = _rows(dashboard)
    assert (first.duplicate_of, second.duplicate_of) == (None, "P014S001")
    found = dashboard.inbox.find_stored(hashlib.sha256(RECORDING).hexdigest())
    assert [copy.object_name for copy in found] == ["P014/first.c3d", "P014/second.c3d"]
    assert dashboard.inbox.find_stored(hashlib.sha256(OTHER).hexdigest()) == []


def test_what_is_put_aside_comes_back_when_something_happens_to_it(
    services: Services, dashboard: Services
) -> None:
    _arrived(services, "unknown/game.c3d")
    _arrived(services, "P014/cut.c3d", RECORDING[:-1000])
    services.analyse_session(next(row.key for row in _rows(dashboard) if row.session_code))
    for row in _rows(dashboard):
        dashboard.inbox.dismiss(row)
    assert _rows(dashboard) == []
    aside = _rows(dashboard, dismissed=True)
    assert {row.state for row in aside} == {"failed", "parked"}
    dashboard.inbox.restore(next(row for row in aside if row.state == "parked"))
    dashboard.retry_session("P014S001")
    assert {row.state for row in _rows(dashboard)} == {"waiting", "parked"}


def test_the_list_is_narrowed_by_state_and_continues_after_a_row(
    services: Services, dashboard: Services
) -> None:
    for n in range(5):
        _stored(dashboard, "P014", f"{n}.c3d", make_c3d(contractions_s=[(2.0 + n / 10, 4.5)]))
    _arrived(services, "unknown/game.c3d")
    assert [row.state for row in _rows(dashboard, states=("parked",))] == ["parked"]
    pages, before = [], None
    while page := _rows(dashboard, limit=2, before=before):
        pages.append([row.object_name for row in page])
        before = (page[-1].received_at, page[-1].key)
    assert [len(page) for page in pages] == [2, 2, 2]
    found = [name for page in pages for name in page]
    assert found == [row.object_name for row in _rows(dashboard)]


def test_a_session_is_reviewed_until_it_shows_something_else(services: Services, dashboard: Services) -> None:
    session_id = _stored(dashboard)
    assert dashboard.inbox.review_mark("P014S001") is None
    services.analyse_session(session_id)
    mark = dashboard.inbox.review_mark("P014S001")
    assert mark is not None
    assert not mark.marked
    dashboard.inbox.mark_reviewed("P014S001", mark)
    (row,) = _rows(dashboard)
    assert (row.state, row.reviewed_by, row.changed_since_review) == ("reviewed", "Local clinician", False)

    dashboard.save_inputs("P014S001", SessionInputs(perceived_effort_cr10=5.0))
    (row,) = _rows(dashboard)
    assert (row.state, row.changed_since_review) == ("ready", True)
    mark = dashboard.inbox.review_mark("P014S001")
    assert mark is not None
    assert (mark.marked, mark.current, mark.analysed_since) == (True, False, False)

    dashboard.inbox.mark_reviewed("P014S001", mark)
    services.analyse_session(session_id, force=True)
    mark = dashboard.inbox.review_mark("P014S001")
    assert mark is not None
    assert (mark.current, mark.analysed_since) == (False, True)


def test_a_swap_of_the_legs_un_reviews(services: Services, dashboard: Services) -> None:
    services.analyse_session(_stored(dashboard))
    mark = dashboard.inbox.review_mark("P014S001")
    assert mark is not None
    dashboard.inbox.mark_reviewed("P014S001", mark)
    dashboard.side_map.swap("P014S001", dashboard.side_map.load(dashboard.load_review("P014S001")))
    assert _rows(dashboard)[0].changed_since_review


def test_a_mark_is_taken_off_and_both_are_audited(services: Services, dashboard: Services) -> None:
    services.analyse_session(_stored(dashboard))
    mark = dashboard.inbox.review_mark("P014S001")
    assert mark is not None
    dashboard.inbox.mark_reviewed("P014S001", mark)
    dashboard.inbox.unmark("P014S001")
    assert _rows(dashboard)[0].state == "ready"
    actions = [entry.action for entry in dashboard.list_audit(AuditFilters(table_name="session_reviews"))]
    assert actions == ["delete", "insert"]


def test_a_mark_holds_only_for_what_was_seen(services: Services, dashboard: Services) -> None:
    services.analyse_session(_stored(dashboard))
    seen = dashboard.inbox.review_mark("P014S001")
    assert seen is not None
    dashboard.save_inputs("P014S001", SessionInputs(perceived_effort_cr10=5.0))
    dashboard.inbox.mark_reviewed("P014S001", seen)  # of the page before those values
    assert _rows(dashboard)[0].state == "ready"


def test_a_therapist_sees_their_own_files_and_those_of_nobody_stay_with_the_administrator(
    settings: Settings, database_url: str
) -> None:
    clinic = make_clinic(database_url)
    with closing_services(build_services(settings, clinic.url_of("app_dashboard"))) as built:
        with psycopg.connect(clinic.url) as connection:
            connection.execute(
                "select app.ingest_storage_event('parked', 'webhook', 'INSERT', 'b', 'x/a.c3d', 'v', 1, 'c', '{}')"
            )
        mine = built.for_viewer(clinic.identity("therapist"))
        everything = built.for_viewer(clinic.identity("administrator"))
        assert {row.patient_code for row in _rows(mine)} == {"P001"}
        assert {row.patient_code for row in _rows(everything)} == {"P001", "P002", "P003", None}
        parked = next(row for row in _rows(everything) if row.state == "parked")
        with pytest.raises(NotFoundError):
            mine.inbox.assign(parked, "P001")
        with pytest.raises(AccessDeniedError):
            mine.inbox.dismiss(parked)
        foreign = replace(parked, state="failed", key=str(clinic.sessions["P002S001"]))
        with pytest.raises(AccessDeniedError):
            mine.inbox.dismiss(foreign)
