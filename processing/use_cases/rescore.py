"""What a person enters changes counts and score at once; no sample is needed for that."""

from __future__ import annotations

from processing.emg.results import ChannelAnalysis
from processing.emg.targets import choose_mvc, reapply_targets
from processing.scoring.model import SessionScore
from processing.use_cases.analyse import score_channels
from processing.use_cases.process_session import entered_mvc
from processing.use_cases.read_models import SessionInputs, SessionReview


def rescore(
    review: SessionReview, inputs: SessionInputs
) -> tuple[tuple[ChannelAnalysis, ...], SessionScore | None]:
    """Return the channels and the score of a session as they are with other inputs.

    Detection and amplitudes stay as they were measured; only what is compared with targets changes. Without a
    result there is nothing to change: no channels and None.
    """
    result = review.result
    if result is None:
        return (), None
    given = {str(side): mvc for side, mvc in entered_mvc(inputs).items()}
    channels = tuple(
        reapply_targets(
            channel,
            targets=inputs.targets,
            mvc=choose_mvc(
                channel.name, channel.side, file_mvc_v=result.metadata.measures.mvc_v, given=given
            ),
        )
        for channel in result.channels
    )
    score = score_channels(
        channels,
        metadata=result.metadata,
        targets=inputs.targets,
        perceived_effort_cr10=inputs.perceived_effort_cr10,
        bfr_percent_aop=inputs.bfr_percent_aop,
        game_max_points=inputs.game_max_points,
    )
    return channels, score
