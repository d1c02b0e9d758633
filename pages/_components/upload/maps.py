"""Which channel is which leg in a file that is not stored yet: chosen in its card, forgotten with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages._components import state, words
from pages._components.side_map.bar import side_words
from pages._components.side_map.editor import channel_fields
from processing.errors import PermanentError
from processing.language import gettext as _
from processing.use_cases.side_map import ChannelMap, SideMap, check_channel_map, swapped, with_map

if TYPE_CHECKING:
    from pages._components.upload.staging import Staged


def chosen_map(file_id: str) -> ChannelMap | None:
    """Return the map that a person chose for a file, None where its labels decide."""
    maps: dict[str, ChannelMap] = st.session_state.get(state.UPLOAD_MAPS, {})
    return maps.get(file_id)


def forget_maps() -> None:
    """Forget every chosen map."""
    st.session_state.pop(state.UPLOAD_MAPS, None)


def map_controls(staged: Staged) -> None:
    """Say which channel is which leg, swap them, or ask where the file does not say it."""
    if staged.proposed is None or not staged.proposed.channels:
        return
    now = with_map(staged.proposed, staged.channel_map)
    named = any(channel.side for channel in now.channels if channel.selected)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            side_words(now, None if staged.channel_map is None else _("as you chose")), width="content"
        )
        if named:
            st.button(
                _("Swap left and right"),
                icon=":material/swap_horiz:",
                key=f"upload:swap:{staged.file_id}",
                on_click=_keep,
                args=(staged.file_id, swapped(now.chosen)),
                type="tertiary",
            )
            with st.popover(_("Map channels"), icon=":material/tune:", type="tertiary"):
                _fields(staged.file_id, now)
    if not named:
        _fields(staged.file_id, now)


def _fields(file_id: str, now: SideMap) -> None:
    chosen = channel_fields(now, key=f"upload:map:{file_id}:{len(repr(now.chosen))}")
    problem = None
    try:
        check_channel_map(chosen)
    except PermanentError as error:
        problem = str(error)
    if problem and chosen != now.chosen:
        st.caption(words.told(problem))
    st.button(
        _("Use this map"),
        icon=":material/check:",
        key=f"upload:use:{file_id}",
        disabled=problem is not None or chosen == now.chosen,
        on_click=_keep,
        args=(file_id, chosen),
    )


def _keep(file_id: str, chosen: ChannelMap) -> None:
    st.session_state[state.UPLOAD_MAPS] = {
        **st.session_state.get(state.UPLOAD_MAPS, {}),
        file_id: dict(chosen),
    }
