"""Other settings tried on many sessions, on the real queue: nothing is touched until somebody applies it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from processing.c3d import read_recording, read_recording_isolated
from processing.database.results import write_result
from processing.emg.corrections import Correction
from processing.errors import (
    AccessDeniedError,
    EditConflictError,
    InvalidParameterError,
    NotFoundError,
    StorageUnavailableError,
)
from processing.scoring.configuration import ScoringConfiguration, Weights
from processing.services import (
    LOCAL_CLINICIAN,
    LOCAL_RESEARCHER,
    LOCAL_THERAPIST,
    Services,
    build_services,
    closing_services,
)
from processing.settings import Settings
from processing.use_cases.process_session import analyse_claimed
from processing.use_cases.read_models import SessionFilters, SessionInputs
from processing.use_cases.reprocessing import Candidate, Run, Selection, check_candidate
from processing.use_cases.setting_limits import check_limits, own_values
from tests.builders import make_c3d
from tests.integration.conftest import fresh_database
from tests.integration.test_event_to_result import Worker

# A 0.6 s effort beside held ones: what a longer minimum drops.
HELD = [(2.0, 4.6), (7.0, 9.6)]
SHORT = [(12.0, 12.6)]
LONGER = Candidate({"min_contraction_s": 1.5})
NO_WEIGHT_FOR_SYMMETRY = ScoringConfiguration(weights=Weights(0.5, 0.0, 0.5, 0.0))


@pytest.fixture(scope="module")
def template(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The name of a database with four analysed sessions, and the folder that their recordings are in.

    The last two hold an effort that is too short for ``LONGER``.
    """
    data_dir = tmp_path_factory.mktemp("research")
    for url in fresh_database(server_url):
        with in_process(), closing_services(build_services(Settings(data_dir=data_dir), url)) as services:
            for number, plan in enumerate((HELD, HELD, HELD + SHORT, HELD + SHORT), start=1):
                data = make_c3d(contractions_s=plan, seed=number, duration_s=16.0)
                services.store.write(f"P001/{number}.c3d", data)
            services.reconcile()
            for session in services.list_sessions(SessionFilters()):
                assert services.analyse_session(session.session_id) == "completed"
                known = SessionInputs(mvc_left_uv=200.0, mvc_right_uv=200.0)
                services.save_inputs(session.session_code, known)
        yield conninfo_to_dict(url)["dbname"], data_dir


@pytest.fixture
def analysed(server_url: str, template: tuple[str, Path], tmp_path: Path) -> Iterator[Services]:
    """Services on a copy of four analysed sessions."""
    name, data_dir = template
    shutil.copytree(data_dir, tmp_path / "data")
    for url in fresh_database(server_url, name):
        settings = Settings(data_dir=tmp_path / "data", database_url=url)
        with in_process(), closing_services(build_services(settings, url)) as services:
            yield services


@contextmanager
def in_process() -> Iterator[None]:
    """Read in this process: what is tested here is not the isolation, and a child takes a while to start."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("processing.services.facade.read_recording_isolated", read_recording)
        patched.setattr("processing.services.research.read_recording_isolated", read_recording)
        yield


@pytest.fixture
def researcher(analysed: Services) -> Services:
    return analysed.for_viewer(LOCAL_RESEARCHER)


def finish(services: Services, run_id: int) -> Run:
    """Do a run's chunks here, without the queue, and return it."""
    run = services.for_viewer(LOCAL_RESEARCHER).research.run(run_id)
    phase: Any = "try" if run.apply_requested_at is None else "apply"
    services.research.work(run_id, phase, 1, 1000)  # numbers have holes where a session was deleted
    return services.for_viewer(LOCAL_RESEARCHER).research.run(run_id)


def everything(services: Services) -> dict[str, Any]:
    """Return all that results consist of."""
    tables = ("processing_parameters", "emg_statistics", "performance_scores", "therapy_sessions")
    return {
        table: services.database.fetch_all(
            f"select to_jsonb(t) as row from app.{table} t order by to_jsonb(t)::text"
        )
        for table in tables
    }


def test_a_dry_run_says_which_sessions_change_and_touches_nothing(
    analysed: Services, researcher: Services
) -> None:
    before = everything(analysed)
    run = finish(analysed, researcher.research.start("Longer", LONGER, Selection()))
    assert run.state == "tried"
    assert run.counts == {"same": 2, "changed": 2}
    items = researcher.research.items(run.run_id, ["changed"])
    assert [item.session_code for item in items] == ["P001S003", "P001S004"]
    assert items[0].before is not None
    assert items[0].after is not None
    assert [leg.found for leg in items[0].before.legs] == [3, 3]
    assert [leg.found for leg in items[0].after.legs] == [2, 2]
    assert items[0].changes == ("counts", "score")
    assert everything(analysed) == before


