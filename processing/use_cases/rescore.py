"""What a person enters changes counts and score at once; no sample is needed for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from processing.emg.results import ChannelAnalysis
from processing.emg.targets import choose_mvc, reapply_targets
from processing.recording import RecordingMetadata
from processing.scoring.model import SessionScore
from processing.use_cases.analyse import score_channels
from processing.use_cases.process_session import entered_mvc
from processing.use_cases.read_models import SessionInputs


@dataclass(frozen=True, slots=True)
class ScoreRange:
    """A score from 0 to 100, or None with the range that it could take; all None where nothing is known of it."""

    total: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class JudgedAgain:
    """One session whose stored statistics were compared with other targets or another MVC."""

    session_code: str
    before: ScoreRange
    after: ScoreRange


@dataclass(frozen=True, slots=True)
class Effects:
    """What a change for a patient does to their sessions.

    ``judged`` are those with a result, ``n_waiting`` those that take the change with their first result.
    """

    judged: tuple[JudgedAgain, ...] = ()
    n_waiting: int = 0

    @property
    def moved(self) -> tuple[JudgedAgain, ...]:
        """Return the sessions whose score, or its range, is another one now."""
        return tuple(each for each in self.judged if each.before != each.after)


def rescore(
    channels: Sequence[ChannelAnalysis], metadata: RecordingMetadata, inputs: SessionInputs
) -> tuple[tuple[ChannelAnalysis, ...], SessionScore]:
    """Return the channels and the score of a recording as they are with other inputs.

    Detection and amplitudes stay as they were measured; only what is compared with targets changes. The score is made
    with ``inputs.scoring``, which is what the session was scored with.
    """
    given = {str(side): mvc for side, mvc in entered_mvc(inputs).items()}
    measured = tuple(
        reapply_targets(
            channel,
            targets=inputs.targets,
            mvc=choose_mvc(channel.name, channel.side, file_mvc_v=metadata.measures.mvc_v, given=given),
        )
        for channel in channels
    )
    score = score_channels(
        measured,
        metadata=metadata,
        targets=inputs.targets,
        scoring=inputs.scoring,
        perceived_effort_cr10=inputs.perceived_effort_cr10,
        bfr_percent_aop=inputs.bfr_percent_aop,
        game_max_points=inputs.game_max_points,
    )
    return measured, score
