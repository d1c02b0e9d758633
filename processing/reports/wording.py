"""Words that both sheets share: legs, moments, contractions, and what a person changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from babel.dates import format_date

from processing.emg.corrections import Correction, LogEntry, active_edits
from processing.emg.results import ChannelAnalysis, CorrectionKind, IntervalS
from processing.language import current_language, format_day_time, sentence
from processing.language import gettext as _
from processing.language import mark as N_
from processing.language.dates_numbers import LOCALES
from processing.language.quantities import number, seconds, span
from processing.recording import Side
from processing.reports.model import ReportSource

# Not those that hold a number and its unit together.
_BLANKS = re.compile(r"[ \t\r\n\f\v]+")
# Breaks a line nowhere else than it should: between a leg's letter and its shape.
_MARKS: dict[Side | None, str] = {"left": "L\u00a0●", "right": "R\u00a0▲", None: "■"}
_VERBS: dict[CorrectionKind, str] = {
    "accept": N_("accepted"),
    "reject": N_("rejected"),
    "move": N_("moved to {place}"),
    "split": N_("split at {moment}"),
    "merge": N_("merged to {place}"),
    "add": N_("added"),
}


def side_mark(side: Side | None) -> str:
    """Return the letter and shape that tell the legs apart in grey print."""
    return _MARKS[side]


def leg_name(side: Side | None, channel: str) -> str:
    """Return the leg as a heading, or the channel's own name where the leg is not known."""
    if side is None:
        return channel
    return _("Left") if side == "left" else _("Right")


def left_first(channels: Sequence[ChannelAnalysis]) -> list[ChannelAnalysis]:
    """Return the left leg, then the right, then the rest."""
    rank = {"left": 0, "right": 1, None: 2}
    return sorted(channels, key=lambda channel: rank[channel.side])


def long_day(day: date) -> str:
    """Return a day in full: ``Monday 10 March 2025``."""
    return format_date(day, "EEEE d MMMM y", locale=LOCALES[current_language()])


def moment(source: ReportSource, when: datetime) -> str:
    """Return a stored moment on the reader's clock, with its zone as an offset: ``10 Mar 2025, 12:01 (UTC+01:00)``."""
    local = source.local(when)
    return f"{format_day_time(local)} ({zone_words(local)})"


def zone_words(when: datetime) -> str:
    """Return the offset of a moment from UTC, ``UTC+01:00``."""
    offset = when.utcoffset()
    if offset is None:
        return _("zone not recorded")
    minutes = round(offset.total_seconds() / 60)
    sign = "−" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def recorded_words(source: ReportSource) -> str:
    """Say when the recording was made: by the tablet's clock, or when it arrived where that is not recorded."""
    summary = source.review.summary
    if summary.recorded_at is None:
        return _("not recorded; arrived {when}").format(when=moment(source, summary.received_at))
    return _("{when} (tablet's clock)").format(when=format_day_time(summary.recorded_at))


def places(intervals_s: Sequence[IntervalS], limit: int = 3) -> str:
    """Say where in the recording something was: up to ``limit`` places, then how many more."""
    if not intervals_s:
        return _("throughout")
    shown = ", ".join(_place(*interval) for interval in intervals_s[:limit])
    rest = len(intervals_s) - limit
    return shown if rest <= 0 else _("{places} and {n} more").format(places=shown, n=rest)


def _place(start_s: float, stop_s: float) -> str:
    """Return a stretch; one that was judged by whole seconds does not pretend to be known to a hundredth."""
    if float(start_s).is_integer() and float(stop_s).is_integer():
        return f"{start_s:.0f}–{number(stop_s, 's')}"
    return span(start_s, stop_s)


def reason_words(reason: str) -> str:
    """Return a reason that the analysis gave, in the report's language, without a full stop."""
    return sentence(reason).rstrip(".")


def change_words(change: Correction, channels: Sequence[ChannelAnalysis]) -> str:
    """Say what one edit did: ``Left 12.40–12.78 s rejected``; the reason stands by itself."""
    side = next((c.side for c in channels if c.name == change.channel), None)
    done = _(_VERBS[change.kind]).format(
        place=span(*change.becomes_s), moment=seconds(change.at_s, missing="")
    )
    return f"{leg_name(side, change.channel)} {span(*change.interval_s)} {done}"


def edits_in_force(source: ReportSource) -> tuple[LogEntry, ...]:
    """Return the edits that hold, in the order in which they were made."""
    return active_edits(source.review.corrections.log)


def shortened(text: str, letters: int) -> tuple[str, bool]:
    """Return a text cut at a word to at most ``letters`` letters, and whether it was cut."""
    plain = _BLANKS.sub(" ", text).strip(" ")
    if len(plain) <= letters:
        return plain, False
    cut = plain[:letters].rsplit(" ", 1)[0] if " " in plain[:letters] else plain[:letters]
    return f"{cut} …", True
