"""What the rules found, in words: how a patient stands, why, and what could not be looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pages._components import local_time, words
from pages._components.local_time import day as day_words
from processing.language import gettext as _
from processing.language import mark as N_
from processing.language import ngettext, sentence
from processing.recording import Side
from processing.scoring.attention import (
    Alert,
    FewerGood,
    HighEffort,
    LegLost,
    Missed,
    QualityLost,
    RuleName,
    Strip,
    Unchecked,
    UnreadableFiles,
    WhyUnchecked,
)
from processing.use_cases.attention import Overview, PatientRow, Standing


@dataclass(frozen=True, slots=True)
class StandingWords:
    """How a patient stands: a word, an icon and a badge colour; the word alone is enough."""

    english: str
    icon: str
    color: str

    @property
    def word(self) -> str:
        """Return the word in the reader's language."""
        return _(self.english)


STANDING_WORDS: dict[Standing, StandingWords] = {
    "attention": StandingWords(N_("Needs attention"), ":material/priority_high:", "orange"),
    "muted": StandingWords(N_("Muted"), ":material/notifications_paused:", "gray"),
    "on_track": StandingWords(N_("On track"), ":material/check:", "blue"),
    "plan_ended": StandingWords(N_("Plan ended"), ":material/event_available:", "gray"),
    "no_session": StandingWords(N_("No session yet"), ":material/hourglass_empty:", "gray"),
}

RULE_WORDS: dict[RuleName, str] = {
    "missed": N_("Missed training"),
    "quality": N_("Signal lost"),
    "unreadable": N_("File not read"),
    "fewer_good": N_("Fewer good contractions"),
    "effort": N_("High effort"),
}

_WHY_UNCHECKED: dict[WhyUnchecked, str] = {
    "no_session": N_("no session yet"),
    "plan_ended": N_("the planned days are over"),
    "too_few_sessions": N_("too few earlier sessions to compare with"),
    "good_not_known": N_("not assessable in the last session"),
    "no_verdict": N_("no channel names a leg"),
    "not_recorded": N_("not recorded"),
}
_CHECKED: dict[RuleName, str] = {
    "missed": N_("missed training"),
    "quality": N_("signal quality"),
    "unreadable": N_("files"),
    "fewer_good": N_("good contractions"),
    "effort": N_("effort"),
}


def headline(overview: Overview) -> str:
    """Say in one line how many patients stand how, and how many files wait for somebody."""
    attention, muted = overview.count("attention"), overview.count("muted")
    ended, new = overview.count("plan_ended"), overview.count("no_session")
    on_track, files = overview.count("on_track"), overview.n_files_to_fix
    parts = [
        ngettext("{n} needs attention", "{n} need attention", attention).format(n=attention),
        _("{n} on track").format(n=on_track),
    ]
    if muted:
        parts.append(_("{n} muted").format(n=muted))
    if ended:
        parts.append(ngettext("{n} plan ended", "{n} plans ended", ended).format(n=ended))
    if new:
        parts.append(_("{n} without a session").format(n=new))
    parts.append(
        ngettext("{n} file to fix", "{n} files to fix", files).format(n=files)
        if files
        else _("no file to fix")
    )
    return " · ".join(parts)


def alert_sentence(alert: Alert, why: Mapping[Side, str] | None = None) -> str:
    """Say what a rule found, with the numbers that it went by; ``why`` says why legs are not judged, in English."""
    match alert:
        case Missed():
            return _missed(alert)
        case FewerGood():
            return _fewer_good(alert)
        case QualityLost():
            return " ".join(_leg_lost(leg, (why or {}).get(leg.side)) for leg in alert.legs)
        case HighEffort():
            return _effort(alert)
        case UnreadableFiles():
            return ngettext(
                "{n} file could not be read: session {code}.",
                "{n} files could not be read; the newest is session {code}.",
                alert.n_files,
            ).format(n=alert.n_files, code=alert.session_code)


