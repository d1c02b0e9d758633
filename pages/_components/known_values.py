"""What is known beside the signals, where it comes from, and what the file holds before anyone enters anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from pages._components import local_time, words
from pages._components.mvc_passport.circumstances import circumstances
from processing.emg.results import ChannelAnalysis
from processing.language import gettext as _
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
            value = words.number(self.entered, self.unit)
            if self.since is None:
                said = _("{value}, entered").format(value=value)
            else:
                said = _("{value}, entered {since}").format(value=value, since=since_words(self.since))
            if self.in_file is None or self.in_file == self.entered:
                return said
            held = words.number(self.in_file, self.unit)
            return _("{value} (the file holds {held})").format(value=said, held=held)
        if self.in_file is not None:
            return _("{value}, from the file").format(value=words.number(self.in_file, self.unit))
        return words.not_recorded()


def since_words(since: Entered) -> str:
    """Say when and, where that is known, by whom a value was entered."""
    moment = local_time.moment(since.at)
    if not since.by:
        return moment
    return _("{moment} by {person}").format(moment=moment, person=words.plain(since.by))


def known_values(inputs: SessionInputs | None, measures: RecordedMeasures) -> tuple[Known, Known, Known]:
    """Return effort, pressure and points; without inputs nobody could enter anything."""
    entered = inputs or SessionInputs()
    since = entered.entered.get
    return (
        Known(
            _("Perceived effort (CR10)"),
            "",
            entered.perceived_effort_cr10,
            measures.perceived_effort_cr10,
            since("perceived_effort_cr10"),
        ),
        Known(
            _("BFR pressure"),
            _("% AOP"),
            entered.bfr_percent_aop,
            measures.bfr_percent_aop,
            since("bfr_percent_aop"),
        ),
        Known(
            _("Maximum game points"),
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
    return mvc + [
        _("{name}: {value}").format(name=known.label, value=known) for known in known_values(inputs, measures)
    ]


def _mvc_line(channel: ChannelAnalysis, inputs: SessionInputs | None) -> str:
    side = words.plain(words.side_word(channel.side, channel.name))
    line = words.mvc_words(channel.mvc, side)
    if inputs is None or channel.side is None or channel.mvc is None:
        return line
    source, value = channel.mvc.source, words.number(channel.mvc.value_uv, "µV")
    if source == "session":
        since = inputs.entered.get(f"mvc_{channel.side}_uv")
        if since is None:
            return _("MVC {side}: {value}, entered, for this session").format(side=side, value=value)
        said = _("MVC {side}: {value}, entered {since}, for this session")
        return said.format(side=side, value=value, since=since_words(since))
    of_patient = patient_mvc(inputs, channel.side)
    if source == "patient" and of_patient is not None:
        how = circumstances(of_patient, on=inputs.day)
        return _("{mvc}: {circumstances}").format(mvc=line, circumstances=how) + _undated(inputs)
    entered = _entered_mvc_uv(inputs, channel.side)
    if source == "file" and entered is not None:
        said = _("{mvc}, which goes before the {value} entered")
        return said.format(mvc=line, value=words.number(entered, "µV"))
    if source == "file" and of_patient is not None:
        said = _("{mvc}, which goes before the patient's {value}")
        return said.format(mvc=line, value=words.number(of_patient.value_uv, "µV"))
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
    said = _("recording date not recorded; the day of arrival counts: {day}")
    return f" · {said.format(day=local_time.day(inputs.day))}"


def targets_line(inputs: SessionInputs) -> str:
    """Say what the session is measured against, who said so, and of which day that is."""
    return f"{_targets(inputs)}{_undated(inputs)}"


def _targets(inputs: SessionInputs) -> str:
    own = targets_words(inputs)
    if inputs.targets_source == "prescription" and inputs.prescription is not None:
        day = local_time.day(inputs.prescription.valid_from)
        return _("Targets: prescription of {day} ({targets})").format(day=day, targets=own)
    if inputs.targets_source == "default":
        said = _("Targets: the trial's default ({targets}); nothing was prescribed for this day")
        return said.format(targets=own)
    since = inputs.entered.get("targets")
    changed = _("Targets: changed for this session ({targets})").format(targets=own)
    if since is not None:
        said = _("Targets: changed for this session {since} ({targets})")
        changed = said.format(since=since_words(since), targets=own)
    if inputs.prescription is None:
        return _("{targets}, instead of the trial's default").format(targets=changed)
    day = local_time.day(inputs.prescription.valid_from)
    return _("{targets}, instead of the prescription of {day}").format(targets=changed, day=day)


def targets_words(inputs: SessionInputs) -> str:
    """Return the targets in a few words, a leg of its own only where it differs."""
    left, right = (inputs.targets.for_side(side) for side in ("left", "right"))
    expected = _both(left.expected_contractions, right.expected_contractions)
    percent = _both(words.number(left.target_percent_mvc, "%"), words.number(right.target_percent_mvc, "%"))
    hold = words.number(left.target_duration_s, "s")
    said = _("{expected} contractions, {percent} MVC, held {hold}")
    return said.format(expected=expected, percent=percent, hold=hold)


def _both(left: object, right: object) -> str:
    return f"{left}" if left == right else f"L ● {left} / R ▲ {right}"