def test_a_dry_run_of_nothing_else_changes_nothing(analysed: Services, researcher: Services) -> None:
    run = finish(analysed, researcher.research.start("As it is", Candidate(), Selection()))
    assert run.counts == {"same": 4}
    for item in researcher.research.items(run.run_id):
        assert item.before == item.after


def test_applying_adds_a_version_and_keeps_the_earlier_one(analysed: Services, researcher: Services) -> None:
    run = finish(analysed, researcher.research.start("Longer", LONGER, Selection()))
    researcher.research.apply(run.run_id, "Agreed in the trial's meeting")
    run = finish(analysed, run.run_id)
    assert (run.state, run.n_applied) == ("applied", 4)
    newest, earlier = researcher.research.versions("P001S003")
    assert (newest.version, newest.newest, newest.changed_settings) == (2, True, {"min_contraction_s": 1.5})
    assert (newest.reason, newest.by) == ("Agreed in the trial's meeting", "Local researcher")
    assert (earlier.version, earlier.newest, earlier.changed_settings) == (1, False, {})
    assert [leg.found for leg in earlier.digest.legs] == [3, 3]
    shown = analysed.load_review("P001S003")
    assert shown.result is not None
    assert (shown.summary.status, shown.result.version) == ("completed", 2)
    predicted = researcher.research.items(run.run_id)[2].after
    assert newest.digest == predicted


def test_what_was_applied_is_in_the_audit_log_under_the_person_who_did_it(
    analysed: Services, researcher: Services
) -> None:
    run = finish(analysed, researcher.research.start("Longer", LONGER, Selection()))
    researcher.research.apply(run.run_id, "Agreed")
    finish(analysed, run.run_id)
    rows = analysed.database.fetch_all(
        "select actor::text, reason, before, after from app.audit_log"
        " where table_name = 'performance_scores' and reason = 'Agreed'"
    )
    assert len(rows) == 4
    assert {row["actor"] for row in rows} == {str(LOCAL_RESEARCHER.user_id)}
    assert all(row["before"]["result_version"] == 1 and row["after"]["result_version"] == 2 for row in rows)


def test_corrections_survive_an_application_and_are_in_its_prediction(
    analysed: Services, researcher: Services
) -> None:
    review = analysed.load_review("P001S001")
    assert review.result is not None
    channel = review.result.channels[0]
    first = channel.contractions[0]
    analysed.corrections.save(
        review, Correction(channel.name, "reject", first.onset_s, first.offset_s, reason="talk")
    )
    run = finish(analysed, researcher.research.start("Longer", LONGER, Selection()))
    assert run.counts == {"same": 2, "changed": 2}
    researcher.research.apply(run.run_id, "Agreed")
    finish(analysed, run.run_id)
    after = analysed.load_review("P001S001")
    assert after.result is not None
    assert [len(each.contractions) for each in after.result.channels] == [1, 2]
    assert (
        researcher.research.items(run.run_id)[0].after == researcher.research.versions("P001S001")[0].digest
    )


def test_a_session_keeps_its_settings_in_its_next_analysis(analysed: Services, researcher: Services) -> None:
    run = finish(analysed, researcher.research.start("Longer", LONGER, Selection()))
    researcher.research.apply(run.run_id, "Agreed")
    finish(analysed, run.run_id)
    (session,) = [s for s in analysed.list_sessions(SessionFilters()) if s.session_code == "P001S004"]
    assert analysed.analyse_session(session.session_id, force=True) == "completed"
    newest = researcher.research.versions("P001S004")[0]
    assert (newest.version, newest.changed_settings, newest.run_id) == (3, {"min_contraction_s": 1.5}, None)
    assert [leg.found for leg in newest.digest.legs] == [2, 2]


def test_a_session_that_changed_since_the_dry_run_is_left_alone(
    analysed: Services, researcher: Services
) -> None:
    run = finish(analysed, researcher.research.start("Longer", LONGER, Selection()))
    (session,) = [s for s in analysed.list_sessions(SessionFilters()) if s.session_code == "P001S003"]
    analysed.analyse_session(session.session_id, force=True)
    researcher.research.apply(run.run_id, "Agreed")
    run = finish(analysed, run.run_id)
    assert (run.state, run.n_applied, run.n_not_applied) == ("applied", 3, 1)
    (left,) = [item for item in researcher.research.items(run.run_id) if item.apply_message]
    assert left.session_code == "P001S003"
    assert left.apply_message == "The session changed since the dry run, so its result stays as it is."


