"""The first things a clinician reads: good contractions per leg, the score, and whether the signal can be trusted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from pages._components import classes, words
from pages._components.evidence import Evidence, place_button
from pages._components.not_judged import withheld
from pages._components.score_figure import has_range, missing_parts
from pages._components.stops import stops
from processing.emg.parameters import SessionTargets
from processing.emg.results import ChannelAnalysis, QualityFinding
from processing.language import gettext as _
from processing.language import ngettext
from processing.scoring.model import SessionScore

TILES_PER_ROW = 4  # a foreign file may hold many channels


def finding(channels: Sequence[ChannelAnalysis], targets: SessionTargets) -> str:
    """Return the finding in one or two sentences, fit for Markdown whatever a file calls its channels."""
    return words.title_sentence(
        [
            channel if channel.side else replace(channel, name=words.plain(channel.name))
            for channel in channels
        ],
        targets.expected_contractions,
        targets.target_duration_s,
        expected_right=targets.right_expected_contractions,
    )


def channel_tiles(
    channels: Sequence[ChannelAnalysis],
    score: SessionScore,
    targets: SessionTargets,
    *,
    evidence: Evidence | None = None,
) -> None:
    """Draw one tile per leg and one for the score, good and expected contractions first.

    With ``evidence`` each count leads to its contractions in the signals.
    """
    ordered = _in_order(channels)
    for start in range(0, len(ordered) + 1, TILES_PER_ROW):  # the score's tile comes last
        row = ordered[start : start + TILES_PER_ROW]
        last = start + TILES_PER_ROW > len(ordered)
        columns = st.columns([*[5] * len(row), *([4] if last else [])], border=True, gap="small")
        for column, channel in zip(columns, row, strict=False):
            with column:
                _channel_tile(channel, targets.for_side(channel.side), evidence)
        if last:
            with columns[-1]:
                _score_tile(score, ordered)


def _in_order(channels: Sequence[ChannelAnalysis]) -> list[ChannelAnalysis]:
    """Return the left leg, then the right, then the rest."""
    rank = {"left": 0, "right": 1, None: 2}
    return sorted(channels, key=lambda channel: rank[channel.side])


def _channel_tile(channel: ChannelAnalysis, targets: SessionTargets, evidence: Evidence | None) -> None:
    """Draw a leg's tile: whose signal and whether to trust it, the count, and one line about it."""
    name = f"**{_muscle(channel)}**"
    label = f" · {words.plain(channel.label)}" if channel.side else ""
    good = classes.good_count(channel)
    # Nobody expects a number of contractions of an unknown muscle.
    if channel.side is None:
        of, ratio, title = len(channel.contractions), _("good / found"), _("Good / found contractions")
    else:
        of, ratio, title = (
            targets.expected_contractions,
            _("good / expected"),
            _("Good / expected contractions"),
        )
    value = withheld() if good is None else f"{good} / {of}"
    detail = _counted(channel, targets)
    detail = detail if good is None else f"{ratio} · {detail}"
    _tile(f"{name}{label} · {_trust(channel)}", title, value, detail, _shows(channel, evidence))


def _muscle(channel: ChannelAnalysis) -> str:
    """Name a channel, fit for Markdown: what a file calls it may hold any sign."""
    return f"{words.side_mark(channel.side)} {words.plain(words.side_name(channel.side, channel.name))}"


def _shows(channel: ChannelAnalysis, evidence: Evidence | None) -> Callable[[], None] | None:
    """Return what draws the way to a channel's contractions: the good ones where there are some, else all."""
    if evidence is None or not channel.contractions:
        return None
    found = stops([channel])
    good = [
        stop for stop in found if classes.contraction_class(channel.contractions[stop.index]) is classes.GOOD
    ]
    return partial(
        place_button,
        evidence,
        good or found,
        label=_("Show"),
        about=_("Show these contractions in the signals, one after the other"),
        key=f"tile:{evidence.subject}:{channel.name}",
    )


def _tile(
    heading: str, label: str, value: str, detail: str, beside: Callable[[], None] | None = None
) -> None:
    """Draw a small heading, a number under ``label`` for screen readers, and a line of detail beside it."""
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f":small[{heading}]", width="content")
            if beside is not None:
                beside()
        with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
            st.metric(label, value, label_visibility="collapsed", width="content")
            st.markdown(f":small[{detail}]", width="stretch")


def _trust(channel: ChannelAnalysis) -> str:
    quality = channel.quality
    icon = words.VERDICT_ICONS[quality.verdict]
    reason = words.short_reason(quality) if quality.verdict != "good" else None
    said = _("signal {verdict}").format(verdict=words.verdict_word(quality.verdict))
    if reason:
        said = _("{finding}: {reason}").format(finding=said, reason=reason)
    return f"{icon} {said}"


