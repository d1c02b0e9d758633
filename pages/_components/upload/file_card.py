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
from processing.language import gettext as _
from processing.language import ngettext
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
    n = len(folded)
    more = ngettext("{n} more file ready", "{n} more files ready", n).format(n=n)
    with st.expander(more, icon=words.READY.icon, key="upload:more"):
        for file in folded:
            _card(services, file)


def summary_words(n_ready: int, n_failed: int) -> str:
    """Say how many files are ready and how many could not be read."""
    parts = [ngettext("{n} ready", "{n} ready", n_ready).format(n=n_ready)] if n_ready else []
    if n_failed:
        parts.append(ngettext("{n} could not be read", "{n} could not be read", n_failed).format(n=n_failed))
    return ", ".join(parts)


def _card(services: Services, file: Staged) -> None:
    """Draw what a file holds, which channel is which leg, what it lacks, and where it is stored already."""
    with st.container(border=True, gap="xsmall"):
        if file.found is None:
            state_row(words.FAILED, file.name, words.told(file.reason))
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
            ":material/content_copy: "
            + _("This recording is already stored as **{session}** ({when}).").format(
                session=first.session_code, when=when
            ),
            width="content",
        )
        st.page_link(
            "review.py",
            label=_("Open {session}").format(session=first.session_code),
            icon=":material/monitoring:",
            query_params={"session": first.session_code},
        )


def _absent(file_id: str, measures: RecordedMeasures) -> None:
    """Say what the file does not hold, and offer to add it."""
    absent = absent_measures(measures)
    if not absent:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        said = _("Not in the file: {measures}; left as not recorded.").format(measures=", ".join(absent))
        st.markdown(f":small[{said}]", width="content")
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
        _("recording date not recorded; the day of arrival counts")
        if metadata.recorded_at is None
        else local_time.moment(metadata.recorded_at),
        f"**{words.duration(metadata.duration_s)}**" + (f" ({clock})" if clock else ""),
        _channels(len(metadata.channels)),
        _unit_words(metadata.channels),
    ]
    return " · ".join(parts)


def _channels(n: int) -> str:
    return ngettext("{n} channel", "{n} channels", n).format(n=n)


def _clock_words(metadata: RecordingMetadata) -> str:
    """Compare with the game's clock; a file that names no game has none to compare with."""
    clock, game = metadata.clock_check, metadata.game
    if clock.declared_duration_s is None and game == GameInfo():
        return ""
    if clock.consistent is None or clock.declared_duration_s is None:
        return _("the game noted no duration")
    if clock.consistent:
        return _("the game's clock agrees")
    said = _("the game's clock says {time}").format(time=words.duration(clock.declared_duration_s))
    return f":material/warning: {said}"


def _unit_words(channels: Sequence[ChannelInfo]) -> str:
    units = words.plain(", ".join(sorted({channel.unit for channel in channels}))) or _("no unit")
    assumed = any(channel.unit_assumed for channel in channels)
    if assumed:
        return _("unit not named: {units} assumed, shown in µV").format(units=units)
    return _("{units}, shown in µV").format(units=units)


def _channel_line(infos: Sequence[ChannelInfo], channels: Sequence[ChannelAnalysis]) -> str:
    found = {channel.name: channel for channel in channels}
    return "  \n".join(_one_channel(info, found.get(info.name)) for info in infos)


def _one_channel(info: ChannelInfo, channel: ChannelAnalysis | None) -> str:
    side = words.side_name(info.side, _("no leg: not scored"))
    line = f"{words.plain(info.label)} → **{words.side_mark(info.side)} {side}**"
    if channel is None:
        return line
    quality = channel.quality
    reason = words.short_reason(quality) if quality.verdict != "good" else None
    trust = f"{words.VERDICT_ICONS[quality.verdict]} {words.signal_words(quality.verdict, reason)}"
    n = len(channel.contractions)
    counted = ngettext("{n} contraction", "{n} contractions", n).format(n=n)
    return f"{line} · {trust} · {counted}"


def absent_measures(measures: RecordedMeasures) -> list[str]:
    """Name what the file does not hold."""
    return [
        name
        for name, held in (
            (_("MVC"), measures.mvc_v),
            (_("cuff pressure"), measures.bfr_percent_aop is not None),
            (_("perceived effort"), measures.perceived_effort_cr10 is not None),
        )
        if not held
    ]
