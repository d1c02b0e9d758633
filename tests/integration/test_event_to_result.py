"""The main job on real parts: signed event, real queue, real worker, real database, no fakes."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from http_edge.server import make_server
from processing.c3d import read_recording
from processing.database.results import SessionRecords
from processing.demo import generate_demo_recordings
from processing.errors import (
    NotFoundError,
    ReaderCrashedError,
    ReplacedRecordingError,
    UnreadableRecordingError,
)
from processing.jobs.worker import work_until
from processing.ports import StoredObject
from processing.recording import Recording
from processing.services import Services
from processing.storage import LocalObjectStore
from processing.use_cases.ingest_types import IngestOutcome
from processing.use_cases.process_session import process_session
from processing.use_cases.read_models import SessionFilters, SessionSummary
from processing.use_cases.reconcile import announce
from processing.webhooks import encode_event, sign_event, storage_event, storage_event_id
from tests.builders import make_c3d
from tests.integration.stack import SECRET, make_listener, served, wait_until_settled
from tests.real_recordings import real_recording


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
    assert "has not arrived in the store, or was removed" in str(only_session(services).failure)


def test_a_zombie_run_cannot_overwrite_a_later_one(services: Services) -> None:
    services.store.write("P001/game.c3d", make_c3d())
    services.reconcile()
    session_id = only_session(services).session_id

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
    with pytest.raises(UnreadableRecordingError, match="not a C3D recording"):
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


def test_a_good_file_that_replaces_a_damaged_one_is_completed(services: Services) -> None:
    whole = make_c3d(contractions_s=[(2.0, 4.0)])
    session_id = str(_arrive(services, whole).session_id)
    assert services.analyse_session(session_id) == "completed"
    services.store.write("P001/game.c3d", whole[:-2000])
    assert services.reconcile() == 1
    assert services.analyse_session(session_id) == "failed"
    services.store.write("P001/game.c3d", whole)
    assert services.reconcile() == 1
    services.analyse_session(session_id)
    assert only_session(services).status == "completed"
    assert services.reconcile() == 0


def test_a_file_that_comes_after_its_event_is_found(services: Services) -> None:
    data = make_c3d()
    session_id = str(_arrive(services, data).session_id)
    (services.settings.bucket_dir / "P001" / "game.c3d").unlink()
    assert services.analyse_session(session_id) == "failed"
    assert services.reconcile() == 0
    services.store.write("P001/game.c3d", data)
    assert services.reconcile() == 1
    assert services.analyse_session(session_id) == "completed"


def test_a_file_that_cannot_be_read_is_not_announced_again_and_again(services: Services) -> None:
    session_id = str(_arrive(services, make_c3d()[:-2000]).session_id)
    assert services.analyse_session(session_id) == "failed"
    assert services.reconcile() == 0


def test_a_session_whose_job_is_lost_is_queued_again(services: Services) -> None:
    _arrive(services, make_c3d())
    with services.database.transaction() as connection:
        connection.execute("set local search_path = procrastinate")
        connection.execute("delete from procrastinate_jobs")
        connection.execute("update app.therapy_sessions set updated_at = now() - interval '2 minutes'")
    assert services.rescue_orphans() == 1
    assert services.rescue_orphans() == 0
    with Worker(services):
        wait_until_settled(services)
    assert only_session(services).status == "completed"


def test_values_entered_during_a_run_count(services: Services) -> None:
    session_id = str(_arrive(services, make_c3d(contractions_s=[(2.0, 4.5), (7.0, 9.5)])).session_id)
    inputs = replace(
        services.load_review("P001S001").inputs,
        mvc_left_uv=100.0,
        mvc_right_uv=100.0,
        perceived_effort_cr10=5.0,
    )

    def reader_during_which_somebody_types(*args: Any, **kwargs: Any) -> Recording:
        services.save_inputs("P001S001", inputs)
        return read_recording(*args, **kwargs)

    outcome = process_session(
        session_id,
        records=SessionRecords(services.database),
        store=services.store,
        reader=reader_during_which_somebody_types,
    )
    assert outcome == "completed"
    assert only_session(services).score is not None


def test_a_result_is_filed_under_the_version_that_was_read(services: Services) -> None:
    session_id = str(_arrive(services, make_c3d(contractions_s=[(2.0, 4.0)])).session_id)
    newer = make_c3d(contractions_s=[(2.0, 4.0), (6.0, 8.0)])

    class OverwrittenMeanwhile(LocalObjectStore):
        def read(self, name: str) -> bytes:
            if super().read(name) != newer:
                self.write(name, newer)
            return super().read(name)

    store = OverwrittenMeanwhile(services.settings.bucket_dir, bucket="c3d-examples", max_bytes=1 << 26)
    records = SessionRecords(services.database)
    assert process_session(session_id, records=records, store=store, reader=read_recording) == "completed"
    assert services.load_review("P001S001").object_version == store.stat("P001/game.c3d").version
    assert [side.n_contractions for side in only_session(services).sides] == [2, 2]


def test_signals_of_other_bytes_are_not_drawn_under_a_result(services: Services) -> None:
    session_id = str(_arrive(services, make_c3d(contractions_s=[(2.0, 4.0)])).session_id)
    services.analyse_session(session_id)
    services.store.write("P001/game.c3d", make_c3d(contractions_s=[(9.0, 12.0)]))
    with pytest.raises(ReplacedRecordingError, match="was replaced after this analysis"):
        services.load_traces(services.load_review("P001S001"))


def test_a_reader_that_dies_twice_ends_as_failed_and_once_does_not(services: Services) -> None:
    session_id = str(_arrive(services, make_c3d()).session_id)
    deaths = iter([True, False, True, True])

    def dying_reader(*args: Any, **kwargs: Any) -> Recording:
        if next(deaths):
            raise ReaderCrashedError("The reader died on this file.")
        return read_recording(*args, **kwargs)

    def run(force: bool) -> str:
        records = SessionRecords(services.database)
        return process_session(
            session_id, records=records, store=services.store, reader=dying_reader, force=force
        )

    assert run(force=False) == "completed"
    assert run(force=True) == "failed"
    assert only_session(services).failure == "The reader died on this file."


def _arrive(services: Services, data: bytes) -> IngestOutcome:
    """Put a file into the bucket and announce it."""
    stored = services.store.write("P001/game.c3d", data)
    return announce(stored, services.store.bucket, "webhook", partial(services.ingest, correlation_id="test"))
