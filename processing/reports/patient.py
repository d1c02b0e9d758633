"""What stands on the patient's sheet: plain words, the same numbers, nothing that is not known.

No score, no medical claim. What could not be measured is said kindly and never as the patient's failure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from processing.emg.classes import GoodCount, good_count
from processing.emg.parameters import SessionTargets
from processing.emg.results import ChannelAnalysis
from processing.language import format_day, ngettext
from processing.language import gettext as _
from processing.language.quantities import number
from processing.recording import Side
from processing.reports.comparison import Earlier, comparable_sessions
from processing.reports.model import ReportOptions, ReportSource
from processing.reports.provenance import footer
from processing.reports.wording import long_day, shortened
from processing.scoring.gains import Gain
from processing.use_cases.read_models import SessionResult
from processing.use_cases.what_if import gains_of

_SIDES: tuple[Side, ...] = ("left", "right")
# Without the letter: in French left does not begin with an L.
_SHAPES: dict[Side, str] = {"left": "●", "right": "▲"}
_MOST_BOXES = 24


@dataclass(frozen=True, slots=True)
class Room:
    """How many earlier sessions are shown, and how large the words are; never below 14 points."""

    most_earlier: int
    size_pt: float


# From ample to tight; the first that fits is taken.
ROOMS = (Room(3, 16.0), Room(3, 15.0), Room(2, 14.5), Room(1, 14.0), Room(0, 14.0))


def patient_content(source: ReportSource, options: ReportOptions, room: Room) -> dict[str, Any]:
    """Return the values that the template sets; all words are in the current language."""
    summary, result = source.review.summary, source.review.result
    recorded = summary.recorded_at
    content = {
        "title": _("Your training {session}").format(session=summary.session_code),
        "heading": _("Your training"),
        "who": _who(source, options),
        "when": _("on {day}").format(day=long_day(recorded.date())) if recorded else "",
        "draft": "" if source.reviewed else _("Draft – not reviewed"),
        "footer": footer(source),
        "size_pt": room.size_pt,
        "words": {
            "page": _("page {page} of {pages}"),
            "next": _("What to try next"),
            "earlier": _("Compared with before"),
            "left": _("Left"),
            "right": _("Right"),
            "today": _("this time"),
            "care": _("If something hurts or worries you, tell your therapist."),
        },
    }
    if result is None:
        said = _(
            "Your recording could not be read yet. Thank you for your effort; your therapist will look at it."
        )
        return {**content, "legs": [], "legend": [], "earlier": None, "encouragement": said, "next": ""}
    targets = source.review.inputs.targets
    legs = [_leg(side, _channel(result, side), targets.for_side(side)) for side in _SIDES]
    earlier = comparable_sessions(source)
    return {
        **content,
        "legs": legs,
        "legend": _legend(legs),
        "earlier": _earlier(source, result, earlier[-room.most_earlier :] if room.most_earlier else []),
        "encouragement": _encouragement(result, targets, earlier),
        "next": _next(source, result),
    }


def _who(source: ReportSource, options: ReportOptions) -> str:
    identity = source.identity if options.include_name else None
    names = [] if identity is None else [identity.given_name, identity.family_name]
    known = " ".join(shortened(name, 40)[0] for name in names if name)
    return known or source.review.summary.patient_code


def _channel(result: SessionResult, side: Side) -> ChannelAnalysis | None:
    return next((channel for channel in result.channels if channel.side == side), None)


def _leg(side: Side, channel: ChannelAnalysis | None, targets: SessionTargets) -> dict[str, Any]:
    name = _("Left leg") if side == "left" else _("Right leg")
    heading = {"mark": _SHAPES[side], "name": name}
    if channel is None:
        return {
            **heading,
            "count": "",
            "boxes": [],
            "said": _("Nothing was recorded for this leg this time."),
        }
    good = good_count(channel)
    if good is None:
        said = _(
            "The sensor on this leg gave no clear signal this time, so nothing could be counted. This says nothing"
            " about how well you did."
        )
        return {**heading, "count": "", "boxes": [], "said": said}
    count = _("{good} of {expected} good").format(good=good, expected=targets.expected_contractions)
    if good.low != good.high or (channel.contractions and not _strength_known(channel)):
        n = len(channel.contractions)
        count = _("{n} done, {expected} asked").format(n=n, expected=targets.expected_contractions)
    return {
        **heading,
        "count": count,
        "boxes": _boxes(channel, targets.expected_contractions),
        "said": _leg_words(channel, good, targets),
    }


def _strength_known(channel: ChannelAnalysis) -> bool:
    return all(c.meets_intensity is not None for c in channel.contractions)


def _leg_words(channel: ChannelAnalysis, good: GoodCount, targets: SessionTargets) -> str:
    found, hold = len(channel.contractions), _hold(targets)
    if not found:
        return _("No repetition was counted for this leg this time.")
    held = sum(c.meets_duration for c in channel.contractions)
    if not _strength_known(channel):
        done = ngettext("You did {n} repetition.", "You did {n} repetitions.", found).format(n=found)
        long = ngettext("{held} of them was held for {hold}.", "{held} of them were held for {hold}.", held)
        said = _("How strong they were could not be told this time.")
        return f"{done} {long.format(held=held, hold=hold)} {said}"
    done = ngettext("You did {n} repetition.", "You did {n} repetitions.", found).format(n=found)
    were = ngettext(
        "{good} of them was strong enough and held for {hold}.",
        "{good} of them were strong enough and held for {hold}.",
        good.low,
    )
    return f"{done} {were.format(good=good.low, hold=hold)}"


def _hold(targets: SessionTargets) -> str:
    value = targets.target_duration_s
    n = 1 if value == 1 else 2
    return ngettext("{n} second", "{n} seconds", n).format(n=number(value)).replace(" ", "\u00a0")


def _boxes(channel: ChannelAnalysis, expected: int) -> list[str]:
    """Return a box for each repetition that was asked for, the good ones first."""
    good = sum(bool(c.meets_intensity) and c.meets_duration for c in channel.contractions)
    unknown = sum(c.meets_intensity is None and c.meets_duration for c in channel.contractions)
    done = len(channel.contractions) - good - unknown
    boxes = ["good"] * good + ["held"] * unknown + ["done"] * done
    boxes += ["missing"] * max(0, expected - len(boxes))
    return boxes[: min(_MOST_BOXES, max(expected, 1))]


def _legend(legs: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    words = {
        "good": _("good: strong and long enough"),
        "held": _("held long enough"),
        "done": _("done, not yet good"),
        "missing": _("still open"),
    }
    if any("held" in leg["boxes"] for leg in legs):
        words["done"] = _("done")
    used = {kind for leg in legs for kind in leg["boxes"]}
    return [{"kind": kind, "words": said} for kind, said in words.items() if kind in used]


def _earlier(source: ReportSource, result: SessionResult, earlier: Sequence[Earlier]) -> dict[str, Any]:
    """Return rows of earlier sessions and this one, or why there is nothing to compare."""
    if not earlier:
        if not source.earlier:
            return {"rows": [], "said": _("This is your first recorded session.")}
        return {"rows": [], "said": _("This session cannot be compared with your earlier ones.")}
    rows = [
        {
            "when": format_day(each.day),
            "left": _share(each.left, each.expected_left),
            "right": _share(each.right, each.expected_right),
            "now": False,
        }
        for each in earlier
    ]
    targets = source.review.inputs.targets
    now: dict[str, Any] = {"when": "", "now": True}
    for side in _SIDES:
        channel = _channel(result, side)
        count = None if channel is None else good_count(channel)
        known = count.low if count is not None and count.low == count.high else None
        now[side] = _share(known, targets.for_side(side).expected_contractions)
    return {"rows": [*rows, now], "said": _("Good repetitions each time:")}


def _share(good: int | None, expected: int | None) -> dict[str, Any]:
    if good is None or not expected:
        return {"words": "–", "percent": None}
    words = _("{good} of {expected}").format(good=good, expected=expected)
    return {"words": words, "percent": min(100.0, 100.0 * good / expected)}


def _encouragement(result: SessionResult, targets: SessionTargets, earlier: Sequence[Earlier]) -> str:
    """Return one sentence that is true."""
    counts = {side: (c, good_count(c)) for side in _SIDES if (c := _channel(result, side)) is not None}
    known = {side: (c, g) for side, (c, g) in counts.items() if g is not None}
    good = {side: g.low for side, (c, g) in known.items() if g.low == g.high}
    if earlier and (more := _more_than(earlier[-1], good)) > 0:
        said = ngettext(
            "That is {n} good repetition more than last time. Well done!",
            "That is {n} good repetitions more than last time. Well done!",
            more,
        )
        return said.format(n=more)
    if len(known) == len(_SIDES) and all(
        len(c.contractions) >= targets.for_side(side).expected_contractions for side, (c, _g) in known.items()
    ):
        return _("You did all the repetitions that were asked. Well done!")
    if (total := sum(good.values())) > 0:
        said = ngettext("{n} good repetition: well done!", "{n} good repetitions: well done!", total)
        return said.format(n=total)
    if (total := sum(len(c.contractions) for c, _g in known.values())) > 0:
        said = ngettext(
            "You did {n} repetition. Thank you for your effort!",
            "You did {n} repetitions. Thank you for your effort!",
            total,
        )
        return said.format(n=total)
    return _("Thank you for your effort!")


def _more_than(last: Earlier, good: dict[Side, int]) -> int:
    """Return how many more were good than last time, over the legs that both sessions know; 0 where none is known."""
    before = {"left": last.left, "right": last.right}
    both = [side for side in good if before[side] is not None]
    return sum(good[side] - (before[side] or 0) for side in both)


def _next(source: ReportSource, result: SessionResult) -> str:
    gains = gains_of(result.channels, result.metadata, source.review.inputs)
    gain = next((g for g in gains if g.criterion in ("completion", "intensity", "duration")), None)
    if gain is None:
        judged = any(c.quality.verdict != "not_judged" for c in result.channels if c.side)
        return _("Go on as you did this time.") if judged else ""
    return _advice(gain, source.review.inputs.targets)


def _advice(gain: Gain, targets: SessionTargets) -> str:
    """Say what would have helped most, in words for doing."""
    legs = gain.sides[0] if len(gain.sides) == 1 else "both"
    said = {
        ("completion", "both"): _("Next time, try to do all repetitions that are asked, with both legs."),
        ("completion", "left"): _("Next time, try to do all repetitions that are asked with your left leg."),
        ("completion", "right"): _(
            "Next time, try to do all repetitions that are asked with your right leg."
        ),
        ("intensity", "both"): _("Next time, try to tighten your muscles a little more."),
        ("intensity", "left"): _("Next time, try to tighten your left leg a little more."),
        ("intensity", "right"): _("Next time, try to tighten your right leg a little more."),
        ("duration", "both"): _("Next time, try to hold each repetition for {hold}."),
        ("duration", "left"): _("Next time, try to hold each repetition with your left leg for {hold}."),
        ("duration", "right"): _("Next time, try to hold each repetition with your right leg for {hold}."),
    }
    side: Side = gain.sides[0] if gain.sides else "left"
    return said[gain.criterion, legs].format(hold=_hold(targets.for_side(side)))
