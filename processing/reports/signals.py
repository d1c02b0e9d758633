"""The pictures of the legs with their words, as the typesetter takes them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from processing.emg.classes import contraction_kind, good_count
from processing.emg.parameters import SessionTargets
from processing.emg.results import ChannelAnalysis
from processing.emg.traces import ChannelTraces
from processing.language import gettext as _
from processing.language import mark as N_
from processing.language import ngettext
from processing.language.quantities import number
from processing.reports.finding import assessable, panel_quality
from processing.reports.model import ReportSource
from processing.reports.panels import Look, leg_panel, top_of
from processing.reports.wording import left_first, leg_name, side_mark

MOST_PANELS = 4
MOST_BOXES = 48
_LEGEND = {
    "good": N_("good: strong and held"),
    "intensity_only": N_("strong, not held"),
    "duration_only": N_("held, not strong"),
    "neither": N_("neither"),
    "held_unknown": N_("held; intensity not assessable"),
    "short_unknown": N_("not held; intensity not assessable"),
    "rejected": N_("rejected by a person (hatched)"),
}


def panels(
    source: ReportSource, *, width_mm: float, height_mm: float, include_raw: bool
) -> list[dict[str, Any]]:
    """Return the picture of each leg, left first; empty where there are no signals to draw."""
    review, result = source.review, source.review.result
    assert result is not None
    traces = {trace.name: trace for trace in source.traces}
    ordered = [c for c in left_first(result.channels) if c.name in traces][:MOST_PANELS]
    pairs = [(traces[channel.name], channel) for channel in ordered]
    if not pairs:
        return []
    targets = [_target_uv(channel, review.inputs.targets) for channel in ordered]
    look = Look(
        width_mm,
        height_mm * 2 / max(2, len(pairs)),
        max(result.metadata.duration_s, 1.0),
        top_of(pairs, targets, raw=include_raw),
        include_raw,
    )
    return [
        _panel(trace, channel, look, review.inputs.targets, target)
        for (trace, channel), target in zip(pairs, targets, strict=True)
    ]


def undrawn(source: ReportSource) -> str:
    """Say how many channels have no picture on paper; empty where all have one."""
    rest = len(source.traces) - MOST_PANELS
    if rest <= 0:
        return ""
    said = ngettext(
        "{n} more channel is drawn in the program.", "{n} more channels are drawn in the program.", rest
    )
    return said.format(n=rest)


def _panel(
    trace: ChannelTraces,
    channel: ChannelAnalysis,
    look: Look,
    targets: SessionTargets,
    target_uv: float | None,
) -> dict[str, Any]:
    own = targets.for_side(channel.side)
    drawn = leg_panel(trace, channel, look, target_uv=target_uv)
    return {
        "mark": side_mark(channel.side),
        "name": leg_name(channel.side, channel.name),
        "quality": panel_quality(channel),
        "target": _target_words(channel, own, target_uv, look),
        "alt": _alt(channel, look),
        **asdict(drawn),
    }


def _target_words(
    channel: ChannelAnalysis, targets: SessionTargets, target_uv: float | None, look: Look
) -> str:
    """Say what the dashed line means; empty where there is none to compare with."""
    if target_uv is None or channel.quality.verdict == "not_judged":
        return ""
    said = _("- - target {percent} = {amplitude}")
    if target_uv > look.top_uv:
        said = _("target {percent} = {amplitude}, above the scale")
    return said.format(percent=number(targets.target_percent_mvc, "% MVC"), amplitude=number(target_uv, "µV"))


def _alt(channel: ChannelAnalysis, look: Look) -> str:
    said = ngettext(
        "{leg}: RMS envelope in microvolts over {length}, {n} contraction, {rejected} rejected.",
        "{leg}: RMS envelope in microvolts over {length}, {n} contractions, {rejected} rejected.",
        len(channel.contractions),
    )
    return said.format(
        leg=leg_name(channel.side, channel.name),
        length=number(look.length_s, "s"),
        n=len(channel.contractions),
        rejected=len(channel.rejected),
    )


def _target_uv(channel: ChannelAnalysis, targets: SessionTargets) -> float | None:
    if channel.mvc is None or not assessable(channel):
        return None
    return channel.mvc.value_uv * targets.for_side(channel.side).target_percent_mvc / 100


def legend(channels: tuple[ChannelAnalysis, ...]) -> list[dict[str, str]]:
    """Return the signs that occur, each with its words."""
    judged = [channel for channel in channels if channel.quality.verdict != "not_judged"]
    used = {contraction_kind(c) for channel in judged for c in channel.contractions}
    if any(channel.rejected for channel in judged):
        used.add("rejected")  # type: ignore[arg-type]
    found = [{"kind": kind, "words": _(words)} for kind, words in _LEGEND.items() if kind in used]
    if any(c.doubtful for channel in judged for c in channel.contractions):
        found.append({"kind": "doubtful", "words": _("bar above: doubtful")})
    if any(channel.quality.masked_intervals_s for channel in channels):
        found.append({"kind": "masked", "words": _("left out")})
    return found


def combs(source: ReportSource) -> list[dict[str, Any]]:
    """Return a box for each prescribed repetition of a leg, empty where one is missing."""
    result, targets = source.review.result, source.review.inputs.targets
    assert result is not None
    return [
        _comb(channel, targets.for_side(channel.side).expected_contractions)
        for channel in left_first(result.channels)
        if channel.side is not None
    ]


def _comb(channel: ChannelAnalysis, expected: int) -> dict[str, Any]:
    heading = {"mark": side_mark(channel.side), "name": leg_name(channel.side, channel.name)}
    if channel.quality.verdict == "not_judged":
        return {**heading, "boxes": [], "more": "", "words": _("not judged")}
    boxes: list[dict[str, Any]] = [
        {"kind": contraction_kind(c), "doubtful": c.doubtful} for c in channel.contractions
    ]
    boxes += [{"kind": "missing", "doubtful": False}] * max(0, expected - len(channel.contractions))
    boxes += [{"kind": "rejected", "doubtful": False}] * len(channel.rejected)
    beyond = len(boxes) - MOST_BOXES
    more = _("and {n} more").format(n=beyond) if beyond > 0 else ""
    return {**heading, "boxes": boxes[:MOST_BOXES], "more": more, "words": _comb_words(channel, expected)}


def _comb_words(channel: ChannelAnalysis, expected: int) -> str:
    return _("{good} good of {expected} expected").format(good=good_count(channel), expected=expected)