def _missed(alert: Missed) -> str:
    return _(
        "No recording since {day}, for {n_days} days: at least {n_missed} planned training days missed in a row, as "
        "two of any seven may be for rest."
    ).format(n_days=alert.n_days, day=day_words(alert.last_seen), n_missed=alert.n_missed)


def _fewer_good(alert: FewerGood) -> str:
    said = _(
        "{good} good contractions on {day}, {percent} % fewer than the mean of the {n} comparable sessions before "
        "({baseline})."
    ).format(
        good=alert.good,
        day=day_words(alert.at),
        percent=words.fixed(-alert.change_percent, 0),
        n=alert.n_baseline,
        baseline=words.number(alert.baseline),
    )
    if len(alert.sides) == 2:
        return said
    return _("{leg} alone: {finding}").format(leg=_leg(alert.sides[0]), finding=said)


def _leg_lost(leg: LegLost, why: str | None) -> str:
    known = {"leg": _leg(leg.side), "n": leg.n_sessions, "day": day_words(leg.judged_at)}
    if leg.absent:
        return ngettext(
            "{leg}: the last session has no channel of this leg; before, it was judged, last on {day}.",
            "{leg}: the last session has no channel of this leg, and none of the last {n} was judged; before, it was, "
            "last on {day}.",
            leg.n_sessions,
        ).format(**known)
    said = ngettext(
        "{leg}: not judged in the last session; before, it was, last on {day}.",
        "{leg}: not judged in the last {n} sessions; before, it was, last on {day}.",
        leg.n_sessions,
    ).format(**known)
    if why is None:
        return said
    reason = words.plain(sentence(why).rstrip("."))
    return _("{finding} Reason: {reason}.").format(finding=said, reason=reason)


def _effort(alert: HighEffort) -> str:
    known = {"effort": words.number(alert.effort_cr10), "day": day_words(alert.at), "n": alert.n_earlier}
    if alert.earlier is None:
        return _("Effort {effort} of 10 (CR10) on {day}; none was recorded before.").format(**known)
    return ngettext(
        "Effort {effort} of 10 (CR10) on {day}; the one recorded before was {earlier}.",
        "Effort {effort} of 10 (CR10) on {day}; the mean of the {n} recorded before was {earlier}.",
        alert.n_earlier,
    ).format(**known, earlier=words.fixed(alert.earlier, 1))


def _leg(side: str) -> str:
    return _("L ● Left") if side == "left" else _("R ▲ Right")


def unchecked_sentence(unchecked: Sequence[Unchecked]) -> str:
    """Say which rules could not be applied, and why; empty where all could."""
    if not unchecked:
        return ""
    said = [f"{_(_CHECKED[each.rule])} ({_(_WHY_UNCHECKED[each.why])})" for each in unchecked]
    return _("Could not be checked: {what}.").format(what=", ".join(said))


def strip_words(strip: Strip) -> str:
    """Say how many of the planned games were done: what the strip shows, in a few words."""
    if strip.n_planned is None:
        return _("nothing planned yet")
    if not strip.n_planned:
        return _("outside the planned days")
    said = _("{done} of {planned} planned").format(done=strip.n_done, planned=round(strip.n_planned))
    if strip.n_unread:
        unread = ngettext("{n} not read", "{n} not read", strip.n_unread).format(n=strip.n_unread)
        return f"{said}, {unread}"
    return said


def strip_line(row: PatientRow) -> str:
    """Say the same with the day on which the strip ends, where that is not today."""
    said, last = strip_words(row.strip), row.strip.days[-1].day
    if last < local_time.today():
        return _("{count}, up to {day}").format(count=said, day=day_words(last))
    return said


def standing_sentence(row: PatientRow) -> str:
    """Say why a patient without an alert stands as they do."""
    if row.standing == "no_session":
        return _("No recording has arrived yet.")
    if row.standing == "plan_ended" and row.course is not None:
        return _("The planned days ended on {day}; no alert.").format(day=day_words(row.course.last))
    return _("No alert.") if row.standing == "on_track" else ""
