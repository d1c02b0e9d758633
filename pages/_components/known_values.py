"""What is known beside the signals, where it comes from, and what the file holds before anyone enters anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from pages._components import words
from processing.emg.results import ChannelAnalysis
from processing.recording import RecordedMeasures, Side
from processing.use_cases.read_models import SessionInputs


@dataclass(frozen=True, slots=True)
class Known:
    """A value that a person may enter and a file may hold; the entered one goes first."""

    label: str
    unit: str
    entered: float | None
    in_file: float | None

    def __str__(self) -> str:
        """The value that counts, and its source."""
        if self.entered is not None:
            held = words.number(self.in_file, self.unit, missing="")
            replaced = f" (the file holds {held})" if held and self.in_file != self.entered else ""
            return f"{words.number(self.entered, self.unit)}, entered{replaced}"
        if self.in_file is not None:
            return f"{words.number(self.in_file, self.unit)}, from the file"
        return words.NOT_RECORDED


def known_values(inputs: SessionInputs | None, measures: RecordedMeasures) -> tuple[Known, Known, Known]:
    """Return effort, pressure and points; without inputs nobody could enter anything."""
    entered = inputs or SessionInputs()
    return (
        Known("Perceived effort (CR10)", "", entered.perceived_effort_cr10, measures.perceived_effort_cr10),
        Known("BFR pressure", "% AOP", entered.bfr_percent_aop, measures.bfr_percent_aop),
        Known("Maximum game points", "", entered.game_max_points, measures.game_max_points),
    )


def known_lines(
    inputs: SessionInputs | None, measures: RecordedMeasures, channels: Sequence[ChannelAnalysis]
) -> list[str]:
    """Return one line for each value that counts, the MVC of each muscle first."""
    mvc = [_mvc_line(channel, inputs) for channel in channels]
    return mvc + [f"{known.label}: {known}" for known in known_values(inputs, measures)]


def _mvc_line(channel: ChannelAnalysis, inputs: SessionInputs | None) -> str:
    line = words.mvc_words(channel.mvc, words.side_word(channel.side, channel.name))
    entered = _entered_mvc_uv(inputs, channel.side)
    if entered is not None and channel.mvc is not None and channel.mvc.source == "file":
        line += f", which goes before the {words.number(entered, 'µV')} entered"
    return line


def _entered_mvc_uv(inputs: SessionInputs | None, side: Side | None) -> float | None:
    if inputs is None or side is None:
        return None
    return inputs.mvc_left_uv if side == "left" else inputs.mvc_right_uv


def file_mvc_uv(measures: RecordedMeasures, channels: Sequence[ChannelAnalysis], side: Side) -> float | None:
    """Return the MVC that the file holds for a leg; a value that is not positive counts as not recorded."""
    for channel in channels:
        volts = measures.mvc_v.get(channel.name)
        if channel.side == side and volts is not None and isfinite(volts) and volts > 0:
            return 1e6 * volts
    return None
