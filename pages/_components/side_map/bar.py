"""What a session's heading opens to say which channel is which leg, with the swap and the map of all channels."""

from __future__ import annotations

import streamlit as st

from pages._components import words
from pages._components.side_map.editor import channel_fields
from pages._components.side_map.origin import origin_words
from processing.errors import PermanentError, ProcessingError
from processing.language import gettext as _
from processing.services import Services
from processing.use_cases.read_models import SessionReview
from processing.use_cases.side_map import ChannelMap, OtherLegs, SideMap, swapped


def side_map_bar(services: Services, review: SessionReview, *, may_edit: bool = True) -> OtherLegs | None:
    """Offer to see which channel is which leg and who said so, to swap left and right, and to map channels.

    Returns what speaks for a swap, to be said where there is room (:func:`swap_doubt`).
    """
    try:
        side_map = services.side_map.load(review)
    except PermanentError:
        return None  # a file that is gone, or is no recording, has no channels to speak of
    if _cannot_help(review, side_map):
        return None
    doubt = services.side_map.doubt(review, side_map)
    # Named by the revision, so that it closes once the legs are changed.
    with st.popover(
        _("Legs"), icon=":material/swap_horiz:", key=f"legs:{side_map.revision}", type="tertiary"
    ):
        st.markdown(side_words(side_map))
        if may_edit:
            _swap(services, review, side_map)
            _edit(services, review, side_map, doubted=doubt is not None)
    return doubt


def swap_doubt(doubt: OtherLegs | None, *, may_edit: bool) -> None:
    """Say that channels lie on the other leg than in the patient's session before, and what can be done."""
    if doubt is None:
        return
    sentences = {
        "left": _("{channel} is the left leg here; in {session} before it was the right leg."),
        "right": _("{channel} is the right leg here; in {session} before it was the left leg."),
    }
    said = [
        sentences[side].format(channel=words.plain(name), session=doubt.session_code)
        for name, side in doubt.now.items()
    ]
    if may_edit:
        said.append(
            _(
                "If the sensors lay as before, *Legs* above swaps them; saving the map as it is ends this notice."
            )
        )
    st.warning(" ".join(said), title=_("Left and right may be swapped"), icon=":material/swap_horiz:")


def _cannot_help(review: SessionReview, side_map: SideMap) -> bool:
    """Whether a file failed although its channels are known: it is damaged, and no map makes it readable."""
    known = any(channel.selected for channel in side_map.channels)
    return review.summary.status == "failed" and review.result is None and known and not side_map.by_person


def side_words(side_map: SideMap, origin: str | None = None) -> str:
    """Return the legs of the channels, and how that is known, in one line; ``origin`` replaces how."""
    read = [channel for channel in side_map.channels if channel.selected]
    if not read:
        return f":small[{_('No channel is read as EMG.')}]"
    ordered = sorted(read, key=lambda c: {"left": 0, "right": 1, None: 2}[c.side])
    scored = any(channel.side for channel in read)
    pairs = []
    for channel in ordered:
        label = words.plain(channel.label)
        if scored and not channel.side:
            label = _("{channel} (not scored)").format(channel=label)
        pairs.append(f"**{words.side_mark(channel.side)}** {label}")
    return f":small[{' · '.join(pairs)} · {origin or origin_words(side_map)}]"


def _swap(services: Services, review: SessionReview, side_map: SideMap) -> None:
    if not any(channel.side for channel in side_map.channels if channel.selected):
        return
    after = swapped(side_map.chosen)
    becomes = ", ".join(
        _("{channel} becomes **{leg}**").format(
            channel=words.plain(key), leg=f"{words.side_mark(side)} {words.side_name(side, _('no leg'))}"
        )
        for key, side in after.items()
    )
    said = _(
        "Swapped, {becomes}. Counts, the score and the MVC of each side follow. It is kept in the audit log, and "
        "swapping again undoes it."
    )
    st.markdown(said.format(becomes=becomes))
    if st.button(_("Swap left and right"), type="primary", icon=":material/swap_horiz:", key="swap-legs"):
        _save(services, review, after, side_map.revision)


def _edit(services: Services, review: SessionReview, side_map: SideMap, *, doubted: bool) -> None:
    st.divider()
    st.markdown(f"**{_('Map channels')}**")
    st.caption(_("Say which channel lies on which leg. A channel that is ignored is not analysed."))
    chosen = channel_fields(side_map, key=f"map:{review.summary.session_code}:{side_map.revision}")
    needless = chosen == side_map.chosen and not doubted
    if st.button(_("Save the map"), key="save-map", disabled=needless):
        _save(services, review, chosen, side_map.revision)


def _save(services: Services, review: SessionReview, chosen: ChannelMap, revision: int) -> None:
    try:
        consequence = services.side_map.save(review.summary.session_code, chosen, expected_revision=revision)
    except ProcessingError as error:
        st.error(_("Not saved: {reason}").format(reason=words.told(str(error))), icon=":material/error:")
        return
    said = {
        "moved": _("Saved; counts, MVC and score follow the new legs."),
        "queued": _("Saved; the recording is analysed again with the new map."),
    }
    st.toast(said[consequence], icon=":material/check:")
    st.rerun()
