"""Corrections on the real database and worker: what counts follows at once, survives re-analysis, is never lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from processing.cli.sessions import to_plain
from processing.emg.corrections import Correction
from processing.emg.results import ChannelAnalysis, IntervalS
from processing.errors import (
    AccessDeniedError,
    EditConflictError,
    InvalidParameterError,
    NotFoundError,
    UnusableSignalError,
)
from processing.services import LOCAL_CLINICIAN, Services, build_services, closing_services
from processing.settings import Settings
from processing.use_cases.read_models import AuditFilters, SessionFilters, SessionInputs, SessionReview
from tests.builders import make_c3d
from tests.integration.clinic import Clinic, make_clinic

CODE = "P014S001"
FOUR = make_c3d(contractions_s=[(2.0, 4.5), (7.0, 9.5), (12.0, 14.5), (16.0, 18.5)], dropouts_s=[10.5])


@pytest.fixture
def dashboard(services: Services) -> Services:
    return services.for_viewer(LOCAL_CLINICIAN)


@pytest.fixture
def review(services: Services, dashboard: Services) -> SessionReview:
    outcome = dashboard.save_upload("P014", "game.c3d", FOUR)
    assert outcome.session_id is not None
    assert services.analyse_session(outcome.session_id) == "completed"
    dashboard.save_inputs(CODE, SessionInputs(mvc_left_uv=200.0, mvc_right_uv=200.0))
    assert services.analyse_session(outcome.session_id, force=True) == "completed"  # now with the MVC
    return dashboard.load_review(CODE)


def channel(review: SessionReview, name: str = "CH1") -> ChannelAnalysis:
    assert review.result is not None
    return next(c for c in review.result.channels if c.name == name)


def edges(review: SessionReview, index: int) -> IntervalS:
    found = channel(review).contractions[index]
    return found.onset_s, found.offset_s


def change(services: Services, what: Any, code: str = CODE) -> SessionReview:
    """Make one change as somebody who has just looked, and look again."""
    services.corrections.save(services.load_review(code), what)
    return services.load_review(code)


def reject(review: SessionReview, index: int, reason: str = "artefact") -> Correction:
    return Correction("CH1", "reject", *edges(review, index), reason=reason)


def score(review: SessionReview) -> float | None:
    assert review.result is not None
    return review.result.score.total


def test_a_rejection_changes_counts_measures_and_score_everywhere(
    dashboard: Services, review: SessionReview
) -> None:
    after = change(dashboard, reject(review, 0))
    assert len(channel(after).contractions) == 3
    (refused,) = channel(after).rejected
    assert (refused.mark.reason, refused.mark.by) == ("artefact", "Local clinician")
    assert channel(after).amplitude.time_under_tension_s < channel(review).amplitude.time_under_tension_s
    assert score(after) != score(review)
    (listed,) = dashboard.list_sessions(SessionFilters())
    assert listed == after.summary
    assert to_plain(listed)["counts"]["CH1"]["contractions"] == 3
    assert listed.score == score(after)


def test_undo_restores_exactly_what_was_there_and_redo_what_was_undone(
    dashboard: Services, review: SessionReview
) -> None:
    rejected = change(dashboard, reject(review, 1))
    undone = change(dashboard, "undo")
    assert undone.result is not None
    assert review.result is not None
    assert undone.result.channels == review.result.channels
    assert undone.result.score == review.result.score
    redone = change(dashboard, "redo")
    assert [c.onset_s for c in channel(redone).contractions] == [
        c.onset_s for c in channel(rejected).contractions
    ]
    assert score(redone) == score(rejected)
    assert [entry.action for entry in redone.corrections.log] == ["edit", "undo", "redo"]


def test_typed_edges_survive_a_reload_and_a_new_analysis(
    services: Services, dashboard: Services, review: SessionReview
) -> None:
    old = edges(review, 2)
    moved = Correction("CH1", "move", *old, new_onset_s=12.5, new_offset_s=14.0)
    after = change(dashboard, moved)
    assert edges(after, 2) == pytest.approx((12.5, 14.0), abs=1e-3)
    assert services.analyse_session(after.summary.session_id, force=True) == "completed"
    again = dashboard.load_review(CODE)
    assert again.result is not None
    assert after.result is not None
    assert again.result.version == after.result.version + 1
    assert again.result.channels == after.result.channels
    assert again.result.score == after.result.score
    assert again.corrections.unmatched == ()


def test_every_kind_of_change_gives_the_same_after_a_new_analysis(
    services: Services, dashboard: Services, review: SessionReview
) -> None:
    change(dashboard, reject(review, 0))
    change(dashboard, Correction("CH1", "split", *edges(review, 1), at_s=8.0))
    first = dashboard.load_review(CODE)
    whole = (edges(first, 0)[0], edges(first, 1)[1])
    change(
        dashboard, Correction("CH1", "merge", *edges(first, 0), new_onset_s=whole[0], new_offset_s=whole[1])
    )
    change(dashboard, Correction("CH1", "add", 5.0, 5.6))
    after = change(dashboard, Correction("CH1", "accept", *edges(review, 3)))
    assert [m and m.kind for m in channel(after).corrections.marks] == ["add", "merge", None, "accept"]  # type: ignore[union-attr]
    assert services.analyse_session(after.summary.session_id, force=True) == "completed"
    again = dashboard.load_review(CODE)
    assert channel(again) == channel(after)
    assert score(again) == score(after)


def test_values_entered_later_judge_what_counts_and_not_what_was_detected(
    dashboard: Services, review: SessionReview
) -> None:
    rejected = change(dashboard, reject(review, 0))
    dashboard.save_inputs(CODE, SessionInputs(mvc_left_uv=1000.0, mvc_right_uv=200.0))
    after = dashboard.load_review(CODE)
    assert len(channel(after).contractions) == 3
    assert not any(c.meets_intensity for c in channel(after).contractions)
    assert score(after) != score(rejected)
    undone = change(dashboard, "undo")
    assert len(channel(undone).contractions) == 4
    assert not any(c.meets_intensity for c in channel(undone).contractions)


def test_what_the_detector_found_is_kept_where_nobody_may_write(
    services: Services, dashboard: Services, review: SessionReview, database_url: str
) -> None:
    change(dashboard, reject(review, 0))
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "select d.n_contractions, e.n_contractions, p.corrections_revision from app.detected_statistics d"
            " join app.emg_statistics e using (session_id, result_version, position)"
            " join app.performance_scores p using (session_id, result_version)"
        ).fetchall()
    assert rows == [(4, 3, 1)]


def test_who_looks_at_an_older_result_is_told_that_there_is_a_new_one(
    services: Services, dashboard: Services, review: SessionReview
) -> None:
    assert services.analyse_session(review.summary.session_id, force=True) == "completed"
    with pytest.raises(EditConflictError, match="analysed anew"):
        dashboard.corrections.save(review, reject(review, 0))


def test_a_correction_that_no_longer_matches_is_kept_and_said(
    services: Services, dashboard: Services, review: SessionReview
) -> None:
    change(dashboard, reject(review, 0))
    other = make_c3d(contractions_s=[(7.0, 9.5), (12.0, 14.5)])
    services.store.write(review.summary.object_name, other)
    assert services.analyse_session(review.summary.session_id) == "completed"
    after = dashboard.load_review(CODE)
    assert len(channel(after).contractions) == 2
    assert [entry.revision for entry in after.corrections.unmatched] == [1]


def test_rejecting_works_while_the_file_is_away_and_moving_says_why_not(
    services: Services, dashboard: Services, review: SessionReview, settings: Settings
) -> None:
    (settings.data_dir / "buckets" / settings.storage_bucket / review.summary.object_name).unlink()
    services.forget_traces()
    after = change(dashboard, reject(review, 0))
    corrections = channel(after).corrections
    assert corrections is not None
    assert corrections.as_detected
    assert channel(after).amplitude.rms_uv == channel(review).amplitude.rms_uv
    with pytest.raises(UnusableSignalError, match="cannot be had"):
        change(dashboard, Correction("CH1", "add", 5.0, 5.6))
    assert dashboard.load_review(CODE).corrections.revision == 1


def test_nothing_is_added_where_the_signal_is_left_out(dashboard: Services, review: SessionReview) -> None:
    start, stop = channel(review).quality.masked_intervals_s[0]
    with pytest.raises(UnusableSignalError, match="left out"):
        change(dashboard, Correction("CH1", "add", start + 0.01, stop - 0.01))


def test_an_overlap_is_refused_and_nothing_is_written(dashboard: Services, review: SessionReview) -> None:
    with pytest.raises(InvalidParameterError, match="overlaps contraction 1"):
        change(dashboard, Correction("CH1", "add", 4.0, 5.0))
    assert dashboard.load_review(CODE) == review


def test_undo_without_anything_of_ones_own_is_refused(dashboard: Services, review: SessionReview) -> None:
    with pytest.raises(InvalidParameterError, match="nothing of yours to undo"):
        change(dashboard, "undo")


def test_every_change_is_in_the_audit_log_with_its_reason(dashboard: Services, review: SessionReview) -> None:
    change(dashboard, reject(review, 0, "movement or talking"))
    change(dashboard, "undo")
    entries = dashboard.list_audit(AuditFilters(table_name="contraction_corrections"))
    assert [
        (e.actor_name, e.after and e.after["action"], e.after and e.after["reason"]) for e in entries
    ] == [
        ("Local clinician", "undo", None),
        ("Local clinician", "edit", "movement or talking"),
    ]


def test_a_swap_of_the_legs_takes_the_corrections_along(dashboard: Services, review: SessionReview) -> None:
    change(dashboard, reject(review, 0))
    dashboard.side_map.swap(CODE, dashboard.side_map.load(review))
    after = dashboard.load_review(CODE)
    assert channel(after).side == "right"
    assert len(channel(after).contractions) == 3
    undone = change(dashboard, "undo")
    assert (channel(undone).side, len(channel(undone).contractions)) == ("right", 4)


# Several people.


@pytest.fixture
def clinic(database_url: str) -> Clinic:
    return make_clinic(database_url)


@pytest.fixture
def shared(settings: Settings, clinic: Clinic, services: Services) -> Iterator[Services]:
    """Services as the dashboard opens them, with an analysed session of the therapist's patient."""
    services.store.write("P001/1.c3d", FOUR)
    assert services.analyse_session(str(clinic.sessions["P001S002"])) in ("completed", "failed")
    stored = services.store.write("P001/2.c3d", FOUR)
    with psycopg.connect(clinic.url) as connection:
        connection.execute(
            "update app.therapy_sessions set bucket = %s, processing_status = 'pending', failure_kind = null,"
            " failure_message = null where session_code = 'P001S002'",
            (stored and settings.storage_bucket,),
        )
    assert services.analyse_session(str(clinic.sessions["P001S002"])) in ("completed", "unchanged")
    with closing_services(build_services(settings, clinic.url_of("app_dashboard"))) as built:
        yield built


