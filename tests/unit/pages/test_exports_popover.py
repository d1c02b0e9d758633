"""The button *Export*: what stands behind it for whom, and that nothing is built before a click."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from processing.errors import NotFoundError, StorageUnavailableError
from processing.use_cases.profile import ViewerProfile
from tests.unit.pages.conftest import Launch, texts
from tests.unit.pages.fakes import FakeNotes, FakeServices, make_review

CODE = "P001S001"
RESEARCHER = ViewerProfile("researcher", None, None, "full")


def opened(launch: Launch, services: FakeServices, page: str = "review.py", key: str = CODE) -> AppTest:
    """Return a page on which *Export* is open."""
    at = launch(services, page, **({"session": CODE} if page == "review.py" else {}))
    at.session_state[f"export:{key}"] = True
    return at.run()


def labels(at: AppTest) -> list[str]:
    return [str(button.proto.label) for button in at.get("download_button")]


def test_a_clinician_takes_results_signals_and_the_recording_and_nothing_is_built_before(
    launch: Launch,
) -> None:
    services = FakeServices({CODE: make_review(CODE)})
    at = opened(launch, services)
    assert not at.exception
    assert labels(at) == [
        "Excel",
        "CSV",
        "MATLAB",
        "JSON",
        "Parquet",
        "CSV",
        "MATLAB",
        "Parquet",
        "C3D",
        "C3D",
    ]
    assert "9f2c" * 16 in texts(at)
    assert services.exports.built == []


def test_a_researcher_gets_no_recording_and_is_told_what_is_left_out(launch: Launch) -> None:
    services = FakeServices({CODE: make_review(CODE)}, profile=RESEARCHER, notes=FakeNotes(may_read=False))
    at = opened(launch, services)
    assert labels(at)[-1] == "C3D"
    assert len(labels(at)) == 9
    assert "Without dates, names and free text." in texts(at)
    assert not [box for box in at.checkbox if "notes" in box.label]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NotFoundError("gone"), "no longer in the store; its results are"),
        (StorageUnavailableError("away"), "cannot be reached at the moment; its results can"),
    ],
)
def test_without_the_file_only_results_are_offered(launch: Launch, error: Exception, said: str) -> None:
    services = FakeServices({CODE: make_review(CODE)})
    services.exports.recording_error = error
    at = opened(launch, services)
    assert len(labels(at)) == 5
    assert said in texts(at)


def test_a_selection_says_how_many_sessions_leave(launch: Launch) -> None:
    services = FakeServices({code: make_review(code) for code in (CODE, "P001S002")})
    at = opened(launch, services, "sessions.py", "sessions")
    assert labels(at) == ["Excel", "CSV", "MATLAB", "JSON", "Parquet"]
    assert "2 sessions: channels, contractions" in texts(at)
    assert services.exports.built == []


def test_an_empty_selection_offers_nothing(launch: Launch) -> None:
    at = opened(launch, FakeServices(), "sessions.py", "sessions")
    assert labels(at) == []
    assert "nothing to export" in texts(at)


def test_of_a_session_that_could_not_be_read_its_row_and_its_file_are_offered(launch: Launch) -> None:
    failed = make_review(CODE, status="failed", failure="The file ends inside its header.")
    at = opened(launch, FakeServices({CODE: failed}))
    assert not at.exception
    assert labels(at) == ["Excel", "CSV", "MATLAB", "JSON", "Parquet", "C3D"]
