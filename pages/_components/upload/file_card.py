"""What is in a file, in three lines: when and how long, which channel is which leg, and what it does not hold."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages._components import local_time, words
from pages._components.upload.later import ask_later
from pages._components.upload.maps import map_controls
from pages._components.upload.rows import state_row
from pages._components.upload.staging import Staged
from processing.emg.results import ChannelAnalysis
from processing.errors import TransientError
from processing.recording import ChannelInfo, GameInfo, RecordedMeasures, RecordingMetadata
from processing.services import Services
from processing.use_cases.analyse import AnalysedRecording

# So many cards fit above the picture; of more files the cards are folded.
SHOWN_OPEN = 2


def file_cards(services: Services, staged: Sequence[Staged]) -> None:
    """Draw a card for each file, those that could not be read first; of many, all that were read are folded."""
    failed = [file for file in staged if file.found is None]
    ready = [file for file in staged if file.found is not None]
    if len(staged) > 1:
        st.markdown(f"**{summary_words(len(ready), len(failed))}**")
    for file in failed:
        _card(services, file)
    opened = ready if len(ready) <= SHOWN_OPEN else ready[:1]
    for file in opened:
        _card(services, file)
    folded = ready[len(opened) :]
    if not folded:
        return
    with st.expander(f"{words.plural(len(folded), 'more file')} ready", icon=words.READY.icon):
        for file in folded:
            _card(services, file)


def summary_words(n_ready: int, n_failed: int) -> str:
    """Say how many files are ready and how many could not be read."""
    parts = [f"{n_ready} ready"] if n_ready else []
    if n_failed:
        parts.append(f"{n_failed} could not be read")
    return ", ".join(parts)


def _card(services: Services, file: Staged) -> None:
    """Draw what a file holds, which channel is which leg, what it lacks, and where it is stored already."""
    with st.container(border=True, gap="xsmall"):
        if file.found is None:
            state_row(words.FAILED, file.name, file.reason)
        else:
            clean = all(c.quality.verdict == "good" for c in file.found.channels)
            took = None if file.seconds is None else words.number(round(file.seconds, 1), "s")
            kind = words.READY if clean else words.WARNINGS
            if not words.names_a_leg(file.found.channels):
                kind = words.NO_LEG
            state_row(kind, file.name, took)
            st.markdown("  \n".join(card_lines(file.found)))
            _stored_already(services, file.found.sha256)
        map_controls(file)
        if file.found is not None:
            _absent(file.file_id, file.found.metadata.measures)


def _stored_already(services: Services, sha256: str) -> None:
    """Name the session that holds the same bytes."""
    try:
        copies = services.inbox.find_stored(sha256)
    except TransientError:
        return  # to look is possible without the database
    if not copies:
        return
    first = copies[0]
    when = local_time.moment(first.recorded_at or first.received_at)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f":material/content_copy: This recording is already stored as **{first.session_code}** ({when}).",
            width="content",
        )
        st.page_link(
            "review.py",
            label=f"Open {first.session_code}",
            icon=":material/monitoring:",
            query_params={"session": first.session_code},
        )


def _absent(file_id: str, measures: RecordedMeasures) -> None:
    """Say what the file does not hold, and offer to add it."""
    absent = absent_measures(measures)
    if not absent:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        said = ", ".join(absent)
        st.markdown(f":small[Not in the file: {said}; left as not recorded.]", width="content")
        ask_later(file_id, absent)


def card_lines(found: AnalysedRecording) -> list[str]:
    """Return the card's lines."""
    return [
        _recording_line(found.metadata),
        _channel_line(found.metadata.channels, found.channels),
    ]


def _recording_line(metadata: RecordingMetadata) -> str:
    clock = _clock_words(metadata)
    parts = [
        "recording date not recorded; the day of arrival counts"
        if metadata.recorded_at is None
        else local_time.moment(metadata.recorded_at),
        f"**{words.duration(metadata.duration_s)}**" + (f" ({clock})" if clock else ""),
        words.plural(len(metadata.channels), "channel"),
        _unit_words(metadata.channels),
    ]
    return " · ".join(parts)


def _clock_words(metadata: RecordingMetadata) -> str:
    """Compare with the game's clock; a file that names no game has none to compare with."""
    clock, game = metadata.clock_check, metadata.game
    if clock.declared_duration_s is None and game == GameInfo():
        return ""
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


def absent_measures(measures: RecordedMeasures) -> list[str]:
    """Name what the file does not hold."""
    return [
        name
        for name, held in (
            ("MVC", measures.mvc_v),
            ("cuff pressure", measures.bfr_percent_aop is not None),
            ("perceived effort", measures.perceived_effort_cr10 is not None),
        )
        if not held
    ]
