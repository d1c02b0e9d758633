"""From the bytes of a recording to statistics and a score, whichever entry point asks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import perf_counter
from typing import TypeAlias

from processing.emg.analysis import analyse_recording
from processing.emg.parameters import AnalysisParameters, SessionTargets
from processing.emg.results import ChannelAnalysis, Mvc
from processing.recording import Recording, RecordingMetadata, Side
from processing.scoring.configuration import ScoringConfiguration
from processing.scoring.model import ScoreInputs, SessionScore
from processing.scoring.muscle import count_muscle
from processing.scoring.session import score_session
from processing.use_cases.recording_date import credible_date, with_doubt
from processing.version import PIPELINE_VERSION

# Called as reader(data, file_name=...).
Reader: TypeAlias = Callable[..., Recording]


@dataclass(frozen=True, slots=True)
class AnalysedRecording:
    """Everything that is kept of one recording: no samples.

    ``timings_ms`` holds ``read``, ``quality``, ``detection``, ``measures`` and ``total``. ``recorded_at`` is when the
    recording was made, None where that is not known or cannot be; ``metadata`` has what the file says.
    """

    file_name: str
    sha256: str
    size_bytes: int
    metadata: RecordingMetadata
    channels: tuple[ChannelAnalysis, ...]
    score: SessionScore
    parameters: AnalysisParameters
    targets: SessionTargets
    scoring: ScoringConfiguration
    pipeline_version: str
    timings_ms: dict[str, float]
    recorded_at: datetime | None = None


def analyse_bytes(
    data: bytes,
    *,
    file_name: str,
    reader: Reader,
    parameters: AnalysisParameters | None = None,
    targets: SessionTargets | None = None,
    mvc: Mapping[Side, Mvc] | Mapping[str, Mvc] | None = None,
    scoring: ScoringConfiguration | None = None,
    perceived_effort_cr10: float | None = None,
    bfr_percent_aop: float | None = None,
    game_max_points: float | None = None,
    arrived_at: datetime | None = None,
) -> AnalysedRecording:
    """Return the analysis and the score of one file.

    Parameters
    ----------
    data : bytes
        The whole file.
    file_name : str
        Its name, for the record and the check of the date.
    reader : callable
        ``reader(data, file_name=...)`` returns the Recording.
    parameters, targets, scoring
        Settings; the defaults where left out.
    mvc : mapping of str to Mvc, optional
        Reference amplitudes known from elsewhere, by side or channel name. A value in the file goes first.
    perceived_effort_cr10, bfr_percent_aop, game_max_points : float, optional
        What a person entered; it goes before what the file holds.
    arrived_at : datetime, optional
        When the file was there, with its zone: a recording cannot be of a later date. Now, if left out.

    Returns
    -------
    AnalysedRecording

    Raises
    ------
    ProcessingError
        Whatever the reader raises, and InvalidParameterError for impossible settings.
    """
    begin = perf_counter()
    recording = reader(data, file_name=file_name)
    read_ms = _since(begin)
    arrived_at = arrived_at or datetime.now(UTC)
    recording = replace(recording, metadata=with_doubt(recording.metadata, arrived_at))
    targets = targets or SessionTargets()
    scoring = scoring or ScoringConfiguration()
    analysis = analyse_recording(
        recording,
        parameters=parameters,
        targets=targets,
        mvc={str(key): value for key, value in (mvc or {}).items()},
    )
    score = score_channels(
        analysis.channels,
        metadata=recording.metadata,
        targets=targets,
        scoring=scoring,
        perceived_effort_cr10=perceived_effort_cr10,
        bfr_percent_aop=bfr_percent_aop,
        game_max_points=game_max_points,
    )
    return AnalysedRecording(
        file_name=file_name,
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        metadata=recording.metadata,
        channels=analysis.channels,
        score=score,
        parameters=analysis.parameters,
        targets=targets,
        scoring=scoring,
        pipeline_version=PIPELINE_VERSION,
        timings_ms={"read": read_ms, **analysis.timings_ms, "total": _since(begin)},
        recorded_at=credible_date(recording.metadata.recorded_at, arrived_at),
    )


def score_channels(
    channels: tuple[ChannelAnalysis, ...],
    *,
    metadata: RecordingMetadata,
    targets: SessionTargets,
    scoring: ScoringConfiguration | None = None,
    perceived_effort_cr10: float | None = None,
    bfr_percent_aop: float | None = None,
    game_max_points: float | None = None,
) -> SessionScore:
    """Return the score of channels that are analysed already; needs no samples, so inputs may change later.

    Entered values go before those in the file. A recording without a side for its channels is scored as one
    whose sides are not judged.
    """
    return score_session(
        score_inputs(
            channels,
            metadata=metadata,
            targets=targets,
            perceived_effort_cr10=perceived_effort_cr10,
            bfr_percent_aop=bfr_percent_aop,
            game_max_points=game_max_points,
        ),
        scoring,
    )


def score_inputs(
    channels: tuple[ChannelAnalysis, ...],
    *,
    metadata: RecordingMetadata,
    targets: SessionTargets,
    perceived_effort_cr10: float | None = None,
    bfr_percent_aop: float | None = None,
    game_max_points: float | None = None,
) -> ScoreInputs:
    """Return what :func:`score_channels` scores: the counts of both legs, and what was recorded beside them."""
    measures = metadata.measures
    by_side = {channel.side: channel for channel in reversed(channels) if channel.side is not None}
    return ScoreInputs(
        left=count_muscle(by_side.get("left"), targets.for_side("left").expected_contractions),
        right=count_muscle(by_side.get("right"), targets.for_side("right").expected_contractions),
        perceived_effort_cr10=first_known(perceived_effort_cr10, measures.perceived_effort_cr10),
        bfr_percent_aop=first_known(bfr_percent_aop, measures.bfr_percent_aop),
        game_points=metadata.game.score,
        game_max_points=first_known(game_max_points, measures.game_max_points),
    )


def first_known(entered: float | None, in_file: float | None) -> float | None:
    """Return what a person entered, else what the file holds."""
    return entered if entered is not None else in_file


def _since(begin: float) -> float:
    """Return the milliseconds since a moment."""
    return 1e3 * (perf_counter() - begin)
