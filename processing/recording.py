"""A recording as the rest of the product sees it, whatever file it came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.floating]
BoolArray: TypeAlias = NDArray[np.bool_]

Side: TypeAlias = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """One EMG channel as the file declares it.

    ``name`` is the short stable name (``CH1`` for GHOSTLY files, else the file's label), ``label`` the file's own
    words, ``index`` the position among the file's analog channels, ``activated_index`` that of the game's own
    detector for this channel. ``volts_per_unit`` turns the stored values into volts; ``unit_assumed`` says that the
    file does not name a unit. ``side`` is what the label names, the game's convention
    gives or a person said; a leg has one channel.
    """

    name: str
    label: str
    index: int
    side: Side | None
    unit: str
    unit_assumed: bool
    volts_per_unit: float
    activated_index: int | None = None


@dataclass(frozen=True, slots=True)
class ClockCheck:
    """Whether the declared rate agrees with the duration the game measured by the wall clock.

    ``consistent`` is None when the file does not hold a duration. ``message`` is one sentence for a clinician.
    """

    declared_rate_hz: float
    declared_duration_s: float | None
    samples_duration_s: float
    suggested_rate_hz: float | None
    consistent: bool | None
    message: str


@dataclass(frozen=True, slots=True)
class GameInfo:
    """What the game wrote about itself; None means that the file does not say."""

    name: str | None = None
    level: int | None = None
    score: float | None = None
    version: str | None = None
    player_name: str | None = None
    therapist_id: str | None = None
    group_id: str | None = None


@dataclass(frozen=True, slots=True)
class RecordedMeasures:
    """Clinical values that some files hold; None means not recorded.

    ``mvc_v`` maps a channel name to its maximum voluntary contraction in volts.
    """

    mvc_v: dict[str, float] = field(default_factory=dict)
    perceived_effort_cr10: float | None = None
    bfr_percent_aop: float | None = None
    game_max_points: float | None = None


@dataclass(frozen=True, slots=True)
class RecordingMetadata:
    """All that the header and parameter blocks say; needs no samples.

    ``recorded_at`` is the tablet's local time, without a zone. ``notices`` are sentences for the clinician
    (assumed unit, default player name, file name and header that disagree). ``analog_units`` are the units of
    ``analog_labels`` as the file spells them, ``""`` where it names none.
    """

    sampling_rate_hz: float
    n_samples: int
    duration_s: float
    channels: tuple[ChannelInfo, ...]
    analog_labels: tuple[str, ...]
    recorded_at: datetime | None
    clock_check: ClockCheck
    game: GameInfo
    measures: RecordedMeasures
    notices: tuple[str, ...] = ()
    analog_units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """Metadata and samples of one game session.

    ``emg_v`` has shape (n_channels, n_samples), float32, volts, in the order of ``metadata.channels``.
    ``activated_v`` maps a channel name to the game's own online envelope, shape (n_samples,), volts.
    """

    metadata: RecordingMetadata
    emg_v: FloatArray
    activated_v: dict[str, FloatArray] = field(default_factory=dict)
