"""The line above a session's signals that says which channel is which leg, with the swap beside it."""

from __future__ import annotations

import streamlit as st

from pages._components import words
from pages._components.side_map.editor import channel_fields
from processing.errors import PermanentError, ProcessingError
from processing.services import Services
from processing.use_cases.read_models import SessionReview
from processing.use_cases.side_map import ChannelMap, SideMap, swapped


def side_map_bar(services: Services, review: SessionReview, *, may_edit: bool = True) -> None:
    """Say which channel is which leg and who said so; offer to swap left and right, or to map channels."""
    try:
        side_map = services.side_map.load(review)
    except PermanentError:
        return  # a file that is gone, or is no recording, has no channels to speak of
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="side-map", width="content"
    ):
        st.markdown(side_words(side_map), width="content")
        if may_edit:
            _swap(services, review, side_map)
            _edit(services, review, side_map)


def side_words(side_map: SideMap) -> str:
    """Return the legs of the channels, and how that is known, in one line."""
    read = [channel for channel in side_map.channels if channel.selected]
    if not read:
        return ":small[No channel is read as EMG.]"
    ordered = sorted(read, key=lambda c: {"left": 0, "right": 1, None: 2}[c.side])
    pairs = [f"**{words.side_mark(c.side)}** {words.plain(c.label)}" for c in ordered]
    return f":small[{' · '.join(pairs)} · {_source(side_map)}]"


def _source(side_map: SideMap) -> str:
    if not side_map.by_person:
        named = any(channel.side for channel in side_map.channels if channel.selected)
        return "by convention; the file does not say" if named else "the file does not say which leg"
    by = f" by {words.plain(side_map.said_by)}" if side_map.said_by else ""
    return f"said{by}, {words.moment(side_map.said_at)}"


def _swap(services: Services, review: SessionReview, side_map: SideMap) -> None:
    if not any(channel.side for channel in side_map.channels if channel.selected):
        return
    # Named by the revision, so that it closes once the legs are swapped.
    with st.popover("Swap left and right", icon=":material/swap_horiz:", key=f"swap:{side_map.revision}"):
        after = swapped(side_map.chosen)
        st.markdown(
            "\n".join(
                [
                    "**Swap the legs of this session?**",
                    "",
                    *(
                        f"- {words.plain(key)} becomes **{words.side_mark(side)} {words.side_name(side, 'no leg')}**"
                        for key, side in after.items()
                    ),
                    "",
                    "Counts, the score and the MVC of each side follow. It is kept in the audit log, and swapping "
                    "again undoes it.",
                ]
            )
        )
        if st.button("Swap", type="primary", icon=":material/swap_horiz:", key="swap-legs"):
            _save(services, review, after, side_map.revision)


def _edit(services: Services, review: SessionReview, side_map: SideMap) -> None:
    with st.popover("Map channels", icon=":material/tune:", key=f"channels:{side_map.revision}"):
        st.caption("Say which channel lies on which leg. A channel that is ignored is not analysed.")
        chosen = channel_fields(side_map, key=f"map:{review.summary.session_code}:{side_map.revision}")
        unchanged = chosen == side_map.chosen
        if st.button("Save the map", type="primary", key="save-map", disabled=unchanged):
            _save(services, review, chosen, side_map.revision)


def _save(services: Services, review: SessionReview, chosen: ChannelMap, revision: int) -> None:
    try:
        consequence = services.side_map.save(review.summary.session_code, chosen, expected_revision=revision)
    except ProcessingError as error:
        st.error(f"Not saved: {error}", icon=":material/error:")
        return
    said = {
        "moved": "Saved; counts, MVC and score follow the new legs.",
        "queued": "Saved; the recording is analysed again with the new map.",
    }
    st.toast(said[consequence], icon=":material/check:")
    st.rerun()