def _counted(channel: ChannelAnalysis, targets: SessionTargets) -> str:
    n_found = len(channel.contractions)
    if channel.quality.verdict == "not_judged":
        if not n_found:
            return _("no contraction found")
        return ngettext(
            "{n} contraction found, not counted", "{n} contractions found, not counted", n_found
        ).format(n=n_found)
    held = sum(c.meets_duration for c in channel.contractions)
    doubtful = sum(c.doubtful for c in channel.contractions)
    if doubtful:
        found = ngettext("{n} found ({doubtful} doubtful)", "{n} found ({doubtful} doubtful)", n_found)
    else:
        found = ngettext("{n} found", "{n} found", n_found)
    long = ngettext("{n} held ≥ {target}", "{n} held ≥ {target}", held)
    return " · ".join(
        (
            found.format(n=n_found, doubtful=doubtful),
            long.format(n=held, target=words.number(targets.target_duration_s, "s")),
            _strong(channel, targets),
        )
    )


def _strong(channel: ChannelAnalysis, targets: SessionTargets) -> str:
    if channel.mvc is None or not channel.mvc.assessable:
        return _("strength unknown: no MVC")
    strong = sum(bool(c.meets_intensity) for c in channel.contractions)
    return f"{strong} ≥ {words.number(targets.target_percent_mvc, _('% MVC'))}"


def _score_tile(score: SessionScore, channels: Sequence[ChannelAnalysis]) -> None:
    if not words.names_a_leg(channels):
        _tile(_("**Score** of 100"), _("Score of 100"), "—", _(words.NO_SCORE))
        return
    unknown = ", ".join(_unknown(score, channels)) or _("see below")
    why = _("its parts are below")
    if has_range(score) and score.total is not None:
        why = _("could lie between {low} and {high}; not known: {unknown}").format(
            low=f"{score.low:.0f}", high=f"{score.high:.0f}", unknown=unknown
        )
    elif has_range(score):
        why = _("a range, because this is not known: {unknown}").format(unknown=unknown)
    value = words.score_words(score.total, score.low, score.high)
    _tile(_("**Score** of 100"), _("Score of 100"), value, why)


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
        unknown.append(_("MVC"))
    consequences = ("compliance", "symmetry") if unknown else ()
    return unknown + missing_parts(score.parts, without=consequences)


def quality_section(channels: Sequence[ChannelAnalysis], evidence: Evidence | None = None) -> None:
    """Say for each channel whether to trust it, in words, with the place in time.

    With ``evidence`` a button shows those places in the signals.
    """
    st.subheader(_("Can the signals be trusted?"), anchor=False)
    ordered = _in_order(channels)
    for start in range(0, len(ordered), TILES_PER_ROW):
        row = ordered[start : start + TILES_PER_ROW]
        for column, channel in zip(st.columns(len(row)), row, strict=True):
            with column:
                _channel_quality(channel)
                if evidence is not None:
                    _places(channel, evidence)


def _channel_quality(channel: ChannelAnalysis) -> None:
    quality = channel.quality
    name = _muscle(channel)
    icon = words.VERDICT_ICONS[quality.verdict]
    lines = [f"**{name}** · {icon} **{words.verdict_word(quality.verdict)}**"]
    noise = words.number(quality.noise_uv, "µV", missing=_("not measurable"))
    if quality.snr_db is None:
        said = _("No contraction to compare with the noise; noise {noise}").format(noise=noise)
    else:
        said = _("Contractions stand {snr} over the noise; noise {noise}").format(
            snr=words.decibels(quality.snr_db), noise=noise
        )
    lines.append(f"- {said}")
    if quality.masked_percent > 0:
        said = _("{percent} of the recording left out: {places}").format(
            percent=words.number(quality.masked_percent, "%"),
            places=words.places(quality.masked_intervals_s),
        )
        lines.append(f"- {said}")
    noticed = [f for f in quality.findings if f.verdict != "good" and f.kind != "snr"]
    lines += [f"- {_finding_words(finding)}" for finding in noticed]
    if not quality.findings:
        lines += [f"- {words.told(reason)}" for reason in quality.reasons]
    if len(lines) == 2:
        lines.append(f"- {_('Nothing else was noticed')}")
    st.markdown("\n".join([lines[0], "", *lines[1:]]))


def _places(channel: ChannelAnalysis, evidence: Evidence) -> None:
    """Offer what the figures come from: the places they name, and the contractions compared with the noise."""
    quality = channel.quality
    noticed = {place for found in quality.findings if found.verdict != "good" for place in found.intervals_s}
    key = f"quality:{evidence.subject}:{channel.name}"
    with st.container(horizontal=True, gap="small"):
        place_button(
            evidence,
            sorted(noticed or set(quality.masked_intervals_s)),
            label=_("Show the places"),
            about=_("Show the places named above in the signals, one after the other"),
            key=f"{key}:places",
        )
        if quality.snr_db is not None:
            place_button(
                evidence,
                stops([channel]),
                label=_("Show the contractions"),
                about=_("Show the contractions that were compared with the noise, one after the other"),
                key=f"{key}:snr",
            )


def _finding_words(finding: QualityFinding) -> str:
    where = f" ({words.places(finding.intervals_s)})" if finding.intervals_s else ""
    return f"{words.told(finding.reason).rstrip('.')}{where}"
