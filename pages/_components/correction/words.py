"""What was changed about contractions, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from pages._components import words
from pages._components.mark_words import VERBS, reason_words
from processing.emg.corrections import Correction, LogEntry
from processing.emg.corrections_candidates import Candidate
from processing.emg.results import ChannelAnalysis
from processing.language import gettext as _


def leg_name(channel: str, channels: Sequence[ChannelAnalysis]) -> str:
    """Return ``Left``, ``Right`` or the channel's name."""
    side = next((c.side for c in channels if c.name == channel), None)
    return words.side_name(side, channel)


def change_words(change: Correction, channels: Sequence[ChannelAnalysis]) -> str:
    """Say what one edit did, for example ``Left 12.40–12.78 s rejected: artefact``."""
    said = _done(change).format(
        place=f"{leg_name(change.channel, channels)} {words.span(*change.interval_s)}",
        decided=_(VERBS[change.kind]),
        becomes=words.span(*change.becomes_s),
        moment=words.seconds(change.at_s),
    )
    if not change.reason:
        return said
    return _("{change}: {reason}").format(change=said, reason=reason_words(change.reason))


def _done(change: Correction) -> str:
    if change.kind == "move":
        return _("{place} moved to {becomes}")
    if change.kind == "merge":
        return _("{place} merged to {becomes}")
    if change.at_s is not None:
        return _("{place} {decided} at {moment}")
    return _("{place} {decided}")


def entry_words(entry: LogEntry, log: Sequence[LogEntry], channels: Sequence[ChannelAnalysis]) -> str:
    """Say what a line of the log did."""
    if entry.correction is not None:
        return change_words(entry.correction, channels)
    target = next((e for e in log if e.revision == entry.target), None)
    about = "" if target is None or target.correction is None else change_words(target.correction, channels)
    said = _("taken back: {change}") if entry.action == "undo" else _("done again: {change}")
    return said.format(change=about)


def candidate_words(candidate: Candidate) -> str:
    """Say where a likely miss or double is, and why it may be one."""
    where = words.span(candidate.onset_s, candidate.offset_s)
    if candidate.kind == "double":
        return _("{where}: follows after {gap}, usually {usual} pass").format(
            where=where, gap=words.seconds(candidate.gap_s), usual=words.seconds(candidate.usual_gap_s)
        )
    said = [_("seen, but too faint") if candidate.faint else _("below the detector's threshold")]
    peak = words.number(candidate.peak_uv, "µV")
    if candidate.usual_peak_uv:
        share = words.number(100 * candidate.peak_uv / candidate.usual_peak_uv, "%")
        usual = words.number(candidate.usual_peak_uv, "µV")
        compared = _("peak {amplitude}, {percent} of the usual {usual}")
        said.append(compared.format(amplitude=peak, percent=share, usual=usual))
    else:
        said.append(_("peak {amplitude}").format(amplitude=peak))
    if candidate.gap_s is not None and candidate.usual_gap_s is not None:
        gap, usual = words.seconds(candidate.gap_s), words.seconds(candidate.usual_gap_s)
        said.append(_("{gap} between its neighbours, usually {usual}").format(gap=gap, usual=usual))
    return _("{where}: {found}").format(where=where, found="; ".join(said))