def test_a_session_that_is_deleted_or_analysed_meanwhile_stops_no_other(
    analysed: Services, researcher: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = {each.session_code: each.session_id for each in analysed.list_sessions(SessionFilters())}

    def delete(code: str) -> None:
        analysed.database.execute("delete from app.therapy_sessions where id = %(id)s", {"id": ids[code]})

    with monkeypatch.context() as patched:
        _meanwhile(patched, {"P001S001": lambda: delete("P001S002")})
        run = finish(analysed, researcher.research.start("Longer", LONGER, Selection()))
    assert (run.state, run.counts) == ("tried", {"same": 1, "changed": 2})
    researcher.research.apply(run.run_id, "Agreed")
    with monkeypatch.context() as patched:
        _meanwhile(
            patched,
            {
                "P001S001": lambda: delete("P001S001"),
                "P001S003": lambda: analysed.analyse_session(ids["P001S003"], force=True),
            },
        )
        run = finish(analysed, run.run_id)
    assert (run.state, run.n_applied, run.n_not_applied) == ("applied", 1, 1)
    changed, applied = researcher.research.items(run.run_id)
    assert (changed.session_code, applied.session_code) == ("P001S003", "P001S004")
    assert changed.apply_message == "The session changed since the dry run, so its result stays as it is."
    assert (changed.applied_version, applied.applied_version) == (None, 2)
    newest = researcher.research.versions("P001S003")[0]
    assert (newest.version, newest.run_id, newest.changed_settings) == (2, None, {})


def _meanwhile(patched: pytest.MonkeyPatch, happens: dict[str, Callable[[], object]]) -> None:
    """Have something happen when a session has just been analysed, before anything is stored."""

    def analysing(data: bytes, claimed: Any, **how: Any) -> Any:
        fresh = analyse_claimed(data, claimed, **how)
        happens.get(claimed.session_code, lambda: None)()
        return fresh

    patched.setattr("processing.use_cases.reprocessing_chunk.analyse_claimed", analysing)


def test_a_version_without_its_score_is_not_listed_and_a_session_without_versions_is_not_found(
    analysed: Services, researcher: Services
) -> None:
    assert [each.version for each in researcher.research.versions("P001S001")] == [1]
    analysed.database.execute(
        "delete from app.performance_scores p using app.therapy_sessions s"
        " where s.id = p.session_id and s.session_code = 'P001S001'",
        {},
    )
    for code in ("P001S001", "P009S001"):
        with pytest.raises(NotFoundError, match=f"Session '{code}' has no result that may be seen"):
            researcher.research.versions(code)


def test_a_dry_run_of_another_version_of_the_program_is_not_applied(
    analysed: Services, researcher: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finish(analysed, researcher.research.start("Longer", LONGER, Selection()))
    researcher.research.apply(run.run_id, "Agreed")
    monkeypatch.setattr("processing.use_cases.reprocessing_chunk.PIPELINE_VERSION", "99.0.0")
    run = finish(analysed, run.run_id)
    assert (run.n_applied, run.n_not_applied) == (0, 4)
    said = {item.apply_message for item in researcher.research.items(run.run_id)}
    assert said == {
        "The program was updated since the dry run, which says nothing about the new one: try it again."
    }


def test_a_defect_at_one_session_leaves_the_others_to_be_done(
    analysed: Services, researcher: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defective(data: bytes, claimed: Any, **how: Any) -> Any:
        if claimed.session_code == "P001S002":
            raise RuntimeError("a defect")
        return analyse_claimed(data, claimed, **how)

    with monkeypatch.context() as patched:
        patched.setattr("processing.use_cases.reprocessing_chunk.analyse_claimed", defective)
        run = finish(analysed, researcher.research.start("Longer", LONGER, Selection()))
    assert run.counts == {"same": 1, "changed": 2, "skipped": 1}
    (skipped,) = researcher.research.items(run.run_id, ["skipped"])
    assert (skipped.session_code, "defect in this program" in (skipped.message or "")) == ("P001S002", True)
    researcher.research.apply(run.run_id, "Agreed")
    with monkeypatch.context() as patched:
        patched.setattr(
            "processing.database.reprocessing_worker.write_result", _broken_at("P001S003", write_result)
        )
        run = finish(analysed, run.run_id)
    assert (run.state, run.n_applied) == ("applied", 2)
    shown = analysed.load_review("P001S003")
    assert shown.result is not None
    assert (shown.summary.status, shown.result.version) == ("completed", 1)


def _broken_at(session_code: str, write: Callable[..., None]) -> Callable[..., None]:
    def writing(connection: Any, fresh: Any, *values: Any, **how: Any) -> None:
        if fresh.claimed.session_code == session_code:
            raise KeyError("a defect")
        write(connection, fresh, *values, **how)

    return writing


def test_files_that_cannot_be_analysed_any_more_newly_fail_and_are_not_applied(
    analysed: Services, researcher: Services
) -> None:
    (analysed.settings.bucket_dir / "P001" / "2.c3d").unlink()
    run = finish(analysed, researcher.research.start("Longer", LONGER, Selection()))
    assert run.counts == {"same": 1, "changed": 2, "newly_fails": 1}
    (failed,) = researcher.research.items(run.run_id, ["newly_fails"])
    assert failed.message is not None
    assert "has not arrived in the store" in failed.message
    researcher.research.apply(run.run_id, "Agreed")
    assert finish(analysed, run.run_id).n_applied == 3
    assert analysed.load_review("P001S002").summary.status == "completed"


def test_a_failed_session_that_can_be_read_now_is_newly_read(
    analysed: Services, researcher: Services
) -> None:
    analysed.store.write("P001/5.c3d", b"not a recording")
    analysed.reconcile()
    (broken,) = [s for s in analysed.list_sessions(SessionFilters()) if s.session_code == "P001S005"]
    assert analysed.analyse_session(broken.session_id) == "failed"
    run = finish(analysed, researcher.research.start("As it is", Candidate(), Selection()))
    assert run.counts == {"same": 4, "still_fails": 1}
    path = analysed.settings.bucket_dir / "P001" / "5.c3d"
    path.write_bytes(make_c3d(contractions_s=HELD, duration_s=12.0))
    run = finish(analysed, researcher.research.start("As it is", Candidate(), Selection()))
    assert run.counts == {"same": 4, "newly_read": 1}
    researcher.research.apply(run.run_id, "The file was repaired")
    finish(analysed, run.run_id)
    assert analysed.load_review("P001S005").summary.status == "completed"


def test_a_cancelled_dry_run_stops_and_cannot_be_applied(analysed: Services, researcher: Services) -> None:
    run_id = researcher.research.start("Longer", LONGER, Selection())
    analysed.research.work(run_id, "try", 1, 2)
    assert researcher.research.cancel(run_id)
    assert analysed.research.work(run_id, "try", 3, 4) == "cancelled"
    run = researcher.research.run(run_id)
    assert (run.state, run.n_tried) == ("cancelled", 2)
    assert not researcher.research.cancel(run_id)
    with pytest.raises(EditConflictError, match="was cancelled or applied already"):
        researcher.research.apply(run_id, "Agreed")


def test_a_cancelled_application_stops_where_it_is(analysed: Services, researcher: Services) -> None:
    run = finish(analysed, researcher.research.start("Longer", LONGER, Selection()))
    researcher.research.apply(run.run_id, "Agreed")
    analysed.research.work(run.run_id, "apply", 1, 1)
    researcher.research.cancel(run.run_id)
    assert analysed.research.work(run.run_id, "apply", 2, 4) == "cancelled"
    run = researcher.research.run(run.run_id)
    assert (run.state, run.n_applied, run.n_not_reached) == ("apply_cancelled", 1, 3)


def test_an_application_that_is_stopped_after_its_end_was_applied_all_the_same(
    analysed: Services, researcher: Services
) -> None:
    run = finish(analysed, researcher.research.start("Longer", LONGER, Selection()))
    researcher.research.apply(run.run_id, "Agreed")
    assert finish(analysed, run.run_id).state == "applied"
    researcher.research.cancel(run.run_id)
    assert researcher.research.run(run.run_id).state == "applied"


def test_nobody_waits_for_a_session_that_was_deleted(analysed: Services, researcher: Services) -> None:
    run_id = researcher.research.start("Longer", LONGER, Selection())
    analysed.research.work(run_id, "try", 1, 1)
    analysed.database.execute(
        "delete from app.therapy_sessions where session_code in ('P001S001', 'P001S004')"
    )
    run = finish(analysed, run_id)
    assert (run.state, run.n_items, run.counts) == ("tried", 2, {"same": 1, "changed": 1})
    researcher.research.apply(run_id, "Agreed")
    run = finish(analysed, run_id)
    assert (run.state, run.n_applied) == ("applied", 2)


def test_a_run_that_has_not_ended_cannot_be_applied(researcher: Services) -> None:
    run_id = researcher.research.start("Longer", LONGER, Selection())
    with pytest.raises(EditConflictError, match="has not ended yet"):
        researcher.research.apply(run_id, "Agreed")


def test_rules_that_are_not_stored_are_tried_but_not_applied(
    analysed: Services, researcher: Services
) -> None:
    candidate = Candidate(scoring=NO_WEIGHT_FOR_SYMMETRY)
    run = finish(analysed, researcher.research.start("No symmetry", candidate, Selection()))
    assert run.n_tried == 4
    with pytest.raises(InvalidParameterError, match="add them under Settings first"):
        researcher.research.apply(run.run_id, "Agreed")


def test_a_session_that_was_applied_keeps_its_rules_when_it_is_judged_again(
    analysed: Services, researcher: Services
) -> None:
    administrator = analysed.for_viewer(LOCAL_CLINICIAN)
    administrator.scoring.add("site", NO_WEIGHT_FOR_SYMMETRY, expected_version=0)
    candidate = Candidate(scoring=NO_WEIGHT_FOR_SYMMETRY)
    run = finish(analysed, researcher.research.start("No symmetry", candidate, Selection()))
    researcher.research.apply(run.run_id, "Agreed")
    finish(analysed, run.run_id)
    analysed.save_inputs(
        "P001S001", replace(analysed.load_review("P001S001").inputs, perceived_effort_cr10=9.0)
    )
    review = analysed.load_review("P001S001")
    assert review.result is not None
    assert (review.inputs.scoring, review.result.scoring) == (NO_WEIGHT_FOR_SYMMETRY, "site v1")
    assert [part.name for part in review.result.score.parts] == ["Compliance", "Effort"]


def test_a_selection_narrows_by_patient_day_state_and_quality(
    analysed: Services, researcher: Services
) -> None:
    count = researcher.research.count
    assert count(Selection()) == 4
    assert count(Selection(patient_codes=("P002",))) == 0
    assert count(Selection(statuses=("failed",))) == 0
    assert count(Selection(verdicts=("good",))) == 4
    assert count(Selection(verdicts=("not_judged",))) == 0
    assert count(Selection(site="Leuven")) == 0
    with pytest.raises(InvalidParameterError, match="matches no sessions"):
        researcher.research.start("Nothing", LONGER, Selection(statuses=("failed",)))


def test_therapists_neither_try_nor_see_nor_apply(analysed: Services, researcher: Services) -> None:
    run = finish(analysed, researcher.research.start("Longer", LONGER, Selection()))
    therapist = analysed.for_viewer(LOCAL_THERAPIST).research
    assert therapist.runs() == []
    with pytest.raises(NotFoundError, match="There is no run"):
        therapist.run(run.run_id)
    for forbidden in (
        lambda: therapist.apply(run.run_id, "Mine"),
        lambda: therapist.cancel(run.run_id),
    ):
        with pytest.raises(AccessDeniedError, match="under this sign-in"):
            forbidden()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bandpass_order", 44),
        ("temporal_overlap_percent", 99.99),
        ("temporal_window_s", 1e-6),
        ("sustained_bin_s", 1e-9),
        ("bandpass_low_hz", 1e-308),
        ("min_contraction_s", 1e9),
        ("min_contraction_s", "long"),
        ("bandpass_order", 2.5),
    ],
)
def test_a_value_that_would_cost_the_worker_is_refused_before_it_is_queued(name: str, value: Any) -> None:
    with pytest.raises(InvalidParameterError, match=f"{name} is .*; expected"):
        check_candidate(Candidate({name: value}))


def test_the_programs_own_values_lie_within_what_may_be_tried() -> None:
    own = own_values()
    check_limits(own)
    check_candidate(Candidate(own))


def test_a_setting_that_the_analysis_does_not_know_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match="no setting 'loudness'"):
        check_candidate(Candidate({"loudness": 3.0}))


