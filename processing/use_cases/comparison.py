"""Two sessions of one patient side by side: what was measured in each, and what of it can be compared at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from processing.emg.results import ChannelAnalysis
from processing.errors import InvalidParameterError
from processing.recording import RecordedMeasures, Side
from processing.scoring.baseline import Span
from processing.use_cases.comparability import Comparability, LegOfSession, comparability
from processing.use_cases.mvc_breaks import SIDES, Reference
from processing.use_cases.read_models import SessionResult, SessionReview


@dataclass(frozen=True, slots=True)
class LegMeasures:
    """What one leg did in one session; None is not recorded, or not judged.

    ``good`` is (certainly, at most): without an MVC nobody knows how strong a held contraction was. ``plateau_uv`` is
    the median plateau of the RMS envelope over the contractions; ``percent_mvc`` the same in percent of the MVC.
    """

    side: Side
    judged: bool
    expected: int | None
    found: int | None = None
    good: Span | None = None
    mean_hold_s: float | None = None
    plateau_uv: float | None = None
    percent_mvc: float | None = None


@dataclass(frozen=True, slots=True)
class SessionMeasures:
    """One session as it is compared; of effort and pressure the value that counts, entered or in the file."""

    session_code: str
    at: datetime
    legs: tuple[LegMeasures, LegMeasures]
    symmetry: float | None
    effort_cr10: float | None
    percent_aop: float | None

    def leg(self, side: Side) -> LegMeasures:
        """Return one leg."""
        return self.legs[SIDES.index(side)]


@dataclass(frozen=True, slots=True)
class SessionComparison:
    """Two sessions, the earlier first unless somebody chose otherwise, with the guard's word on each leg.

    ``same_recording`` says that both sessions hold the same bytes: every difference is then one of settings.
    """

    a: SessionReview
    b: SessionReview
    measures: tuple[SessionMeasures, SessionMeasures]
    guard: tuple[Comparability, Comparability]
    same_recording: bool

    def of(self, side: Side) -> Comparability:
        """Return whether a leg's amplitudes can be compared."""
        return self.guard[SIDES.index(side)]

    @property
    def in_percent_mvc(self) -> bool:
        """Whether every leg that can be compared has an MVC in both sessions, so that % MVC is the better unit."""
        legs = [
            (m.leg(side).percent_mvc is not None)
            for side in SIDES
            if self.of(side).amplitude
            for m in self.measures
        ]
        return bool(legs) and all(legs)


def compare_sessions(a: SessionReview, b: SessionReview) -> SessionComparison:
    """Put two sessions side by side.

    Raises
    ------
    InvalidParameterError
        If they are one and the same session, or of different patients.
    """
    code_a, code_b = a.summary.session_code, b.summary.session_code
    if code_a == code_b:
        raise InvalidParameterError(f"{code_a} cannot be compared with itself; choose a second session.")
    if a.summary.patient_code != b.summary.patient_code:
        raise InvalidParameterError(
            f"{code_a} and {code_b} are of different patients; choose two of one patient."
        )
    left, right = (comparability(leg_of(a, side), leg_of(b, side)) for side in SIDES)
    same = a.result is not None and b.result is not None and a.result.file_sha256 == b.result.file_sha256
    return SessionComparison(a, b, (measures_of(a), measures_of(b)), (left, right), same)


def leg_of(review: SessionReview, side: Side) -> LegOfSession:
    """Return one leg of a session as the guard looks at it."""
    result = review.result
    channel = _channel(result, side)
    info = None
    if result is not None and channel is not None:
        info = next((info for info in result.metadata.channels if info.name == channel.name), None)
    return LegOfSession(
        side,
        channel,
        None if info is None else info.unit,
        info is not None and info.unit_assumed,
        None if result is None else result.pipeline_version,
        _reference(review, channel, side),
    )


def measures_of(review: SessionReview) -> SessionMeasures:
    """Return what a session is compared by; a value that was entered goes before the file's."""
    summary, inputs, result = review.summary, review.inputs, review.result
    in_file = RecordedMeasures() if result is None else result.metadata.measures
    return SessionMeasures(
        summary.session_code,
        summary.recorded_at or summary.received_at,
        (_leg_measures(result, "left"), _leg_measures(result, "right")),
        None if result is None else result.score.symmetry,
        _first(inputs.perceived_effort_cr10, in_file.perceived_effort_cr10),
        _first(inputs.bfr_percent_aop, in_file.bfr_percent_aop),
    )


def _first(entered: float | None, in_file: float | None) -> float | None:
    return in_file if entered is None else entered


def _channel(result: SessionResult | None, side: Side) -> ChannelAnalysis | None:
    channels = () if result is None else result.channels
    return next((channel for channel in channels if channel.side == side), None)


def _reference(review: SessionReview, channel: ChannelAnalysis | None, side: Side) -> Reference:
    mvc = None if channel is None else channel.mvc
    if mvc is None or not mvc.assessable:
        return Reference(side, None, None)
    of_patient = review.inputs.patient_mvc_left if side == "left" else review.inputs.patient_mvc_right
    return Reference(side, mvc.value_uv, mvc.source, of_patient if mvc.source == "patient" else None)


def _leg_measures(result: SessionResult | None, side: Side) -> LegMeasures:
    channel = _channel(result, side)
    expected = None
    if result is not None:
        expected = (result.score.left if side == "left" else result.score.right).expected
    if channel is None or channel.quality.verdict == "not_judged":
        return LegMeasures(side, judged=False, expected=expected)
    held = [c for c in channel.contractions if c.meets_duration]
    durations = [c.duration_s for c in channel.contractions]
    plateau, mvc = channel.amplitude.plateau_uv, channel.mvc
    percent = None
    if plateau is not None and mvc is not None and mvc.assessable and mvc.value_uv > 0:
        percent = 100 * plateau / mvc.value_uv
    return LegMeasures(
        side,
        judged=True,
        expected=expected,
        found=len(channel.contractions),
        good=(
            float(sum(bool(c.meets_intensity) for c in held)),
            float(sum(c.meets_intensity is not False for c in held)),
        ),
        mean_hold_s=sum(durations) / len(durations) if durations else None,
        plateau_uv=plateau,
        percent_mvc=percent,
    )
