"""The words, symbols and number formats that every page shares, so that one thing has one name everywhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pages._components import classes
from processing.emg.results import ChannelAnalysis, ChannelQuality, Mvc, QualityFinding, Verdict
from processing.recording import ChannelInfo, Side
from processing.use_cases.read_models import SessionSummary

NOT_RECORDED = "— not recorded"
NOT_ASSESSABLE = "not assessable"
NO_SCORE = "No score: the file does not say which leg its channels belong to."
THIN = "\u202f"  # narrow no-break space between a number and its unit


@dataclass(frozen=True, slots=True)
class State:
    """What has become of a file, as a word, an icon and a badge colour; the word alone is enough."""

    word: str
    icon: str
    color: str
    sentence: str


WAITING = State("Waiting", ":material/schedule:", "gray", "The file has arrived and waits for its turn.")
READING = State("Reading", ":material/file_open:", "violet", "The file is being read.")
ANALYSING = State("Analysing", ":material/progress_activity:", "violet", "The recording is being analysed.")
READY = State("Ready", ":material/check_circle:", "blue", "Analysed; every channel can be judged.")
WARNINGS = State(
    "Ready with warnings",
    ":material/warning:",
    "yellow",
    "Analysed; at least one channel needs a second look.",
)
FAILED = State(
    "Could not be read", ":material/block:", "orange", "The file arrived but could not be analysed."
)

REVIEWED = State("Reviewed", ":material/task_alt:", "blue", "Somebody looked it over as it is now.")
CHANGED = State(
    "Changed since review", ":material/history:", "yellow", "It shows something else than what was reviewed."
)
NO_PATIENT = State(
    "Needs a patient", ":material/person_search:", "orange", "The file arrived but belongs to no patient yet."
)

NO_LEG = State(
    "Needs its legs",
    ":material/swap_horiz:",
    "orange",
    "Analysed, but not scored: somebody has to say which channel is which leg.",
)

STATES_BY_STATUS = {"pending": WAITING, "processing": ANALYSING, "reprocessing": ANALYSING, "failed": FAILED}


def session_state(summary: SessionSummary) -> State:
    """Return the state of a session in the words of the clinic."""
    if summary.status != "completed":
        return STATES_BY_STATUS[summary.status]
    if summary.sides and not summary.names_a_leg:
        return NO_LEG
    clean = all(side.verdict == "good" for side in summary.sides)
    return READY if clean and summary.sides else WARNINGS


VERDICT_WORDS: dict[Verdict, str] = {"good": "good", "doubtful": "doubtful", "not_judged": "not judged"}
VERDICT_ICONS: dict[Verdict, str] = {
    "good": ":material/check:",
    "doubtful": ":material/question_mark:",
    "not_judged": ":material/block:",
}

_SIDE_MARKS: dict[Side | None, str] = {"left": "L ●", "right": "R ▲", None: "■"}


def side_mark(side: Side | None) -> str:
    """Return the letter and shape that tell the legs apart without colour."""
    return _SIDE_MARKS[side]


def side_name(side: Side | None, channel: str) -> str:
    """Return ``Left``, ``Right`` or, where the side is unknown, the channel's name."""
    return side.capitalize() if side else channel


def side_word(side: Side | None, channel: str) -> str:
    """Return the side as it stands inside a sentence; a channel's name keeps its letters."""
    return side or channel


def the_leg(side: Side | None, channel: str) -> str:
    """Return ``the left leg`` or, where the side is unknown, the channel's name."""
    return f"the {side} leg" if side else channel


def names_a_leg(channels: Sequence[ChannelAnalysis] | Sequence[ChannelInfo]) -> bool:
    """Whether at least one channel is known to belong to a leg: without any there is nothing to score."""
    return any(channel.side is not None for channel in channels)


def number(value: float | None, unit: str = "", *, missing: str = NOT_RECORDED) -> str:
    """Format a quantity with at most three significant figures and its unit."""
    if value is None or not math.isfinite(value):
        return missing
    text = _three_figures(value)
    return f"{text}{THIN}{unit}" if unit else text


def _three_figures(value: float) -> str:
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(float(f"{value:.2e}"))))
    rounded = round(value, 2 - magnitude)
    text = f"{rounded:.{max(0, min(6, 2 - magnitude))}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def fixed(value: float | None, decimals: int, unit: str = "", *, missing: str = NOT_RECORDED) -> str:
    """Format a quantity whose values stand beside each other, always with the same decimals."""
    if value is None or not math.isfinite(value):
        return missing
    text = f"{value:.{decimals}f}".replace("-", "−")
    return f"{text}{THIN}{unit}" if unit else text


def seconds(value: float | None, *, missing: str = NOT_RECORDED) -> str:
    """Format a measured time, to a hundredth of a second."""
    return fixed(value, 2, "s", missing=missing)


def span(start_s: float, stop_s: float) -> str:
    """Format a stretch of the recording, to a hundredth of a second."""
    return f"{start_s:.2f}–{stop_s:.2f}{THIN}s"


def decibels(value: float | None, *, missing: str = NOT_RECORDED) -> str:
    """Format a ratio in decibels, to one decimal."""
    return fixed(value, 1, "dB", missing=missing)


def duration(seconds: float | None) -> str:
    """Format a recording's length in whole seconds."""
    return NOT_RECORDED if seconds is None else f"{seconds:.0f}{THIN}s"


