"""Frequencies of a session from its C3D: agreement with the analysis, and what happens when the file does not agree."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from processing.c3d import read_recording
from processing.emg.spectra import spectral_sources
from processing.errors import NotFoundError, ReplacedRecordingError
from processing.services.signal_details import SignalDetails, source_cache
from processing.use_cases.analyse import AnalysedRecording, analyse_bytes
from processing.use_cases.document import parameters_to_plain
from processing.use_cases.read_models import SessionInputs, SessionResult, SessionReview, SessionSummary
from processing.use_cases.signal_details import channel_details
from tests.builders import make_c3d

NAME = "P001/Ghostly_Emg_20250310_11-50-16-0578.c3d"
NOW = datetime(2025, 3, 10, tzinfo=UTC)


class Folder:
    """A store of one file that counts how often it is read."""

    bucket = "c3d-examples"

    def __init__(self, data: bytes | None) -> None:
        self.data = data
        self.reads = 0

    def read(self, name: str) -> bytes:
        self.reads += 1
        if self.data is None:
            raise NotFoundError(f"'{name}' is not in the bucket.")
        return self.data


@pytest.fixture(scope="module")
def c3d() -> bytes:
    """A recording with seven contractions and a drop-out in one of them, and mains on the right."""
    return make_c3d(
        contractions_s=[(t, t + 2.0) for t in range(2, 28, 4)],
        duration_s=30.0,
        dropouts_s=[[10.5], []],
        mains_uv=[0.0, 60.0],
        seed=4,
    )


@pytest.fixture(scope="module")
def analysed(c3d: bytes) -> AnalysedRecording:
    return analyse_bytes(c3d, file_name=NAME.rsplit("/", 1)[-1], reader=read_recording)


def review_of(analysed: AnalysedRecording, sha256: str | None = None) -> SessionReview:
    result = SessionResult(
        version=1,
        metadata=analysed.metadata,
        channels=analysed.channels,
        score=analysed.score,
        parameters=parameters_to_plain(analysed.parameters),
        pipeline_version=analysed.pipeline_version,
        file_sha256=sha256 or analysed.sha256,
        analysed_at=NOW,
    )
    summary = SessionSummary(
        session_id="id",
        session_code="P001S001",
        patient_code="P001",
        object_name=NAME,
        status="completed",
        received_at=NOW,
        recorded_at=None,
        duration_s=30.0,
        sides=(),
        score=None,
        score_low=None,
        score_high=None,
        failure=None,
    )
    return SessionReview(summary, "v1", None, SessionInputs(), result)


def details_of(folder: Folder) -> SignalDetails:
    return SignalDetails(folder, source_cache(64 * 1024 * 1024))  # type: ignore[arg-type]


def test_numbers_are_those_that_were_stored(c3d: bytes, analysed: AnalysedRecording) -> None:
    found = details_of(Folder(c3d)).details(review_of(analysed), part="contractions")
    assert [detail.name for detail in found] == ["CH1", "CH2"]
    for detail, channel in zip(found, analysed.channels, strict=True):
        assert len(channel.contractions) >= 6
        assert detail.frequencies.mdf_hz == pytest.approx(channel.spectrum.mdf_hz, abs=0.01)
        assert detail.frequencies.mnf_hz == pytest.approx(channel.spectrum.mnf_hz, abs=0.01)
        told = channel.fatigue
        assert detail.fatigue.fi_nsm5 == pytest.approx(told.fi_nsm5, rel=1e-3)
        assert detail.trend is not None
        assert detail.trend.slope == pytest.approx(told.mdf_slope_hz_per_contraction, abs=1e-3)
        assert detail.trend.slope_low == pytest.approx(told.ci95_low, abs=1e-3)


def test_dimitrovs_index_is_one_in_the_first_three(c3d: bytes, analysed: AnalysedRecording) -> None:
    found = details_of(Folder(c3d)).details(review_of(analysed), part="contractions")[0]
    first = [c.fi_nsm5 for c in found.contractions[:3]]
    assert all(index is not None for index in first)
    assert sum(index or 0 for index in first) / 3 == pytest.approx(1.0)


def test_mains_are_found_where_they_are(c3d: bytes, analysed: AnalysedRecording) -> None:
    left, right = details_of(Folder(c3d)).details(review_of(analysed), part="whole")
    assert left.mains_percent is not None
    assert right.mains_percent is not None
    assert left.mains_percent < 1 < 5 < right.mains_percent
    assert max(right.mains, key=lambda line: line.share_percent).frequency_hz == 50.0


def test_a_window_of_rest_is_the_rest(c3d: bytes, analysed: AnalysedRecording) -> None:
    found = details_of(Folder(c3d)).details(review_of(analysed), part="window", window_s=(8.2, 9.8))[0]
    assert found.selected is not None
    assert found.rest is not None
    assert found.selected.psd_v2_per_hz == pytest.approx(found.rest.psd_v2_per_hz)


def test_a_window_too_short_for_mains_says_nothing_about_them(
    c3d: bytes, analysed: AnalysedRecording
) -> None:
    found = details_of(Folder(c3d)).details(review_of(analysed), part="window", window_s=(8.2, 8.7))[0]
    assert found.mains == ()
    assert found.mains_percent is None


def test_too_few_contractions_have_no_trend(c3d: bytes, analysed: AnalysedRecording) -> None:
    source = spectral_sources(read_recording(c3d, file_name="a.c3d"))[0]
    few = replace(analysed.channels[0], contractions=analysed.channels[0].contractions[:4])
    found = channel_details(source, few, part="contractions")
    assert (found.trend, found.fatigue.n, found.least_contractions) == (None, 4, 6)
    assert found.fatigue.reason is not None


def test_the_file_is_read_once_for_spectra_and_spectrograms(c3d: bytes, analysed: AnalysedRecording) -> None:
    folder = Folder(c3d)
    details, review = details_of(folder), review_of(analysed)
    details.details(review, part="whole")
    details.details(review, part="window", window_s=(3.0, 9.0))
    assert details.spectrogram(review, "CH1", (3.0, 9.0)).level_db.shape[1] > 100
    assert folder.reads == 1


def test_a_file_that_was_replaced_is_not_explained(c3d: bytes, analysed: AnalysedRecording) -> None:
    folder = Folder(c3d + b"\0")
    with pytest.raises(ReplacedRecordingError, match="replaced after this analysis"):
        details_of(folder).details(review_of(analysed), part="whole")


def test_another_file_of_the_same_name_is_never_mistaken_for_this_one(
    c3d: bytes, analysed: AnalysedRecording
) -> None:
    details = details_of(Folder(c3d))
    details.details(review_of(analysed), part="whole")
    other = review_of(analysed, hashlib.sha256(b"other").hexdigest())
    with pytest.raises(ReplacedRecordingError, match="replaced"):
        details.details(other, part="whole")


def test_a_file_that_is_gone_is_said_to_be(analysed: AnalysedRecording) -> None:
    with pytest.raises(NotFoundError, match="not in the bucket"):
        details_of(Folder(None)).sources(review_of(analysed))


def test_a_session_without_a_result_has_nothing_to_explain(c3d: bytes, analysed: AnalysedRecording) -> None:
    with pytest.raises(NotFoundError, match="has no result yet"):
        details_of(Folder(c3d)).sources(replace(review_of(analysed), result=None))


def test_a_channel_that_is_not_there_has_no_spectrogram(c3d: bytes, analysed: AnalysedRecording) -> None:
    with pytest.raises(NotFoundError, match="no channel 'CH9'"):
        details_of(Folder(c3d)).spectrogram(review_of(analysed), "CH9", (0.0, 1.0))
