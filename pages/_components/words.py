"""The words, symbols and number formats that every page shares, so that one thing has one name everywhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pages._components import classes
from processing.emg.results import ChannelAnalysis, Mvc, Verdict
from processing.language import gettext as _
from processing.language import mark as N_
from processing.language import ngettext, sentence
from processing.language.quantities import (
    NOT_ASSESSABLE,
    NOT_RECORDED,
    THIN,
    decibels,
    duration,
    fixed,
    not_assessable,
    not_recorded,
    number,
    score_words,
    seconds,
    span,
    yes_no,
)
from processing.recording import ChannelInfo, Side
from processing.use_cases.quality_words import finding_name, short_reason, worst_finding
from processing.use_cases.read_models import SessionSummary

__all__ = [
    "NOT_ASSESSABLE",
    "NOT_RECORDED",
    "NO_SCORE",
    "THIN",
    "decibels",
    "duration",
    "finding_name",
    "fixed",
    "not_assessable",
    "not_recorded",
    "number",
    "score_words",
    "seconds",
    "short_reason",
    "span",
    "worst_finding",
    "yes_no",
]

_NAMED_SIGN = re.compile(r":(?=(?:material/)?[\w+-]*[A-Za-z+][\w+-]*:)")
_WORD_JOINER = "\u2060"

NO_SCORE = N_("No score: the file does not say which leg its channels belong to.")


@dataclass(frozen=True, slots=True)
class State:
    """What has become of a file, as a word, an icon and a badge colour; the word alone is enough.

    ``english`` and ``explained`` are the keys of the catalogues.
    """

    english: str
    icon: str
    color: str
    explained: str

    @property
    def word(self) -> str:
        """Return the word in the reader's language."""
        return _(self.english)

    @property
    def sentence(self) -> str:
        """Return what the word means, in the reader's language."""
        return _(self.explained)


WAITING = State(
    N_("Waiting"), ":material/schedule:", "gray", N_("The file has arrived and waits for its turn.")
)
READING = State(N_("Reading"), ":material/file_open:", "violet", N_("The file is being read."))
ANALYSING = State(
    N_("Analysing"), ":material/progress_activity:", "violet", N_("The recording is being analysed.")
)
READY = State(N_("Ready"), ":material/check_circle:", "blue", N_("Analysed; every channel can be judged."))
WARNINGS = State(
    N_("Ready with warnings"),
    ":material/warning:",
    "yellow",
    N_("Analysed; at least one channel needs a second look."),
)
FAILED = State(
    N_("Could not be read"),
    ":material/block:",
    "orange",
    N_("The file arrived but could not be analysed."),
)
REVIEWED = State(N_("Reviewed"), ":material/task_alt:", "blue", N_("Somebody looked it over as it is now."))
CHANGED = State(
    N_("Changed since review"),
    ":material/history:",
    "yellow",
    N_("It shows something else than what was reviewed."),
)
NO_PATIENT = State(
    N_("Needs a patient"),
    ":material/person_search:",
    "orange",
    N_("The file arrived but belongs to no patient yet."),
)
NO_LEG = State(
    N_("Needs its legs"),
    ":material/swap_horiz:",
    "orange",
    N_("Analysed, but not scored: somebody has to say which channel is which leg."),
)

STATES_BY_STATUS = {"pending": WAITING, "processing": ANALYSING, "reprocessing": ANALYSING, "failed": FAILED}


def counted(n: int, word: str) -> str:
    """Return how many are in a state, as one item of a list."""
    return _("{n} {state}").format(n=n, state=word)


def session_state(summary: SessionSummary) -> State:
    """Return the state of a session in the words of the clinic."""
    if summary.status != "completed":
        return STATES_BY_STATUS[summary.status]
    if summary.sides and not summary.names_a_leg:
        return NO_LEG
    clean = all(side.verdict == "good" for side in summary.sides)
    return READY if clean and summary.sides else WARNINGS


VERDICT_WORDS: dict[Verdict, str] = {
    "good": N_("good"),
    "doubtful": N_("doubtful"),
    "not_judged": N_("not judged"),
}
VERDICT_ICONS: dict[Verdict, str] = {
    "good": ":material/check:",
    "doubtful": ":material/question_mark:",
    "not_judged": ":material/block:",
}


def verdict_word(verdict: Verdict) -> str:
    """Return the verdict on a channel in the reader's language."""
    return _(VERDICT_WORDS[verdict])


_SIGNAL_WORDS: dict[Verdict, str] = {
    "good": N_("signal good"),
    "doubtful": N_("signal doubtful"),
    "not_judged": N_("signal not judged"),
}


def signal_words(verdict: Verdict, reason: str | None = None) -> str:
    """Return the verdict on a signal, with its reason where there is one."""
    said = _(_SIGNAL_WORDS[verdict])
    return _("{verdict}: {reason}").format(verdict=said, reason=reason) if reason else said


_SIDE_MARKS: dict[Side | None, str] = {"left": "L ●", "right": "R ▲", None: "■"}


_SIDE_NAMES: dict[Side, str] = {"left": N_("Left"), "right": N_("Right")}
_SIDE_WORDS: dict[Side, str] = {"left": N_("left"), "right": N_("right")}
_THE_LEGS: dict[Side, str] = {"left": N_("the left leg"), "right": N_("the right leg")}


def side_mark(side: Side | None) -> str:
    """Return the letter and shape that tell the legs apart without colour."""
    return _SIDE_MARKS[side]


def side_name(side: Side | None, channel: str) -> str:
    """Return ``Left``, ``Right`` or, where the side is unknown, the channel's name."""
    return _(_SIDE_NAMES[side]) if side else channel


