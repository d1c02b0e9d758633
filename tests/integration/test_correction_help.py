"""What helps a person to correct: proposals of what was missed, and a dragged edge that stops where it must."""

from __future__ import annotations

import pytest

from processing.c3d import read_recording
from processing.emg.corrections import Correction
from processing.errors import NotFoundError, ReplacedRecordingError
from processing.services import LOCAL_CLINICIAN, Services
from processing.settings import Settings
from processing.use_cases.read_models import SessionReview
from tests.builders import make_c3d

# Four efforts of each leg where twelve are expected.
EFFORTS = [(2.0, 4.5), (7.0, 9.5), (12.0, 14.5), (16.0, 18.5)]


@pytest.fixture
def desk(services: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    monkeypatch.setattr("processing.services.facade.read_recording_isolated", read_recording)
    return services.for_viewer(LOCAL_CLINICIAN)


@pytest.fixture
def review(services: Services, desk: Services) -> SessionReview:
    outcome = desk.save_upload("P014", "game.c3d", make_c3d(contractions_s=EFFORTS))
    assert outcome.session_id is not None
    assert services.analyse_session(outcome.session_id) == "completed"
    return desk.load_review("P014S001")


def test_a_dragged_edge_stops_at_the_neighbour_and_at_the_ends_of_the_recording(
    desk: Services, review: SessionReview
) -> None:
    assert review.result is not None
    channel, length_s = review.result.channels[0], review.result.metadata.duration_s
    (first, second), last = channel.contractions[:2], channel.contractions[-1]
    left = Correction(
        channel.name, "move", second.onset_s, second.offset_s, new_onset_s=0.0, new_offset_s=second.offset_s
    )
    assert desk.corrections.fitted(review, left).new_onset_s == first.offset_s
    right = Correction(
        channel.name, "move", last.onset_s, last.offset_s, new_onset_s=last.onset_s, new_offset_s=900.0
    )
    fitted = desk.corrections.fitted(review, right)
    assert fitted.new_offset_s == length_s
    desk.corrections.save(review, fitted)  # what fits is taken


def test_nothing_is_proposed_where_nothing_was_missed(desk: Services, review: SessionReview) -> None:
    assert review.result is not None
    assert [len(channel.contractions) for channel in review.result.channels] == [4, 4]
    assert desk.corrections.candidates(review) == {"CH1": (), "CH2": ()}


def test_without_the_file_candidates_come_from_the_stored_numbers_alone(
    settings: Settings, desk: Services, review: SessionReview
) -> None:
    for path in (settings.data_dir / "buckets").rglob("*.c3d"):
        path.unlink()
    desk.forget_traces()
    assert set(desk.corrections.candidates(review)) == {"CH1", "CH2"}


def test_a_channel_that_the_recording_does_not_have_is_named(desk: Services, review: SessionReview) -> None:
    gone = Correction("CH9", "move", 1.0, 2.0, new_onset_s=1.0, new_offset_s=2.5)
    with pytest.raises(NotFoundError, match="no channel 'CH9'"):
        desk.corrections.fitted(review, gone)


def test_a_replaced_file_is_not_measured_under_old_numbers_while_rejecting_goes_on(
    services: Services, desk: Services, review: SessionReview
) -> None:
    services.store.write("P014/game.c3d", make_c3d(contractions_s=EFFORTS[:2]))
    with pytest.raises(ReplacedRecordingError, match="replaced after this analysis, so nothing is measured"):
        desk.corrections.signals(review)
    assert set(desk.corrections.candidates(review)) == {"CH1", "CH2"}
    assert review.result is not None
    first = review.result.channels[0].contractions[0]
    desk.corrections.save(review, Correction("CH1", "reject", first.onset_s, first.offset_s))
    after = desk.load_review("P014S001").result
    assert after is not None
    assert [len(channel.contractions) for channel in after.channels] == [3, 4]
    assert after.channels[0].amplitude.rms_uv == review.result.channels[0].amplitude.rms_uv  # as detected


def test_a_session_without_a_result_has_nothing_to_correct(desk: Services) -> None:
    desk.save_upload("P014", "game.c3d", make_c3d(contractions_s=EFFORTS))
    waiting = desk.load_review("P014S001")
    change = Correction("CH1", "reject", 2.0, 4.5)
    for ask in (desk.corrections.candidates, lambda review: desk.corrections.save(review, change)):
        with pytest.raises(NotFoundError, match="Session P014S001 has no result yet"):
            ask(waiting)
