"""What is in a file, in three lines: when and how long, which channel is which leg, and what it does not hold."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages._components import words
from pages._components.upload.rows import state_row
from pages._components.upload.staging import Staged
from processing.emg.results import ChannelAnalysis
from processing.recording import ChannelInfo, ClockCheck, RecordedMeasures, RecordingMetadata
from processing.use_cases.analyse import AnalysedRecording


def file_cards(staged: Sequence[Staged]) -> None:
    """Draw a card for each file."""
    for file in staged:
        with st.container(border=True, gap="xsmall"):
            if file.found is None:
                state_row(words.FAILED, file.name, file.reason)
            else:
                clean = all(c.quality.verdict == "good" for c in file.found.channels)
                state_row(words.READY if clean else words.WARNINGS, file.name)
                st.markdown("  \n".join(card_lines(file.found)))


def card_lines(found: AnalysedRecording) -> list[str]:
    """Return the card's lines."""
    return [
        _recording_line(found.metadata),
        _channel_line(found.metadata.channels, found.channels),
        *_absent_line(found.metadata.measures),
    ]


def _recording_line(metadata: RecordingMetadata) -> str:
    parts = [
        words.moment(metadata.recorded_at),
        f"**{words.duration(metadata.duration_s)}** ({_clock_words(metadata.clock_check)})",
        words.plural(len(metadata.channels), "channel"),
        _unit_words(metadata.channels),
    ]
    return " · ".join(parts)


def _clock_words(clock: ClockCheck) -> str:
    if clock.consistent is None or clock.declared_duration_s is None:
        return "the game noted no duration"
    if clock.consistent:
        return "the game's clock agrees"
    return f":material/warning: the game's clock says {words.duration(clock.declared_duration_s)}"


def _unit_words(channels: Sequence[ChannelInfo]) -> str:
    units = ", ".join(sorted({channel.unit for channel in channels})) or "no unit"
    assumed = any(channel.unit_assumed for channel in channels)
    return f"unit not named: {units} assumed, shown in µV" if assumed else f"{units}, shown in µV"


def _channel_line(infos: Sequence[ChannelInfo], channels: Sequence[ChannelAnalysis]) -> str:
    found = {channel.name: channel for channel in channels}
    return "  \n".join(_one_channel(info, found.get(info.name)) for info in infos)


def _one_channel(info: ChannelInfo, channel: ChannelAnalysis | None) -> str:
    side = words.side_name(info.side, "no leg: not scored")
    line = f"{info.label} → **{words.side_mark(info.side)} {side}**"
    if channel is None:
        return line
    quality = channel.quality
    reason = words.short_reason(quality) if quality.verdict != "good" else None
    trust = f"{words.VERDICT_ICONS[quality.verdict]} signal {words.VERDICT_WORDS[quality.verdict]}"
    counted = words.plural(len(channel.contractions), "contraction")
    return f"{line} · {trust}{f': {reason}' if reason else ''} · {counted}"


def _absent_line(measures: RecordedMeasures) -> list[str]:
    absent = [
        name
        for name, held in (
            ("MVC", measures.mvc_v),
            ("cuff pressure", measures.bfr_percent_aop is not None),
            ("perceived effort", measures.perceived_effort_cr10 is not None),
        )
        if not held
    ]
    return [f":small[Not in the file: {', '.join(absent)}.]"] if absent else []
