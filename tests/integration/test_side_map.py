"""Which channel is which leg: said once, followed by counts, MVC and score, and by every later analysis."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import psycopg
import pytest

from processing.emg.corrections import Correction
from processing.errors import EditConflictError, InvalidParameterError, NotFoundError
from processing.services import LOCAL_CLINICIAN, Services, build_services, closing_services
from processing.settings import Settings
from processing.use_cases.read_models import AuditFilters, SessionInputs, SessionReview
from tests.builders import make_c3d
from tests.integration.clinic import make_clinic
from tests.unit.c3d.raw_c3d import encode_c3d

# Left three contractions, right one: told apart wherever they are counted.
UNEQUAL = make_c3d(contractions_s=[(2.0, 4.5), (7.0, 9.5), (12.0, 14.5)])


@pytest.fixture
def dashboard(services: Services) -> Services:
    return services.for_viewer(LOCAL_CLINICIAN)


def _analysed(services: Services, dashboard: Services, data: bytes = UNEQUAL) -> SessionReview:
    outcome = dashboard.save_upload("P014", "game.c3d", data)
    assert outcome.session_id is not None
    assert services.analyse_session(outcome.session_id) == "completed"
    return dashboard.load_review("P014S001")


def _names(review: SessionReview) -> dict[str | None, str]:
    assert review.result is not None
    return {channel.side: channel.name for channel in review.result.channels}


def test_nobody_has_said_anything_at_first_and_the_convention_holds(
    services: Services, dashboard: Services
) -> None:
    review = _analysed(services, dashboard)
    side_map = dashboard.side_map.load(review)
    assert (side_map.by_person, side_map.revision, side_map.said_by) == (False, 0, None)
    assert side_map.chosen == {"CH1 Raw": "left", "CH2 Raw": "right"}
    assert [channel.role for channel in side_map.channels] == ["emg", "emg", "game", "game"]


def test_a_swap_moves_results_lists_signals_and_metadata_to_the_other_leg(
    services: Services, dashboard: Services
) -> None:
    review = _analysed(services, dashboard)
    assert dashboard.side_map.swap("P014S001", dashboard.side_map.load(review)) == "moved"
    after = dashboard.load_review("P014S001")
    assert _names(after) == {"right": "CH1", "left": "CH2"}
    assert after.result is not None
    assert {info.name: info.side for info in after.result.metadata.channels} == {
        "CH1": "right",
        "CH2": "left",
    }
    assert {side.side: side.channel for side in after.summary.sides} == {"right": "CH1", "left": "CH2"}
    assert {trace.name: trace.side for trace in dashboard.load_traces(after)} == {
        "CH1": "right",
        "CH2": "left",
    }
    assert review.result is not None
    assert (after.result.score.left, after.result.score.right) == (
        review.result.score.right,
        review.result.score.left,
    )


def test_an_mvc_of_the_left_leg_applies_to_the_other_channel_after_a_swap(
    services: Services, dashboard: Services
) -> None:
    review = _analysed(services, dashboard)
    dashboard.save_inputs("P014S001", SessionInputs(mvc_left_uv=200.0))
    dashboard.side_map.swap("P014S001", dashboard.side_map.load(review))
    result = dashboard.load_review("P014S001").result
    assert result is not None
    sources = {channel.name: channel.mvc.source for channel in result.channels if channel.mvc}
    assert sources == {"CH1": "session_peak", "CH2": "session"}


def test_a_correction_follows_its_channel_to_the_other_leg_and_can_still_be_undone(
    services: Services, dashboard: Services
) -> None:
    review = _analysed(services, dashboard)
    assert review.result is not None
    first = review.result.channels[0].contractions[0]
    rejection = Correction("CH1", "reject", first.onset_s, first.offset_s, reason="artefact")
    dashboard.corrections.save(review, rejection)
    review = dashboard.load_review("P014S001")
    dashboard.side_map.swap("P014S001", dashboard.side_map.load(review))
    review = dashboard.load_review("P014S001")
    assert review.result is not None
    moved = review.result.channels[0]
    assert (moved.side, len(moved.contractions), len(moved.rejected)) == ("right", 2, 1)
    dashboard.corrections.save(review, "undo")
    again = dashboard.load_review("P014S001").result
    assert again is not None
    assert {(c.name, c.side, len(c.contractions)) for c in again.channels} == {
        ("CH1", "right", 3),
        ("CH2", "left", 3),
    }


def test_a_swap_survives_a_new_analysis(services: Services, dashboard: Services) -> None:
    review = _analysed(services, dashboard)
    dashboard.side_map.swap("P014S001", dashboard.side_map.load(review))
    assert services.analyse_session(review.summary.session_id, force=True) == "completed"
    again = dashboard.load_review("P014S001")
    assert again.result is not None
    assert again.result.version == 2
    assert _names(again) == {"right": "CH1", "left": "CH2"}


def test_a_swap_is_undone_by_a_swap(services: Services, dashboard: Services) -> None:
    before = _analysed(services, dashboard)
    for _ in range(2):
        dashboard.side_map.swap("P014S001", dashboard.side_map.load(dashboard.load_review("P014S001")))
    after = dashboard.load_review("P014S001")
    assert before.result is not None
    assert after.result is not None
    assert after.result.channels == before.result.channels
    assert after.result.score == before.result.score


def test_a_swap_is_in_the_audit_log_with_who_and_before_and_after(
    services: Services, dashboard: Services
) -> None:
    review = _analysed(services, dashboard)
    for _ in range(2):
        dashboard.side_map.swap("P014S001", dashboard.side_map.load(dashboard.load_review("P014S001")))
    update, insert = dashboard.list_audit(AuditFilters(table_name="session_side_map"))
    assert (insert.action, insert.row_key) == ("insert", review.summary.session_id)
    assert update.actor == str(LOCAL_CLINICIAN.user_id)
    assert (update.before or {})["channel_map"] == {"CH1 Raw": "right", "CH2 Raw": "left"}
    assert (update.after or {})["channel_map"] == {"CH1 Raw": "left", "CH2 Raw": "right"}


def test_two_people_do_not_swap_twice(services: Services, dashboard: Services) -> None:
    review = _analysed(services, dashboard)
    seen = dashboard.side_map.load(review)
    dashboard.side_map.swap("P014S001", seen)
    with pytest.raises(EditConflictError, match="Somebody else changed which channel"):
        dashboard.side_map.swap("P014S001", seen)
    assert _names(dashboard.load_review("P014S001")) == {"right": "CH1", "left": "CH2"}


def test_a_swap_during_an_analysis_makes_that_run_s_result_void(
    services: Services, dashboard: Services
) -> None:
    outcome = dashboard.save_upload("P014", "game.c3d", UNEQUAL)
    assert outcome.session_id is not None
    review = dashboard.load_review("P014S001")
    assert dashboard.side_map.swap("P014S001", dashboard.side_map.load(review)) == "queued"
    assert services.analyse_session(outcome.session_id) == "completed"
    assert _names(dashboard.load_review("P014S001")) == {"right": "CH1", "left": "CH2"}


def test_a_map_that_ignores_a_channel_analyses_the_recording_again(
    services: Services, dashboard: Services
) -> None:
    review = _analysed(services, dashboard)
    assert dashboard.side_map.save("P014S001", {"CH2 Raw": "left"}, expected_revision=0) == "queued"
    assert dashboard.load_review("P014S001").summary.status == "reprocessing"
    assert services.analyse_session(review.summary.session_id, force=True) == "completed"
    after = dashboard.load_review("P014S001")
    assert _names(after) == {"left": "CH2"}
    assert len(dashboard.load_traces(after)) == 1
    assert [c.selected for c in dashboard.side_map.load(after).channels] == [False, True, False, False]


@pytest.mark.parametrize(
    ("channel_map", "words"),
    [
        ({}, "No channel is chosen"),
        ({"CH1 Raw": "left", "CH2 Raw": "left"}, "2 channels are given to the left leg"),
    ],
)
def test_a_map_that_makes_no_sense_is_refused(
    services: Services, dashboard: Services, channel_map: dict[str, str], words: str
) -> None:
    _analysed(services, dashboard)
    with pytest.raises(InvalidParameterError, match=words):
        dashboard.side_map.save("P014S001", channel_map, expected_revision=0)  # type: ignore[arg-type]


def test_without_any_leg_there_is_nothing_to_swap(services: Services, dashboard: Services) -> None:
    _analysed(services, dashboard)
    dashboard.side_map.save("P014S001", {"CH1 Raw": None, "CH2 Raw": None}, expected_revision=0)
    side_map = dashboard.side_map.load(dashboard.load_review("P014S001"))
    with pytest.raises(InvalidParameterError, match="No channel is assigned to a leg"):
        dashboard.side_map.swap("P014S001", side_map)


@pytest.fixture
def in_a_clinic(settings: Settings, database_url: str) -> Iterator[tuple[Services, object]]:
    clinic = make_clinic(database_url)
    with closing_services(build_services(settings, clinic.url_of("app_dashboard"))) as built:
        yield built, clinic


def test_only_the_patient_s_therapist_may_say_which_leg_it_is(in_a_clinic) -> None:  # type: ignore[no-untyped-def]
    dashboard, clinic = in_a_clinic
    chosen = {"CH1 Raw": "right"}
    for person in ("colleague", "researcher"):
        with pytest.raises(NotFoundError):
            dashboard.for_viewer(clinic.identity(person)).side_map.save(
                "P001S002", chosen, expected_revision=0
            )
    mine = dashboard.for_viewer(clinic.identity("therapist"))
    assert mine.side_map.save("P001S002", chosen, expected_revision=0) == "queued"
    with psycopg.connect(clinic.url) as connection:
        row = connection.execute(
            "select m.channel_map, m.updated_by from app.session_side_map m"
            " join app.therapy_sessions s on s.id = m.session_id where s.session_code = 'P001S002'"
        ).fetchone()
    assert row == (chosen, clinic.people["therapist"])


def test_a_file_with_two_muscles_of_a_leg_is_scored_by_one_and_can_be_swapped(
    services: Services, dashboard: Services
) -> None:
    rng = np.random.default_rng(0)
    samples = rng.normal(0.0, 1e-5, (3, 9900)).astype(np.float32)
    review = _analysed(services, dashboard, encode_c3d(samples, labels=["EMG_RF_L", "EMG_RF_R", "EMG_VL_L"]))
    assert _names(review) == {"left": "EMG_RF_L", "right": "EMG_RF_R", None: "EMG_VL_L"}
    assert dashboard.side_map.swap("P014S001", dashboard.side_map.load(review)) == "moved"
    after = dashboard.load_review("P014S001")
    assert _names(after) == {"right": "EMG_RF_L", "left": "EMG_RF_R", None: "EMG_VL_L"}


def _second(services: Services, dashboard: Services, patient: str = "P014") -> SessionReview:
    outcome = dashboard.save_upload(patient, "game-2.c3d", make_c3d(contractions_s=[(3.0, 5.5)], seed=7))
    assert outcome.session_id is not None
    assert services.analyse_session(outcome.session_id) == "completed"
    return dashboard.load_review(outcome.session_code or "")


def test_a_channel_that_changed_its_leg_since_the_session_before_raises_a_doubt(
    services: Services, dashboard: Services
) -> None:
    first = _analysed(services, dashboard)
    dashboard.side_map.swap("P014S001", dashboard.side_map.load(first))
    second = _second(services, dashboard)
    side_map = dashboard.side_map.load(second)
    doubt = dashboard.side_map.doubt(second, side_map)
    assert doubt is not None
    assert (doubt.session_code, doubt.now) == ("P014S001", {"CH1": "left", "CH2": "right"})
    dashboard.side_map.save("P014S002", side_map.chosen, expected_revision=0)
    said = dashboard.load_review("P014S002")
    assert dashboard.side_map.doubt(said, dashboard.side_map.load(said)) is None


def test_nothing_is_doubted_where_the_legs_are_as_before_or_the_patient_is_another(
    services: Services, dashboard: Services
) -> None:
    first = _analysed(services, dashboard)
    assert dashboard.side_map.doubt(first, dashboard.side_map.load(first)) is None
    second = _second(services, dashboard)
    assert dashboard.side_map.doubt(second, dashboard.side_map.load(second)) is None
    dashboard.side_map.swap("P014S001", dashboard.side_map.load(first))
    other = _second(services, dashboard, "P015")
    assert dashboard.side_map.doubt(other, dashboard.side_map.load(other)) is None