def test_a_therapist_corrects_own_patients_and_each_person_undoes_only_their_own(
    shared: Services, clinic: Clinic
) -> None:
    therapist = shared.for_viewer(clinic.identity("therapist"))
    administrator = shared.for_viewer(clinic.identity("administrator"))
    before = therapist.load_review("P001S002")
    change(therapist, reject(before, 0), "P001S002")
    change(administrator, reject(before, 1), "P001S002")
    after = change(therapist, "undo", "P001S002")
    assert [r.contraction.onset_s for r in channel(after).rejected] == [edges(before, 1)[0]]
    assert after.corrections.undo is None
    assert administrator.load_review("P001S002").corrections.undo is not None


def test_of_two_people_the_second_is_told_and_nothing_is_lost(shared: Services, clinic: Clinic) -> None:
    therapist = shared.for_viewer(clinic.identity("therapist"))
    administrator = shared.for_viewer(clinic.identity("administrator"))
    seen = administrator.load_review("P001S002")
    change(therapist, reject(seen, 0), "P001S002")
    with pytest.raises(EditConflictError, match=r"corrected this session meanwhile.*not saved"):
        administrator.corrections.save(seen, reject(seen, 1))
    log = administrator.load_review("P001S002").corrections.log
    assert [e.correction and e.correction.onset_s for e in log] == [edges(seen, 0)[0]]


def test_a_key_pressed_twice_stands_in_nobodys_way(dashboard: Services, review: SessionReview) -> None:
    dashboard.corrections.save(review, reject(review, 0))
    with pytest.raises(InvalidParameterError, match="rejected already"):
        dashboard.corrections.save(review, reject(review, 0))
    dashboard.corrections.save(review, reject(review, 1))
    assert len(channel(dashboard.load_review(CODE)).contractions) == 2


def test_a_researcher_reads_corrections_and_makes_none(shared: Services, clinic: Clinic) -> None:
    therapist = shared.for_viewer(clinic.identity("therapist"))
    before = therapist.load_review("P001S002")
    change(therapist, reject(before, 0), "P001S002")
    seen = shared.for_viewer(clinic.identity("researcher")).load_review("P001S002")
    assert len(channel(seen).rejected) == 1
    for person in ("researcher", "colleague"):
        with pytest.raises((NotFoundError, AccessDeniedError)):
            shared.for_viewer(clinic.identity(person)).corrections.save(seen, "undo")
    assert therapist.load_review("P001S002").corrections.revision == 1
