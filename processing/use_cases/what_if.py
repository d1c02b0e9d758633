"""A session judged against other targets beside how it is judged now; nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from processing.emg.results import ChannelAnalysis, Contraction
from processing.recording import RecordingMetadata, Side
from processing.scoring.gains import Gain, best_gains
from processing.scoring.model import SessionScore
from processing.use_cases.analyse import first_known, score_inputs
from processing.use_cases.read_models import SessionInputs
from processing.use_cases.rescore import rescore


@dataclass(frozen=True, slots=True)
class ClassChange:
    """One contraction that is judged differently; ``index`` counts from 0 in its channel."""

    channel: str
    side: Side | None
    index: int
    before: Contraction
    after: Contraction


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A session with its own inputs and with others, side by side."""

    before: tuple[ChannelAnalysis, ...]
    after: tuple[ChannelAnalysis, ...]
    score_before: SessionScore
    score_after: SessionScore
    changes: tuple[ClassChange, ...]


def effective_inputs(inputs: SessionInputs, metadata: RecordingMetadata) -> SessionInputs:
    """Return the inputs with what counts now: what a person entered, else what the file holds, else None."""
    measures = metadata.measures
    return replace(
        inputs,
        perceived_effort_cr10=first_known(inputs.perceived_effort_cr10, measures.perceived_effort_cr10),
        bfr_percent_aop=first_known(inputs.bfr_percent_aop, measures.bfr_percent_aop),
        game_max_points=first_known(inputs.game_max_points, measures.game_max_points),
    )


def what_if(
    channels: Sequence[ChannelAnalysis],
    metadata: RecordingMetadata,
    *,
    now: SessionInputs,
    then: SessionInputs,
) -> WhatIf:
    """Return how a session would be judged with other inputs, by the rules that judge it now.

    Parameters
    ----------
    channels : sequence of ChannelAnalysis
        As the session shows them: contractions that a person rejected are no longer among them.
    metadata : RecordingMetadata
        For what the file itself holds.
    now, then : SessionInputs
        What the session is measured against, and what is tried.
    """
    before, score_before = rescore(channels, metadata, now)
    after, score_after = rescore(channels, metadata, then)
    changes = tuple(
        ClassChange(one.name, one.side, index, old, new)
        for one, other in zip(before, after, strict=True)
        for index, (old, new) in enumerate(zip(one.contractions, other.contractions, strict=True))
        if (old.meets_intensity, old.meets_duration) != (new.meets_intensity, new.meets_duration)
    )
    return WhatIf(before, after, score_before, score_after, changes)


def gains_of(
    channels: Sequence[ChannelAnalysis], metadata: RecordingMetadata, inputs: SessionInputs
) -> tuple[Gain, ...]:
    """Return what would raise a session's score, the most first."""
    return best_gains(
        score_inputs(
            tuple(channels),
            metadata=metadata,
            targets=inputs.targets,
            perceived_effort_cr10=inputs.perceived_effort_cr10,
            bfr_percent_aop=inputs.bfr_percent_aop,
            game_max_points=inputs.game_max_points,
        ),
        inputs.scoring,
    )
