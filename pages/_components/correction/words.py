"""What was changed about contractions, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from pages._components import words
from pages._components.mark_words import VERBS
from processing.emg.corrections import Correction, LogEntry
from processing.emg.corrections_candidates import Candidate
from processing.emg.results import ChannelAnalysis


def leg_name(channel: str, channels: Sequence[ChannelAnalysis]) -> str:
    """Return ``Left``, ``Right`` or the channel's name."""
    side = next((c.side for c in channels if c.name == channel), None)
    return words.side_name(side, channel)


def change_words(change: Correction, channels: Sequence[ChannelAnalysis]) -> str:
    """Say what one edit did, for example ``Left 12.40–12.78 s rejected: artefact``."""
    said = f"{leg_name(change.channel, channels)} {words.span(*change.interval_s)} {VERBS[change.kind]}"
    if change.kind in ("move", "merge"):
        said += f" to {words.span(*change.becomes_s)}"
    if change.at_s is not None:
        said += f" at {words.seconds(change.at_s)}"
    return f"{said}: {change.reason}" if change.reason else said


def entry_words(entry: LogEntry, log: Sequence[LogEntry], channels: Sequence[ChannelAnalysis]) -> str:
    """Say what a line of the log did."""
    if entry.correction is not None:
        return change_words(entry.correction, channels)
    target = next((e for e in log if e.revision == entry.target), None)
    about = "" if target is None or target.correction is None else change_words(target.correction, channels)
    return f"{'taken back' if entry.action == 'undo' else 'done again'}: {about}"


def candidate_words(candidate: Candidate) -> str:
    """Say where a likely miss or double is, and why it may be one."""
    where = words.span(candidate.onset_s, candidate.offset_s)
    if candidate.kind == "double":
        return (
            f"{where}: follows after {words.seconds(candidate.gap_s)}, "
            f"usually {words.seconds(candidate.usual_gap_s)} pass"
        )
    found = "seen, but too faint" if candidate.faint else "below the detector's threshold"
    said = f"{where}: {found}; peak {words.number(candidate.peak_uv, 'µV')}"
    if candidate.usual_peak_uv:
        share = 100 * candidate.peak_uv / candidate.usual_peak_uv
        said += f", {words.number(share, '%')} of the usual {words.number(candidate.usual_peak_uv, 'µV')}"
    if candidate.gap_s is not None and candidate.usual_gap_s is not None:
        said += (
            f"; {words.seconds(candidate.gap_s)} between its neighbours, "
            f"usually {words.seconds(candidate.usual_gap_s)}"
        )
    return said
