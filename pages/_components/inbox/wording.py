"""A file's state in the clinic's words: what became of it, why, and what that means."""

from __future__ import annotations

from pages._components import local_time, words
from pages._components.inbox.reviewed import signed
from pages._components.words import State
from processing.language import gettext as _
from processing.language import mark as N_
from processing.use_cases.inbox import InboxRow, InboxState

STATES: dict[InboxState, State] = {
    "waiting": words.WAITING,
    "reading": words.READING,
    "analysing": words.ANALYSING,
    "ready": words.READY,
    "warnings": words.WARNINGS,
    "failed": words.FAILED,
    "reviewed": words.REVIEWED,
    "parked": words.NO_PATIENT,
}
# What a person can do about a kind of failure; the reason itself stands before it.
ADVICE = {
    "MissingChannelError": N_("Open it to say which channel is which leg."),
    "TruncatedRecordingError": N_("Copy the file from the tablet once more."),
    "UnreadableRecordingError": N_("Export it once more, or ask who made it."),
    "NotFoundError": N_("It is analysed as soon as it is there."),
    "ReaderCrashedError": N_("Try again; if it fails once more the file is damaged."),
}


def row_state(row: InboxRow) -> State:
    """Return the state as a word, an icon and a colour."""
    return words.NO_LEG if row.needs_legs and row.state != "reviewed" else STATES[row.state]


def row_note(row: InboxRow) -> str:
    """Return the reason and what to do, whether it is there already, or what changed since it was reviewed."""
    said = []
    if row.reason:
        said.append(words.told(row.reason))
    if row.state == "failed" and row.failure_kind in ADVICE:
        said.append(_(ADVICE[row.failure_kind]))
    if row.needs_legs:
        said.append(_("Open it and say under Legs which channel is which leg: without that it has no score."))
    if row.duplicate_of:
        said.append(_same_recording(row))
    if row.state == "reviewed":
        said.append(signed(row.reviewed_by, local_time.moment(row.reviewed_at)))
    elif row.changed_since_review:
        said.append(_("Reviewed {when}, changed since.").format(when=local_time.moment(row.reviewed_at)))
    return " ".join(said)


def _same_recording(row: InboxRow) -> str:
    if row.duplicate_recorded_at is None:
        return _("The same recording as {session}.").format(session=row.duplicate_of)
    return _("The same recording as {session} of {when}.").format(
        session=row.duplicate_of, when=local_time.moment(row.duplicate_recorded_at)
    )


def when_words(row: InboxRow) -> str:
    """Say when the file was recorded or, until that is known, when it arrived."""
    if row.recorded_at is not None:
        return _("recorded {when}").format(when=local_time.moment(row.recorded_at))
    return _("arrived {when}").format(when=local_time.moment(row.received_at))


def time_words(row: InboxRow) -> str:
    """Say how long it took, or has taken so far."""
    if row.seconds is None:
        return "—"
    if row.running:
        return _("{time} so far").format(time=words.fixed(row.seconds, 0, "s"))
    if row.seconds < 120:
        return words.number(round(row.seconds, 1), "s")
    return (
        words.number(row.seconds / 60, "min") if row.seconds < 7200 else words.number(row.seconds / 3600, "h")
    )
