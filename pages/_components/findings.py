"""The first things a clinician reads: good contractions per leg, the score, and whether the signal can be trusted."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages._components import classes, words
from pages._components.score_figure import has_range, missing_parts
from processing.emg.parameters import SessionTargets
from processing.emg.results import ChannelAnalysis, QualityFinding
from processing.scoring.model import SessionScore

TILES_PER_ROW = 4  # a foreign file may hold many channels


def channel_tiles(channels: Sequence[ChannelAnalysis], score: SessionScore, targets: SessionTargets) -> None:
    """Draw one tile per leg and one for the score, good and expected contractions first."""
    ordered = _in_order(channels)
    for start in range(0, len(ordered) + 1, TILES_PER_ROW):  # the score's tile comes last
        row = ordered[start : start + TILES_PER_ROW]
        last = start + TILES_PER_ROW > len(ordered)
        columns = st.columns([*[5] * len(row), *([4] if last else [])], border=True, gap="small")
        for column, channel in zip(columns, row, strict=False):
            with column:
                _channel_tile(channel, targets.for_side(channel.side))
        if last:
            with columns[-1]:
                _score_tile(score, ordered)


def _in_order(channels: Sequence[ChannelAnalysis]) -> list[ChannelAnalysis]:
    """Return the left leg, then the right, then the rest."""
    rank = {"left": 0, "right": 1, None: 2}
    return sorted(channels, key=lambda channel: rank[channel.side])


def _channel_tile(channel: ChannelAnalysis, targets: SessionTargets) -> None:
    """Draw a leg's tile: whose signal and whether to trust it, the count, and one line about it."""
    name = f"**{words.side_mark(channel.side)} {words.side_name(channel.side, channel.name)}**"
    label = f" · {words.plain(channel.label)}" if channel.side else ""
    good = classes.good_count(channel)
    kind, of = "expected", targets.expected_contractions
    if channel.side is None:  # nobody expects a number of contractions of an unknown muscle
        kind, of = "found", len(channel.contractions)
    value = "not judged" if good is None else f"{good} / {of}"
    ratio = "" if good is None else f"good / {kind} · "
    detail = f"{ratio}{_counted(channel, targets)}"
    _tile(f"{name}{label} · {_trust(channel)}", f"Good / {kind} contractions", value, detail)


def _tile(heading: str, label: str, value: str, detail: str) -> None:
    """Draw a small heading, a number under ``label`` for screen readers, and a line of detail beside it."""
    with st.container(gap=None):
        st.markdown(f":small[{heading}]")
        with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
            st.metric(label, value, label_visibility="collapsed", width="content")
            st.markdown(f":small[{detail}]", width="stretch")


def _trust(channel: ChannelAnalysis) -> str:
    quality = channel.quality
    icon = words.VERDICT_ICONS[quality.verdict]
    reason = words.short_reason(quality) if quality.verdict != "good" else None
    return f"{icon} signal {words.VERDICT_WORDS[quality.verdict]}" + (f": {reason}" if reason else "")


def _counted(channel: ChannelAnalysis, targets: SessionTargets) -> str:
    n_found = len(channel.contractions)
    if channel.quality.verdict == "not_judged":
        return (
            f"{words.plural(n_found, 'contraction')} found, not counted"
            if n_found
            else "no contraction found"
        )
    held = sum(c.meets_duration for c in channel.contractions)
    doubtful = sum(c.doubtful for c in channel.contractions)
    counted = f"{n_found} found" + (f" ({doubtful} doubtful)" if doubtful else "")
    return f"{counted} · {held} held ≥ {words.number(targets.target_duration_s, 's')} · {_strong(channel, targets)}"


def _strong(channel: ChannelAnalysis, targets: SessionTargets) -> str:
    if channel.mvc is None or not channel.mvc.assessable:
        return "strength unknown: no MVC"
    strong = sum(bool(c.meets_intensity) for c in channel.contractions)
    return f"{strong} ≥ {words.number(targets.target_percent_mvc, '% MVC')}"


def _score_tile(score: SessionScore, channels: Sequence[ChannelAnalysis]) -> None:
    if not words.names_a_leg(channels):
        _tile("**Score** of 100", "Score of 100", "—", words.NO_SCORE)
        return
    unknown = ", ".join(_unknown(score, channels)) or "see below"
    why = "its parts are below"
    if has_range(score) and score.total is not None:
        why = f"could lie between {score.low:.0f} and {score.high:.0f}; not known: {unknown}"
    elif has_range(score):
        why = f"a range, because this is not known: {unknown}"
    _tile("**Score** of 100", "Score of 100", words.score_words(score.total, score.low, score.high), why)


def _unknown(score: SessionScore, channels: Sequence[ChannelAnalysis]) -> list[str]:
    """Name what a person could still add or repair, rather than the components that suffer from it."""
    legs = [channel for channel in channels if channel.side]
    judged = [channel for channel in legs if channel.quality.verdict != "not_judged"]
    unknown = [
        words.the_leg(channel.side, channel.name)
        for channel in legs
        if channel.quality.verdict == "not_judged"
    ]
    if any(channel.mvc is None or not channel.mvc.assessable for channel in judged):
        unknown.append("MVC")
    consequences = ("compliance", "symmetry") if unknown else ()
    return unknown + [name for name in missing_parts(score.parts) if name not in consequences]


def quality_section(channels: Sequence[ChannelAnalysis]) -> None:
    """Say for each channel whether to trust it, in words, with the place in time."""
    st.subheader("Can the signals be trusted?", anchor=False)
    ordered = _in_order(channels)
    for start in range(0, len(ordered), TILES_PER_ROW):
        row = ordered[start : start + TILES_PER_ROW]
        for column, channel in zip(st.columns(len(row)), row, strict=True):
            with column:
                _channel_quality(channel)


def _channel_quality(channel: ChannelAnalysis) -> None:
    quality = channel.quality
    name = f"{words.side_mark(channel.side)} {words.side_name(channel.side, channel.name)}"
    icon = words.VERDICT_ICONS[quality.verdict]
    lines = [f"**{name}** · {icon} **{words.VERDICT_WORDS[quality.verdict]}**"]
    noise = words.number(quality.noise_uv, "µV", missing="not measurable")
    if quality.snr_db is None:
        lines.append(f"- No contraction to compare with the noise; noise {noise}")
    else:
        lines.append(f"- Contractions stand {words.decibels(quality.snr_db)} over the noise; noise {noise}")
    if quality.masked_percent > 0:
        share = words.number(quality.masked_percent, "%")
        lines.append(f"- {share} of the recording left out: {words.places(quality.masked_intervals_s)}")
    noticed = [f for f in quality.findings if f.verdict != "good" and f.kind != "snr"]
    lines += [f"- {_finding_words(finding)}" for finding in noticed]
    if not quality.findings:
        lines += [f"- {reason}" for reason in quality.reasons]
    if len(lines) == 2:
        lines.append("- Nothing else was noticed")
    st.markdown("\n".join([lines[0], "", *lines[1:]]))


def _finding_words(finding: QualityFinding) -> str:
    where = f" ({words.places(finding.intervals_s)})" if finding.intervals_s else ""
    return f"{finding.reason.rstrip('.')}{where}"