def side_word(side: Side | None, channel: str) -> str:
    """Return the side as it stands inside a sentence; a channel's name keeps its letters."""
    return _(_SIDE_WORDS[side]) if side else channel


def the_leg(side: Side | None, channel: str) -> str:
    """Return ``the left leg`` or, where the side is unknown, the channel's name."""
    return _(_THE_LEGS[side]) if side else channel


def names_a_leg(channels: Sequence[ChannelAnalysis] | Sequence[ChannelInfo]) -> bool:
    """Whether at least one channel is known to belong to a leg: without any there is nothing to score."""
    return any(channel.side is not None for channel in channels)


def plain(text: str) -> str:
    """Show untrusted text as it is, whatever Markdown signs it holds."""
    # Names of icons and emoji are looked for once the backslashes are gone, so something unseen has to stand in them.
    apart = _NAMED_SIGN.sub(lambda found: found.group().replace(":", f":{_WORD_JOINER}", 1), text)
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-!|<>~$:" else sign for sign in apart)


def told(text: str | None) -> str:
    """Return a sentence of the core in the reader's language, fit for Markdown whatever names are in it."""
    return plain(sentence(text))


def same_as(session: SessionSummary) -> str:
    """Say that a session's recording is stored already, and where; empty where it is not."""
    if not session.duplicate_of:
        return ""
    return _("same recording as {session}").format(session=session.duplicate_of)


def left_first(channels: Sequence[ChannelAnalysis]) -> list[ChannelAnalysis]:
    """Return the left leg, then the right, then the rest: a swap must not turn the order of the words."""
    rank = {"left": 0, "right": 1, None: 2}
    return sorted(channels, key=lambda channel: rank[channel.side])


def title_sentence(
    channels: tuple[ChannelAnalysis, ...],
    expected: int,
    target_s: float,
    *,
    expected_right: int | None = None,
) -> str:
    """Say the finding of a session in one or two short sentences, both sides, quality included.

    ``expected_right`` is the right leg's number of contractions where it has one of its own.
    """
    right = expected if expected_right is None else expected_right
    legs = left_first(channels)
    scored = names_a_leg(channels)
    parts = [_side_sentence(c, right if c.side == "right" else expected, target_s, scored) for c in legs]
    if not parts:
        return _("No EMG channel was found in this recording.")
    judged = [channel for channel in channels if channel.quality.verdict != "not_judged"]
    if judged and all(channel.mvc is None or not channel.mvc.assessable for channel in judged):
        parts.append(_("Intensity not assessable: no MVC recorded."))
    return " ".join(parts)


def _side_sentence(channel: ChannelAnalysis, expected: int, target_s: float, scored: bool) -> str:
    leg = side_name(channel.side, channel.name)
    if scored and channel.side is None:
        leg = _("{channel} (not scored)").format(channel=leg)
    if channel.quality.verdict == "not_judged":
        reason = short_reason(channel.quality) or _("signal not usable")
        return _("{leg} not judged: {reason}.").format(leg=leg, reason=reason)
    found = len(channel.contractions)
    if not found:
        if channel.side:
            return _("{leg}: no contraction found, {expected} expected.").format(leg=leg, expected=expected)
        return _("{leg}: no contraction found.").format(leg=leg)
    held = _held(sum(contraction.meets_duration for contraction in channel.contractions), target_s)
    if channel.mvc is not None and channel.mvc.assessable:
        strong = sum(bool(contraction.meets_intensity) for contraction in channel.contractions)
        return _("{leg}: {good} of {expected} good ({strong} strong enough, {held}).").format(
            leg=leg,
            good=classes.good_count(channel),
            expected=expected if channel.side else found,
            strong=strong,
            held=held,
        )
    counted = ngettext("{leg}: {n} contraction, {held}.", "{leg}: {n} contractions, {held}.", found)
    return counted.format(leg=leg, n=found, held=held)


def _held(n: int, target_s: float) -> str:
    target = number(target_s, "s")
    if n == 0:
        return _("none held {target}").format(target=target)
    return ngettext("{n} held {target}", "{n} held {target}", n).format(n=n, target=target)


def places(intervals_s: tuple[tuple[float, float], ...], limit: int = 3) -> str:
    """Say where in the recording something was: up to ``limit`` places, then how many more."""
    if not intervals_s:
        return _("throughout")
    shown = [_place(*interval) for interval in intervals_s[:limit]]
    rest = len(intervals_s) - len(shown)
    if not rest:
        return ", ".join(shown)
    return ngettext("{places} and {n} more place", "{places} and {n} more places", rest).format(
        places=", ".join(shown), n=rest
    )


def _place(start_s: float, stop_s: float) -> str:
    """Format a stretch; one that was judged by whole seconds does not pretend to be known to a hundredth."""
    if float(start_s).is_integer() and float(stop_s).is_integer():
        return f"{start_s:.0f}–{stop_s:.0f}{THIN}s"
    return span(start_s, stop_s)


def mvc_words(mvc: Mvc | None, side: str) -> str:
    """Say where the reference amplitude of a muscle comes from."""
    if mvc is None:
        return _("MVC {side}: {value}").format(side=side, value=not_recorded())
    value = number(mvc.value_uv, "µV")
    if mvc.source == "file":
        return _("MVC {side}: {value}, from the file").format(side=side, value=value)
    if mvc.source == "session":
        return _("MVC {side}: {value}, entered").format(side=side, value=value)
    if mvc.source == "patient":
        return _("MVC {side}: {value}, the patient's").format(side=side, value=value)
    return _("MVC {side}: {missing} (session peak {value}, not used for the score)").format(
        side=side, missing=not_recorded(), value=value
    )