def test_runs_that_were_never_applied_are_forgotten_after_a_month(
    analysed: Services, researcher: Services
) -> None:
    kept = finish(analysed, researcher.research.start("Applied", LONGER, Selection()))
    researcher.research.apply(kept.run_id, "Agreed")
    researcher.research.start("Forgotten", LONGER, Selection())
    fresh = researcher.research.start("Fresh", LONGER, Selection())
    analysed.database.execute(
        "update app.reprocessing_runs set created_at = now() - interval '31 days' where id <> %(fresh)s",
        {"fresh": fresh},
    )
    worker = replace_user(analysed, "app_worker")
    try:
        worker.research.upkeep()
    finally:
        worker.database.close()
    assert [run.run_id for run in researcher.research.runs()] == [fresh, kept.run_id]


def replace_user(services: Services, login_role: str) -> Services:
    """Return the same services under the login role of a program."""
    return build_services(services.settings, make_conninfo(services.database.url, user=login_role))


# On the queue.


def wait_for(done: Callable[[], bool], timeout_s: float = 60.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not done():
        assert time.monotonic() < deadline, "not done in time"
        time.sleep(0.05)


def test_a_worker_tries_and_applies_under_its_own_rights(
    analysed: Services, researcher: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processing.services.research.read_recording_isolated", read_recording_isolated)
    worker = replace_user(analysed, "app_worker")
    try:
        with Worker(worker):
            run_id = researcher.research.start("Longer", LONGER, Selection())
            wait_for(lambda: researcher.research.run(run_id).state == "tried")
            researcher.research.apply(run_id, "Agreed")
            wait_for(lambda: researcher.research.run(run_id).state == "applied")
    finally:
        worker.database.close()
    assert researcher.research.run(run_id).n_applied == 4


def test_a_chunk_whose_worker_died_is_finished_by_another(analysed: Services, researcher: Services) -> None:
    run_id = researcher.research.start("Longer", LONGER, Selection())
    analysed.research.work(run_id, "try", 1, 2)  # what the dead worker had done
    with psycopg.connect(analysed.database.url, autocommit=True) as connection:
        connection.execute("set search_path = procrastinate")
        dead = connection.execute(
            "insert into procrastinate_workers (last_heartbeat) values (now() - interval '1 hour') returning id"
        ).fetchone()
        assert dead is not None
        connection.execute(
            "update procrastinate_jobs set status = 'doing', worker_id = %s where task_name = 'reprocess_chunk'",
            (dead[0],),
        )
    with Worker(analysed):
        wait_for(lambda: researcher.research.run(run_id).state == "tried")
    assert researcher.research.run(run_id).counts == {"same": 2, "changed": 2}


def test_a_recording_that_arrives_goes_before_the_chunks_that_wait(
    analysed: Services, researcher: Services
) -> None:
    researcher.research.start("Longer", LONGER, Selection())
    analysed.store.write("P002/1.c3d", make_c3d(duration_s=8.0))
    analysed.reconcile()
    with psycopg.connect(analysed.database.url) as connection:
        connection.execute("set search_path = procrastinate")
        rows = connection.execute(
            "select task_name from procrastinate_jobs where status = 'todo' order by priority desc, id"
        ).fetchall()
        connection.execute("insert into procrastinate_workers default values")
        taken = connection.execute(
            "select task_name from procrastinate_fetch_job_v2(array['analysis'],"
            " (select max(id) from procrastinate_workers))"
        ).fetchone()
        connection.rollback()
    assert {name for (name,) in rows} == {"analyse_session", "reprocess_chunk"}
    assert taken == ("analyse_session",)


def test_a_run_whose_jobs_are_lost_is_queued_again(analysed: Services, researcher: Services) -> None:
    run_id = researcher.research.start("Longer", LONGER, Selection())
    with psycopg.connect(analysed.database.url) as connection:
        connection.execute("set search_path = procrastinate")
        connection.execute("delete from procrastinate_jobs where task_name = 'reprocess_chunk'")
    assert analysed.research.upkeep() == 0  # it may just have been taken
    analysed.database.execute(
        "update app.reprocessing_runs set created_at = now() - interval '2 minutes' where id = %(id)s",
        {"id": run_id},
    )
    assert analysed.research.upkeep() == 1
    assert analysed.research.upkeep() == 0


def test_a_chunk_goes_on_after_the_store_was_away(
    analysed: Services, researcher: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = researcher.research.start("Longer", LONGER, Selection())
    with monkeypatch.context() as patched:

        def away(name: str) -> Any:
            raise StorageUnavailableError("away")

        patched.setattr(analysed.store, "stat", away)
        with pytest.raises(StorageUnavailableError, match="away"):
            analysed.research.work(run_id, "try", 1, 4)
    assert finish(analysed, run_id).counts == {"same": 2, "changed": 2}
