"""What is known beside the signals, where it comes from, and what the file holds before anyone enters anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from pages._components import local_time, words
from pages._components.mvc_passport.circumstances import circumstances
from processing.emg.results import ChannelAnalysis
from processing.recording import RecordedMeasures, Side
from processing.use_cases.mvc import MvcMeasurement
from processing.use_cases.read_models import Entered, SessionInputs


@dataclass(frozen=True, slots=True)
class Known:
    """A value that a person may enter and a file may hold; the entered one goes first."""

    label: str
    unit: str
    entered: float | None
    in_file: float | None
    since: Entered | None = None

    def __str__(self) -> str:
        """The value that counts, and its source."""
        if self.entered is not None:
            held = words.number(self.in_file, self.unit, missing="")
            replaced = f" (the file holds {held})" if held and self.in_file != self.entered else ""
            return f"{words.number(self.entered, self.unit)}, entered{entered_words(self.since)}{replaced}"
        if self.in_file is not None:
            return f"{words.number(self.in_file, self.unit)}, from the file"
        return words.NOT_RECORDED


def entered_words(since: Entered | None) -> str:
    """Say when and by whom a value was entered, as it follows ``entered``; nothing where that is not known."""
    if since is None:
        return ""
    by = f" by {words.plain(since.by)}" if since.by else ""
    return f" {local_time.moment(since.at)}{by}"


def known_values(inputs: SessionInputs | None, measures: RecordedMeasures) -> tuple[Known, Known, Known]:
    """Return effort, pressure and points; without inputs nobody could enter anything."""
    entered = inputs or SessionInputs()
    since = entered.entered.get
    return (
        Known(
            "Perceived effort (CR10)",
            "",
            entered.perceived_effort_cr10,
            measures.perceived_effort_cr10,
            since("perceived_effort_cr10"),
        ),
        Known(
            "BFR pressure",
            "% AOP",
            entered.bfr_percent_aop,
            measures.bfr_percent_aop,
            since("bfr_percent_aop"),
        ),
        Known(
            "Maximum game points",
            "",
            entered.game_max_points,
            measures.game_max_points,
            since("game_max_points"),
        ),
    )


def known_lines(
    inputs: SessionInputs | None, measures: RecordedMeasures, channels: Sequence[ChannelAnalysis]
) -> list[str]:
    """Return one line for each value that counts, the MVC of each muscle first."""
    mvc = [_mvc_line(channel, inputs) for channel in channels]
    return mvc + [f"{known.label}: {known}" for known in known_values(inputs, measures)]


def _mvc_line(channel: ChannelAnalysis, inputs: SessionInputs | None) -> str:
    line = words.mvc_words(channel.mvc, words.side_word(channel.side, channel.name))
    source = None if channel.mvc is None else channel.mvc.source
    if inputs is None or channel.side is None or source is None:
        return line
    if source == "session":
        return f"{line}{entered_words(inputs.entered.get(f'mvc_{channel.side}_uv'))}, for this session"
    of_patient = patient_mvc(inputs, channel.side)
    if source == "patient" and of_patient is not None:
        return f"{line}: {circumstances(of_patient, on=inputs.day)}{_undated(inputs)}"
    entered = _entered_mvc_uv(inputs, channel.side)
    if source == "file" and entered is not None:
        return f"{line}, which goes before the {words.number(entered, 'µV')} entered"
    if source == "file" and of_patient is not None:
        return f"{line}, which goes before the patient's {words.number(of_patient.value_uv, 'µV')}"
    return line


def patient_mvc(inputs: SessionInputs, side: Side) -> MvcMeasurement | None:
    """Return the patient's measurement that holds on the session's day."""
    return inputs.patient_mvc_left if side == "left" else inputs.patient_mvc_right


def _entered_mvc_uv(inputs: SessionInputs, side: Side) -> float | None:
    return inputs.mvc_left_uv if side == "left" else inputs.mvc_right_uv


def file_mvc_uv(measures: RecordedMeasures, channels: Sequence[ChannelAnalysis], side: Side) -> float | None:
    """Return the MVC that the file holds for a leg; a value that is not positive counts as not recorded."""
    for channel in channels:
        volts = measures.mvc_v.get(channel.name)
        if channel.side == side and volts is not None and isfinite(volts) and volts > 0:
            return 1e6 * volts
    return None


def _undated(inputs: SessionInputs) -> str:
    """Say that a recording without a date is judged by what held when it arrived; nothing where it has one."""
    if not inputs.day_of_arrival:
        return ""
    return f" · recording date not recorded; the day of arrival counts: {local_time.day(inputs.day)}"


def targets_line(inputs: SessionInputs) -> str:
    """Say what the session is measured against, who said so, and of which day that is."""
    return f"{_targets(inputs)}{_undated(inputs)}"


def _targets(inputs: SessionInputs) -> str:
    own = targets_words(inputs)
    if inputs.targets_source == "prescription" and inputs.prescription is not None:
        return f"Targets: prescription of {local_time.day(inputs.prescription.valid_from)} ({own})"
    if inputs.targets_source == "default":
        return f"Targets: the trial's default ({own}); nothing was prescribed for this day"
    since = entered_words(inputs.entered.get("targets"))
    instead = (
        "the trial's default"
        if inputs.prescription is None
        else f"the prescription of {local_time.day(inputs.prescription.valid_from)}"
    )
    return f"Targets: changed for this session{since} ({own}), instead of {instead}"


def targets_words(inputs: SessionInputs) -> str:
    """Return the targets in a few words, a leg of its own only where it differs."""
    left, right = (inputs.targets.for_side(side) for side in ("left", "right"))
    expected = _both(left.expected_contractions, right.expected_contractions)
    percent = _both(words.number(left.target_percent_mvc, "%"), words.number(right.target_percent_mvc, "%"))
    return f"{expected} contractions, {percent} MVC, held {words.number(left.target_duration_s, 's')}"


def _both(left: object, right: object) -> str:
    return f"{left}" if left == right else f"L ● {left} / R ▲ {right}"
