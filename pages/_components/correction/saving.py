"""Saves what a person does on the page and remembers, until the page is drawn again, what to say about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from pages._components.state import corrections_key
from pages._components.view import View
from processing.emg.corrections import REJECTION_REASONS, Correction
from processing.emg.corrections_apply import shared_part
from processing.emg.corrections_candidates import Candidate
from processing.emg.results import ChannelAnalysis, Contraction, IntervalS
from processing.errors import ProcessingError
from processing.services import Services
from processing.use_cases.corrections import Change
from processing.use_cases.read_models import SessionResult, SessionReview

Place = tuple[str, IntervalS]


class Corrector:
    """What a person may do to the contractions of one review; every method is made for a callback.

    ``then`` is called after a change and draws whatever shows it; without it the whole page is drawn again.
    """

    def __init__(
        self,
        services: Services,
        review: SessionReview,
        result: SessionResult,
        *,
        then: Callable[[], None] | None = None,
    ) -> None:
        self._services = services
        self._then = then or st.rerun
        self.review, self.result = review, result
        self._kept: dict[str, Any] = st.session_state.setdefault(
            corrections_key(review.summary.session_code), {}
        )

    # What the page has to know.

    @property
    def changed(self) -> bool:
        """Whether something was saved since the page was drawn whole."""
        return bool(self._kept.get("changed", False))

    def take_changed(self) -> bool:
        """Return whether something was saved since the page was drawn whole, once."""
        return bool(self._kept.pop("changed", False))

    def take_selection(self) -> tuple[bool, Place | None]:
        """Return, once, whether another contraction is to be chosen now, and where it lies; None is to choose none."""
        return "select" in self._kept, self._kept.pop("select", None)

    @property
    def problem(self) -> str | None:
        """Why the last change was not saved."""
        return self._kept.get("problem")

    @property
    def reason(self) -> str:
        """The reason that the next rejection is given: the last one that was chosen, or given."""
        last = self.review.corrections.undo
        given = last.correction.reason if last is not None and last.correction is not None else None
        return str(self._kept.get("reason") or given or REJECTION_REASONS[0])

    def chosen(self, view: View) -> tuple[ChannelAnalysis, int, Contraction] | None:
        """Return the chosen contraction with its channel and number from 0."""
        if view.selected is None:
            return None
        name, index = view.selected
        channel = next((c for c in self.result.channels if c.name == name), None)
        if channel is None or not 0 <= index < len(channel.contractions):
            return None
        return channel, index, channel.contractions[index]

    @staticmethod
    def kept(chosen: tuple[ChannelAnalysis, int, Contraction]) -> bool:
        """Return whether a person has said already that this contraction counts."""
        mark = chosen[0].mark_of(chosen[1])
        return mark is not None and mark.kind == "accept"

    def candidates(self, channel: str) -> tuple[Candidate, ...]:
        """Return the likeliest misses and doubles of a channel."""
        return self._services.corrections.candidates(self.review).get(channel, ())

    # What the person does.

    def accept(self, channel: str, interval_s: IntervalS) -> None:
        """Count a contraction without a doubt, or again."""
        self._save(Correction(channel, "accept", *interval_s), select=(channel, interval_s))

    def reject(self, channel: str, interval_s: IntervalS) -> None:
        """Reject a contraction, for the reason that was chosen last."""
        self._save(Correction(channel, "reject", *interval_s, reason=self.reason))

    def give_reason(self, reason: str | None) -> None:
        """Remember a reason; if the person's last change was a rejection, it is the reason of that one."""
        reason = (reason or "").strip()[:200]
        if not reason:
            return
        self._kept["reason"] = reason
        last = self.review.corrections.undo
        change = None if last is None else last.correction
        if change is not None and change.kind == "reject" and change.reason != reason:
            self._save(Correction(change.channel, "reject", *change.interval_s, reason=reason), choose=False)

    def move(self, channel: str, interval_s: IntervalS, new_s: IntervalS, *, fit: bool = False) -> None:
        """Move edges; with ``fit`` only as far as there is room, as for a dragged edge."""
        if max(abs(new_s[0] - interval_s[0]), abs(new_s[1] - interval_s[1])) < 1e-4:
            return
        try:
            change = Correction(channel, "move", *interval_s, new_onset_s=new_s[0], new_offset_s=new_s[1])
            if fit:
                change = self._services.corrections.fitted(self.review, change)
        except ProcessingError as error:
            self._not_saved(error)
        else:
            self._save(change, select=(channel, change.becomes_s))

    def split(self, channel: str, interval_s: IntervalS, at_s: float) -> None:
        """Cut a contraction in two."""
        self._make(channel, "split", interval_s, select=(channel, (interval_s[0], at_s)), at_s=at_s)

    def merge(self, channel: str, interval_s: IntervalS, with_s: IntervalS) -> None:
        """Make one contraction of two neighbours."""
        whole = (min(interval_s[0], with_s[0]), max(interval_s[1], with_s[1]))
        self._make(
            channel, "merge", interval_s, select=(channel, whole), new_onset_s=whole[0], new_offset_s=whole[1]
        )

    def add(self, channel: str, interval_s: IntervalS) -> None:
        """Count a stretch that was not detected."""
        self._make(channel, "add", interval_s, select=(channel, interval_s))

    def undo(self) -> None:
        """Take the person's last change back."""
        last = self.review.corrections.undo
        self._save("undo", select=_place_of(last and last.correction))

    def redo(self) -> None:
        """Do again what was taken back last."""
        self._save("redo")

    def _make(self, channel: str, kind: Any, interval_s: IntervalS, *, select: Place, **values: Any) -> None:
        try:
            change = Correction(channel, kind, *interval_s, **values)
        except ProcessingError as error:
            self._not_saved(error)
        else:
            self._save(change, select=select)

    def _save(self, change: Change, *, select: Place | None = None, choose: bool = True) -> None:
        self._kept["changed"] = True  # also after a conflict: the page then shows what the other person did
        try:
            self._services.corrections.save(self.review, change)
        except ProcessingError as error:
            self._not_saved(error)
        else:
            self._kept.pop("problem", None)
            # After a rejection nothing is chosen: its number is the next one's now, which nobody has looked at.
            if choose:
                self._kept["select"] = select
        self._then()  # more than the fragment of the button: title, tiles and score lie outside of it

    def _not_saved(self, error: ProcessingError) -> None:
        self._kept.update(problem=str(error), changed=True)


def find(channel: ChannelAnalysis | None, interval_s: IntervalS) -> int | None:
    """Return the number of the contraction that an interval means, None for none."""
    if channel is None or not channel.contractions:
        return None
    shares = [shared_part((c.onset_s, c.offset_s), interval_s) for c in channel.contractions]
    best = max(range(len(shares)), key=shares.__getitem__)
    return best if shares[best] > 0 else None


def _place_of(change: Correction | None) -> Place | None:
    return None if change is None else (change.channel, change.interval_s)
