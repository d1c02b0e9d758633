"""The first sentence of a clinical report, and how each leg did, in whole sentences."""

from __future__ import annotations

from collections.abc import Sequence

from processing.emg.classes import good_count
from processing.emg.parameters import SessionTargets
from processing.emg.results import ChannelAnalysis, QualityFinding
from processing.language import gettext as _
from processing.language import mark as N_
from processing.language import ngettext
from processing.language.quantities import decibels, number
from processing.reports.wording import left_first, leg_name, places, reason_words
from processing.use_cases.quality_words import short_reason

_MOST_SENTENCES = 3
VERDICTS = {"good": N_("signal good"), "doubtful": N_("signal doubtful"), "not_judged": N_("not judged")}


def finding(channels: Sequence[ChannelAnalysis], targets: SessionTargets) -> list[str]:
    """Say the finding of a session in one short sentence a leg, quality included."""
    if not channels:
        return [_("No EMG channel was found in this recording.")]
    ordered = left_first(channels)
    said = [leg_finding(channel, targets.for_side(channel.side)) for channel in ordered[:_MOST_SENTENCES]]
    if (rest := len(ordered) - _MOST_SENTENCES) > 0:
        said.append(ngettext("And {n} more channel.", "And {n} more channels.", rest).format(n=rest))
    judged = [channel for channel in channels if channel.quality.verdict != "not_judged"]
    if judged and not any(assessable(channel) for channel in judged):
        said.append(_("Intensity not assessable: no MVC recorded."))
    return said


def leg_finding(channel: ChannelAnalysis, targets: SessionTargets) -> str:
    """Say how one leg did: good and expected contractions first."""
    leg, expected = leg_name(channel.side, channel.name), targets.expected_contractions
    if channel.quality.verdict == "not_judged":
        reason = short_reason(channel.quality) or _("signal not usable")
        return _("{leg} not judged: {reason}.").format(leg=leg, reason=reason)
    found, hold = len(channel.contractions), number(targets.target_duration_s, "s")
    if channel.side is None:  # nobody expects a number of contractions of an unknown muscle
        said = ngettext("{leg}: {found} contraction found.", "{leg}: {found} contractions found.", found)
        return said.format(leg=leg, found=found)
    if not found:
        return _("{leg}: no contraction found, {expected} expected.").format(leg=leg, expected=expected)
    held = sum(c.meets_duration for c in channel.contractions)
    if not assessable(channel):
        said = ngettext(
            "{leg}: {found} contraction ({expected} expected), {held} held ≥ {hold}.",
            "{leg}: {found} contractions ({expected} expected), {held} held ≥ {hold}.",
            found,
        )
        return said.format(leg=leg, found=found, expected=expected, held=held, hold=hold)
    strong = sum(bool(c.meets_intensity) for c in channel.contractions)
    said = _(
        "{leg}: {good} of {expected} good ({found} found, {strong} strong enough, {held} held ≥ {hold})."
    )
    return said.format(
        leg=leg, good=good_count(channel), expected=expected, found=found, strong=strong, held=held, hold=hold
    )


def assessable(channel: ChannelAnalysis) -> bool:
    """Whether an MVC says how strong this muscle's contractions are."""
    return channel.mvc is not None and channel.mvc.assessable


def panel_quality(channel: ChannelAnalysis) -> str:
    """Say beside a picture whether to trust it."""
    quality = channel.quality
    said = _(VERDICTS[quality.verdict])
    if quality.snr_db is None:
        return said
    return _("{verdict}, {snr} over the noise").format(verdict=said, snr=decibels(quality.snr_db))


def quality_lines(channel: ChannelAnalysis) -> list[str]:
    """Return what was noticed about a channel, each with its place in time; empty for nothing."""
    quality = channel.quality
    lines = []
    if quality.masked_percent > 0:
        share = number(quality.masked_percent, "%")
        lines.append(
            _("{share} of the recording left out: {places}").format(
                share=share, places=places(quality.masked_intervals_s)
            )
        )
    noticed = [f for f in quality.findings if f.verdict != "good" and f.kind != "snr"]
    lines += [_finding_words(item) for item in noticed]
    if not quality.findings:
        lines += [reason_words(reason) for reason in quality.reasons]
    return lines


def _finding_words(item: QualityFinding) -> str:
    said = reason_words(item.reason)
    return f"{said} ({places(item.intervals_s)})" if item.intervals_s else said
