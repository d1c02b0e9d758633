"""The main job on real parts: signed event, real queue, real worker, real database, no fakes."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from processing.demo import generate_demo_recordings
from processing.errors import NotFoundError
from processing.jobs.worker import work_until
from processing.ports import StoredObject
from processing.services import Services
from processing.use_cases.read_models import SessionFilters, SessionSummary
from processing.webhooks import encode_event, sign_event, storage_event, storage_event_id
from tests.builders import make_c3d
from tests.integration.stack import SECRET, make_listener, served, wait_until_settled
from tests.real_recordings import real_recording
from webhook_listener.server import make_server


class Worker:
    """A worker in a thread of this process, with the real queue."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._stop = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        async def run() -> None:
            self._loop = asyncio.get_running_loop()
            await work_until(self._stop, self._services.build_job_app)

        asyncio.run(run())

    def __enter__(self) -> Worker:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        while self._loop is None:
            time.sleep(0.01)
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)


@pytest.fixture
def listener(services: Services) -> Iterator[httpx.Client]:
    """The listener on a port of its own, on the real use cases."""
    with (
        served(make_server(make_listener(services), "127.0.0.1", 0)) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        yield client


def post(
    listener: httpx.Client, stored: StoredObject, *, secret: str = SECRET
) -> tuple[int, dict[str, object]]:
    """Announce an object as Supabase would, with a signature."""
    event = storage_event(stored, "c3d-examples")
    body = encode_event(event)
    headers = sign_event(secret, storage_event_id(event), time.time(), body)
    answer = listener.post("/webhooks/storage/c3d-upload", content=body, headers=headers)
    return answer.status_code, answer.json()


def only_session(services: Services) -> SessionSummary:
    """Return the one session that there is."""
    (session,) = services.list_sessions(SessionFilters())
    return session


def test_a_signed_event_becomes_a_completed_session(services: Services, listener: httpx.Client) -> None:
    stored = services.store.write("P001/game.c3d", make_c3d(contractions_s=[(2.0, 4.5), (7.0, 9.5)]))
    status, answer = post(listener, stored)
    assert status == 202
    assert answer["session_code"] == "P001S001"
    assert answer["metadata"]["sampling_rate_hz"] == 990.0  # type: ignore[index]

    with Worker(services):
        wait_until_settled(services)

    review = services.load_review("P001S001")
    assert review.summary.status == "completed", review.summary.failure
    assert review.result is not None
    assert [len(channel.contractions) for channel in review.result.channels] == [2, 2]
    assert review.result.version == 1


def test_the_same_event_twice_gives_one_session_and_200(services: Services, listener: httpx.Client) -> None:
    stored = services.store.write("P001/game.c3d", make_c3d())
    first_status, first = post(listener, stored)
    second_status, second = post(listener, stored)
    assert (first_status, second_status) == (202, 200)
    assert first["session_id"] == second["session_id"]
    assert len(services.list_sessions(SessionFilters())) == 1


def test_a_wrong_signature_is_refused_and_leaves_no_trace(services: Services, listener: httpx.Client) -> None:
    stored = services.store.write("P001/game.c3d", make_c3d())
    status, _ = post(listener, stored, secret="whsec_" + "QUJD" * 11)
    assert status == 401
    assert services.list_sessions(SessionFilters()) == []


@pytest.mark.parametrize("keep", [0, 700, 1535, 0.5, -1])
def test_a_damaged_file_ends_as_failed_with_a_sentence(services: Services, keep: float) -> None:
    whole = make_c3d()
    cut = int(len(whole) * keep) if isinstance(keep, float) else keep
    stored = services.store.write("P001/cut.c3d", whole[:cut] or b"")
    services.reconcile()
    assert services.analyse_session(only_session(services).session_id) == "failed"
    session = only_session(services)
    assert session.status == "failed"
    assert session.failure is not None
    assert len(session.failure.split()) > 5
    assert session.failure.endswith((".", "!"))
    assert stored.version


def test_nothing_stored_is_longer_than_statistics(services: Services) -> None:
    services.store.write("P001/game.c3d", make_c3d(duration_s=60.0))
    services.reconcile()
    services.analyse_session(only_session(services).session_id)
    row = services.database.fetch_one("select max(length(details::text)) as n from app.emg_statistics")
    assert row is not None
    assert 0 < row["n"] < 10_000


def test_an_unchanged_object_is_not_analysed_again(services: Services) -> None:
    services.store.write("P001/game.c3d", make_c3d())
    services.reconcile()
    session_id = only_session(services).session_id
    assert services.analyse_session(session_id) == "completed"
    assert services.analyse_session(session_id) == "unchanged"
    assert services.analyse_session(session_id, force=True) == "completed"
    result = services.load_review("P001S001").result
    assert result is not None
    assert result.version == 2


def test_reconciliation_finds_each_file_once(services: Services) -> None:
    services.store.write("P001/game.c3d", make_c3d())
    assert services.reconcile() == 1
    assert services.reconcile() == 0


def test_an_overwritten_file_gets_a_new_result(services: Services) -> None:
    services.store.write("P001/game.c3d", make_c3d(contractions_s=[(2.0, 4.0)]))
    services.reconcile()
    session_id = only_session(services).session_id
    services.analyse_session(session_id)
    services.store.write("P001/game.c3d", make_c3d(contractions_s=[(2.0, 4.0), (6.0, 8.0), (10.0, 12.0)]))
    assert services.reconcile() == 1
    assert only_session(services).status == "reprocessing"
    services.analyse_session(session_id)
    assert [side.n_contractions for side in only_session(services).sides] == [3, 3]


def test_a_file_that_vanished_keeps_its_analytics(services: Services) -> None:
    services.store.write("P001/game.c3d", make_c3d())
    services.reconcile()
    services.analyse_session(only_session(services).session_id)
    (services.settings.bucket_dir / "P001" / "game.c3d").unlink()
    review = services.load_review("P001S001")
    assert review.result is not None
    with pytest.raises(NotFoundError, match="not in the bucket"):
        services.load_traces(review)


def test_a_file_that_is_gone_before_its_analysis_says_so(services: Services) -> None:
    services.store.write("P001/game.c3d", make_c3d())
    services.reconcile()
    (services.settings.bucket_dir / "P001" / "game.c3d").unlink()
    assert services.analyse_session(only_session(services).session_id) == "failed"
    assert "not in the bucket" in str(only_session(services).failure)


def test_a_zombie_run_cannot_overwrite_a_later_one(services: Services) -> None:
    services.store.write("P001/game.c3d", make_c3d())
    services.reconcile()
    session_id = only_session(services).session_id

    from processing.c3d import read_recording
    from processing.database.results import SessionRecords
    from processing.use_cases.process_session import process_session

    records = SessionRecords(services.database)

    def slow_reader(*args: object, **kwargs: object) -> object:
        assert (
            services.analyse_session(session_id) == "completed"
        )  # the later run, while this one still reads
        return read_recording(*args, **kwargs)  # type: ignore[arg-type]

    outcome = process_session(session_id, records=records, store=services.store, reader=slow_reader)  # type: ignore[arg-type]
    assert outcome == "superseded"
    result = services.load_review("P001S001").result
    assert result is not None
    assert result.version == 1
    assert only_session(services).status == "completed"


def test_entered_values_change_the_score_at_once_and_survive(services: Services) -> None:
    services.store.write("P001/game.c3d", make_c3d(contractions_s=[(2.0, 4.5), (7.0, 9.5)]))
    services.reconcile()
    services.analyse_session(only_session(services).session_id)
    before = services.load_review("P001S001")
    assert before.summary.score is None  # no MVC: intensity is not assessable

    inputs = replace(
        before.inputs, mvc_left_uv=100.0, mvc_right_uv=100.0, perceived_effort_cr10=5.0, bfr_percent_aop=50.0
    )
    services.save_inputs("P001S001", inputs)
    after = services.load_review("P001S001")
    assert after.inputs == inputs
    assert after.summary.score is not None
    assert [side.n_good for side in after.summary.sides] == [2, 2]

    services.save_inputs("P001S001", replace(inputs, bfr_percent_aop=70.0))
    assert services.load_review("P001S001").summary.score == 0.0

    services.analyse_session(after.summary.session_id, force=True)
    assert services.load_review("P001S001").summary.score == 0.0


def test_an_upload_goes_through_the_same_bucket_and_queue(services: Services) -> None:
    data = make_c3d()
    outcome = services.save_upload("P042", "Ghostly game (1).c3d", data)
    assert outcome.session_code == "P042S001"
    assert services.store.read("P042/Ghostly game (1).c3d") == data
    assert services.save_upload("P042", "Ghostly game (1).c3d", data).session_id == outcome.session_id
    assert services.reconcile() == 0
    assert services.analyse_session(str(outcome.session_id)) == "completed"


def test_an_upload_that_cannot_be_read_is_not_stored(services: Services) -> None:
    with pytest.raises(Exception, match="C3D"):
        services.save_upload("P042", "notes.c3d", b"just some text")
    assert list(services.store.list_objects()) == []


def test_demo_recordings_come_in_like_any_other(services: Services, listener: httpx.Client) -> None:
    for name, data in generate_demo_recordings(1):
        assert post(listener, services.store.write(name, data))[0] == 202
    with Worker(services):
        wait_until_settled(services)
    found = services.list_sessions(SessionFilters())
    assert [session.status for session in found] == ["completed"] * 6
    assert {session.patient_code for session in found} == {"P001", "P002", "P003"}
    verdicts = {side.verdict for session in found for side in session.sides}
    assert verdicts == {"good", "doubtful", "not_judged"}


def test_a_real_recording_is_completed(services: Services, listener: httpx.Client) -> None:
    path = real_recording("0881")
    stored = services.store.write(f"P009/{path.name}", path.read_bytes())
    assert post(listener, stored)[0] == 202
    with Worker(services):
        wait_until_settled(services)
    review = services.load_review("P009S001")
    assert review.summary.status == "completed"
    assert len(services.load_traces(review)) == 2
    assert json.dumps(dict(review.result.parameters))  # type: ignore[union-attr]
    assert Path(review.summary.object_name).name == path.name