def plain(text: str) -> str:
    """Show untrusted text as it is, whatever Markdown signs it holds."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-!|<>~$:" else sign for sign in text)


def plural(count: int, singular: str, plural_form: str | None = None) -> str:
    """Return ``1 contraction`` or ``3 contractions``."""
    return f"{count} {singular if count == 1 else plural_form or singular + 's'}"


def same_as(session: SessionSummary) -> str:
    """Say that a session's recording is stored already, and where; empty where it is not."""
    return f"same recording as {session.duplicate_of}" if session.duplicate_of else ""


def score_words(score: float | None, low: float | None, high: float | None) -> str:
    """Format a score as its picture shows it, to one decimal, or the range it could take, in whole points."""
    if score is not None:
        return f"{score:.1f}"
    if low is None or high is None:
        return "—"
    return f"{low:.0f}–{high:.0f}" if round(low) != round(high) else f"{low:.0f}"


def yes_no(value: bool | None) -> str:
    """Return the answer in a word; None is not a no."""
    return NOT_ASSESSABLE if value is None else "yes" if value else "no"


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
        return "No EMG channel was found in this recording."
    judged = [channel for channel in channels if channel.quality.verdict != "not_judged"]
    if judged and all(channel.mvc is None or not channel.mvc.assessable for channel in judged):
        parts.append("Intensity not assessable: no MVC recorded.")
    return " ".join(parts)


def _side_sentence(channel: ChannelAnalysis, expected: int, target_s: float, scored: bool) -> str:
    name = side_name(channel.side, channel.name)
    if scored and channel.side is None:
        name = f"{name} (not scored)"
    if channel.quality.verdict == "not_judged":
        reason = short_reason(channel.quality) or "signal not usable"
        return f"{name} not judged: {reason}."
    found = len(channel.contractions)
    if not found:
        return f"{name}: no contraction found" + (f", {expected} expected." if channel.side else ".")
    held = sum(contraction.meets_duration for contraction in channel.contractions)
    held_words = f"{'none' if held == 0 else held} held {number(target_s, 's')}"
    if channel.mvc is not None and channel.mvc.assessable:
        strong = sum(bool(contraction.meets_intensity) for contraction in channel.contractions)
        good = classes.good_count(channel)
        counted = f"{good} of {expected}" if channel.side else f"{good} of {found}"
        return f"{name}: {counted} good ({strong} strong enough, {held_words})."
    return f"{name}: {plural(found, 'contraction')}, {held_words}."


FINDING_WORDS = {
    "activity": "no contraction above the noise",
    "clipping": "clipping",
    "drift": "drifting baseline",
    "dropout": "drop-out",
    "duration": "recording too short",
    "flat": "flat signal",
    "gap": "gap",
    "loose_sensor": "loose sensor",
    "low_frequency": "movement or loose sensor",
    "low_median_frequency": "looks like movement",
    "mains": "mains hum",
    "masked": "too much left out",
    "movement": "movement",
    "no_samples": "no samples",
    "snr": "weak against the noise",
    "spike": "spike",
}


def finding_name(finding: QualityFinding) -> str:
    """Return two or three words for a finding, short enough to stand on the plot."""
    return FINDING_WORDS.get(finding.kind, finding.kind.replace("_", " "))


def worst_finding(quality: ChannelQuality) -> QualityFinding | None:
    """Return the finding that decided the verdict, if there is one."""
    ranks: dict[Verdict, int] = {"not_judged": 0, "doubtful": 1, "good": 2}
    notable = sorted((f for f in quality.findings if f.verdict != "good"), key=lambda f: ranks[f.verdict])
    return notable[0] if notable else None


def short_reason(quality: ChannelQuality) -> str | None:
    """Return the deciding finding in two or three words, or the first reason as it stands."""
    finding = worst_finding(quality)
    if finding is not None:
        return finding_name(finding)
    return quality.reasons[0].rstrip(".") if quality.reasons else None


def places(intervals_s: tuple[tuple[float, float], ...], limit: int = 3) -> str:
    """Say where in the recording something was: up to ``limit`` places, then how many more."""
    if not intervals_s:
        return "throughout"
    shown = [_place(*interval) for interval in intervals_s[:limit]]
    rest = len(intervals_s) - len(shown)
    return ", ".join(shown) + (f" and {plural(rest, 'more place')}" if rest else "")


def _place(start_s: float, stop_s: float) -> str:
    """Format a stretch; one that was judged by whole seconds does not pretend to be known to a hundredth."""
    if float(start_s).is_integer() and float(stop_s).is_integer():
        return f"{start_s:.0f}–{stop_s:.0f}{THIN}s"
    return span(start_s, stop_s)


def mvc_words(mvc: Mvc | None, side: str) -> str:
    """Say where the reference amplitude of a muscle comes from."""
    if mvc is None:
        return f"MVC {side}: {NOT_RECORDED}"
    source = {"file": "from the file", "session": "entered", "patient": "the patient's"}.get(mvc.source)
    if source is None:
        return (
            f"MVC {side}: {NOT_RECORDED} (session peak {number(mvc.value_uv, 'µV')}, not used for the score)"
        )
    return f"MVC {side}: {number(mvc.value_uv, 'µV')}, {source}"
