"""The timeline in words: what a point says, what changed at a break, what the adherence rests on."""

from __future__ import annotations

from datetime import datetime

from pages._components import local_time, words
from pages._components.timeline.lanes import Lane, verdict_of
from processing.language import format_day, ngettext
from processing.language import gettext as _
from processing.language import mark as N_
from processing.scoring.attention import LONE_DAY_GAP_DAYS
from processing.scoring.baseline import Span
from processing.use_cases.cohort import TimelineSession
from processing.use_cases.mvc_breaks import BreakKind, Reference, ReferenceBreak
from processing.use_cases.progress import Adherence, SessionMarks
from processing.use_cases.read_models import ProcessingStatus

STATUS_WORDS: dict[ProcessingStatus, str] = {
    "completed": N_("analysed"),
    "failed": N_("could not be read"),
    "pending": N_("waiting"),
    "processing": N_("being analysed"),
    "reprocessing": N_("being analysed"),
}
BAND_WORDS = {"excellent": N_("excellent"), "good": N_("good"), "moderate": N_("moderate"), "low": N_("low")}


def heading_of(session: TimelineSession) -> str:
    """Return a session's code and moment; of one without a date that can be, the moment of its arrival."""
    return f"{session.session_code} · {moment_words(session)}"


def moment_words(session: TimelineSession) -> str:
    """Return when a session was, or that only its arrival is known."""
    moment = local_time.moment(session.moment)
    return _("arrived {when}").format(when=moment) if session.of_arrival else moment


def placed_sentence(code: str, dated: datetime | None) -> str:
    """Say why a session stands on the day of its arrival; ``dated`` is the date in the file, which cannot be."""
    if dated is None:
        return _("{session} names no date that can be: it stands on the day of its arrival.").format(
            session=code
        )
    return _(
        "{session} is dated {day} by the tablet, after its arrival: its clock was wrong, and the session stands on the "
        "day of its arrival."
    ).format(session=code, day=format_day(dated.date()))


def value_words(lane: Lane, value: Span | None) -> str:
    """Return a lane's value with its unit; a range where only that is known."""
    if value is None:
        return words.not_recorded() if lane.key in ("effort", "pressure") else words.not_assessable()
    low, high = (words.fixed(end, lane.decimals) for end in value)
    said = low if value[0] == value[1] else f"{low}–{high}"
    return f"{said}{words.THIN}{lane.unit_after}" if lane.unit_after else said


def lane_hover(lane: Lane, session: TimelineSession, heading: str) -> str:
    """Return what a point of a lane says when the pointer is over it; ``heading`` is that of the session."""
    value, verdict = lane.value(session), verdict_of(lane, session)
    said = value_words(lane, value)
    if value is None and verdict == "not_judged":
        said = _("not judged: the signal cannot be trusted")
    elif lane.key.startswith("good") and value is not None:
        leg = session.left if lane.side == "left" else session.right
        expected = None if leg is None else leg.expected
        if expected is not None:
            said = _("{good} of {expected} good").format(good=said, expected=expected)
        if value[0] != value[1]:
            said = _("{counted}; no MVC was recorded, so only a range is known").format(counted=said)
    lines = [f"<b>{heading}</b>", _("{name}: {value}").format(name=lane.heading, value=said)]
    if verdict == "doubtful" and value is not None:
        lines.append(_("Signal doubtful"))
    return "<br>".join(lines)


def session_hover(session: TimelineSession, marks: SessionMarks, heading: str) -> str:
    """Return what a session's square, or its note, says when the pointer is over it."""
    lines = [f"<b>{heading}</b>", _(STATUS_WORDS[session.status])]
    if session.dated is not None:
        lines.append(
            _("dated {day} by the tablet, which cannot be").format(day=format_day(session.dated.date()))
        )
    if marks.copy_of:
        lines.append(_("same recording as {session}").format(session=marks.copy_of))
    if marks.n_notes:
        lines.append(ngettext("{n} note", "{n} notes", marks.n_notes).format(n=marks.n_notes))
    return "<br>".join(lines)


def break_label(breaks: list[ReferenceBreak]) -> str:
    """Return the few words at a dashed line: what changed, and on which legs."""
    legs = " ".join(words.side_mark(found.side) for found in breaks)
    kinds = {kind for found in breaks for kind in found.kinds}
    if kinds == {"electrodes"}:
        return _("electrodes {legs}").format(legs=legs)
    if kinds == {"mvc_lost"}:
        return _("no MVC {legs}").format(legs=legs)
    return _("MVC {legs}").format(legs=legs)


def break_sentence(found: ReferenceBreak, session: TimelineSession) -> str:
    """Say what changed at a break, from what to what."""
    before, after = reference_words(found.before), reference_words(found.after)
    said = [_(_CHANGES[kind]).format(before=before, after=after) for kind in found.kinds if kind in _CHANGES]
    if "electrodes" in found.kinds:
        placed = (_placed(found.before), _placed(found.after))
        said.append(
            _("electrodes placed elsewhere ({before} → {after})").format(before=placed[0], after=placed[1])
        )
    leg = f"{words.side_mark(found.side)} {words.side_name(found.side, '')}"
    changed = _("{name}: {value}").format(name=leg, value="; ".join(said))
    return f"**{format_day(session.at.date())}** · {changed}"


_CHANGES: dict[BreakKind, str] = {
    "mvc": N_("MVC {before} → {after}"),
    "mvc_gained": N_("MVC recorded from here on ({after})"),
    "mvc_lost": N_("no MVC recorded from here on (before: {before})"),
}
_SOURCES = {
    "patient": N_("{value}, measured {day}"),
    "file": N_("{value}, from the file"),
    "session": N_("{value}, entered for the session"),
}


def reference_words(reference: Reference) -> str:
    """Return an MVC with where it comes from."""
    if reference.value_uv is None or reference.source is None:
        return words.not_recorded()
    day = reference.measured_on
    value = words.number(reference.value_uv, "µV")
    if reference.source == "patient" and day is None:
        return value
    return _(_SOURCES[reference.source]).format(value=value, day="" if day is None else format_day(day))


def _placed(reference: Reference) -> str:
    placed = None if reference.measurement is None else reference.measurement.electrode_placement
    return words.not_recorded() if placed is None else words.plain(placed)


def adherence_words(adherence: Adherence) -> str:
    """Return the adherence with its band, or why there is none yet."""
    if adherence.percent is None or adherence.band is None:
        return _("not yet: it is given from day 3 on")
    return _("{percent} ({band})").format(
        percent=words.fixed(adherence.percent, 0, "%"), band=_(BAND_WORDS[adherence.band])
    )


def adherence_explained(adherence: Adherence) -> str:
    """Say how the adherence is computed, with this patient's numbers."""
    return _(
        "Done: {done}, due: {due}, from {first} to {last} (day {day} of {days}). Due are five training days a week "
        "with three game sessions each, or as many as prescribed, from the first session on, where no lone day more "
        "than {gap} days before the next one was the first; copies and recordings that could not be read do not count. "
        "Bands: excellent from 85 %, good from 70 %, moderate from 50 %, low below."
    ).format(
        done=adherence.n_done,
        due=words.fixed(adherence.n_due, 0),
        first=format_day(adherence.first),
        last=format_day(adherence.last),
        day=adherence.day,
        days=adherence.protocol_days,
        gap=LONE_DAY_GAP_DAYS,
    )
