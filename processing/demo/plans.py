"""Six invented sessions of three invented patients: what each is to show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

DROPOUT_SAMPLES: Final = 270
DROPOUT_V: Final = -5.5e-3


@dataclass(frozen=True, slots=True)
class MusclePlan:
    """How one quadriceps worked: amplitudes are RMS in microvolts, times in seconds.

    ``effort_range`` is the share of ``mvc_uv`` that contractions reach; ``hold_range_s`` their length.
    ``fatigue`` is the share by which the spectrum has sunk at the last contraction. A muscle without
    contractions is a sensor that lies on the table.
    """

    mvc_uv: float
    n_contractions: int = 12
    effort_range: tuple[float, float] = (0.70, 1.0)
    hold_range_s: tuple[float, float] = (1.6, 3.4)
    noise_uv: float = 4.0
    mains_uv: float = 1.5
    offset_uv: float = -8.0
    fatigue: float = 0.0
    n_dropouts: int = 0


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """One game session: who, when, what the game wrote, and how both muscles worked."""

    patient_code: str
    recorded_at: datetime
    file_fraction: int
    left: MusclePlan
    right: MusclePlan
    level: int
    score: float
    player_name: str = "Default"
    # The real files' clocks run at about 1000 Hz while they declare 990; one of these agrees with its
    # declaration.
    true_rate_hz: float = 1000.0
    records_mvc: bool = False
    perceived_effort_cr10: int | None = None
    bfr_percent_aop: float | None = None
    max_points: float | None = None

    @property
    def object_name(self) -> str:
        """Where the bucket keeps the file."""
        stamp = f"{self.recorded_at:%Y%m%d_%H-%M-%S}"
        return f"{self.patient_code}/Ghostly_Emg_{stamp}-{self.file_fraction:04d}.c3d"


SESSIONS: Final = (
    # A good session, everything recorded.
    SessionPlan(
        patient_code="P001",
        recorded_at=datetime(2026, 3, 10, 10, 15, 32),
        file_fraction=412,
        left=MusclePlan(mvc_uv=310.0, effort_range=(0.74, 0.98), hold_range_s=(2.1, 3.2)),
        right=MusclePlan(mvc_uv=345.0, effort_range=(0.76, 1.0), hold_range_s=(2.1, 3.2)),
        level=4,
        score=23.0,
        records_mvc=True,
        perceived_effort_cr10=5,
        max_points=24.0,
    ),
    # Three days later, under restriction: harder, so some holds are short.
    SessionPlan(
        patient_code="P001",
        recorded_at=datetime(2026, 3, 13, 10, 20, 5),
        file_fraction=127,
        left=MusclePlan(mvc_uv=310.0, effort_range=(0.66, 0.95), hold_range_s=(1.5, 3.0)),
        right=MusclePlan(mvc_uv=345.0, effort_range=(0.70, 0.98), hold_range_s=(1.7, 3.1), n_contractions=11),
        level=5,
        score=19.0,
        records_mvc=True,
        perceived_effort_cr10=6,
        bfr_percent_aop=50.0,
        max_points=24.0,
    ),
    # The radio link to the left sensor broke three times; nothing clinical is recorded, as in most real
    # files.
    SessionPlan(
        patient_code="P002",
        recorded_at=datetime(2026, 3, 11, 14, 2, 41),
        file_fraction=893,
        left=MusclePlan(mvc_uv=240.0, n_dropouts=3),
        right=MusclePlan(mvc_uv=225.0, hold_range_s=(1.2, 2.8)),
        level=2,
        score=15.0,
    ),
    # The right sensor was never put on.
    SessionPlan(
        patient_code="P002",
        recorded_at=datetime(2026, 3, 16, 14, 10, 18),
        file_fraction=350,
        left=MusclePlan(mvc_uv=250.0, hold_range_s=(1.8, 3.2)),
        right=MusclePlan(mvc_uv=0.0, n_contractions=0, noise_uv=1.4, mains_uv=0.4, offset_uv=-2.0),
        level=2,
        score=9.0,
    ),
    # Hard work: the spectrum sinks from contraction to contraction.
    SessionPlan(
        patient_code="P003",
        recorded_at=datetime(2026, 3, 12, 9, 31, 7),
        file_fraction=664,
        left=MusclePlan(mvc_uv=180.0, effort_range=(0.78, 1.0), hold_range_s=(2.2, 3.8), fatigue=0.35),
        right=MusclePlan(mvc_uv=205.0, effort_range=(0.76, 1.0), hold_range_s=(2.2, 3.6), fatigue=0.25),
        level=3,
        score=21.0,
        true_rate_hz=990.0,
        records_mvc=True,
        perceived_effort_cr10=7,
    ),
    # One-sided: the left does less, for shorter, in fewer contractions.
    SessionPlan(
        patient_code="P003",
        recorded_at=datetime(2026, 3, 17, 9, 28, 54),
        file_fraction=219,
        left=MusclePlan(mvc_uv=175.0, effort_range=(0.45, 0.85), hold_range_s=(0.9, 2.4), n_contractions=9),
        right=MusclePlan(mvc_uv=205.0, mains_uv=5.0),
        level=3,
        score=12.0,
    ),
)
