"""Who changed what, when and why; and what was rejected, to be counted again."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages._components import local_time, words
from pages._components.correction.saving import Corrector
from pages._components.correction.words import change_words, entry_words, leg_name
from pages._components.mark_words import mark_words
from pages._components.open_review import OpenReview
from processing.emg.corrections import active_edits
from processing.language import gettext as _
from processing.language import ngettext


def correction_history(opened: OpenReview) -> None:
    """Draw the log of a session, newest first; nothing where nobody corrected it."""
    review, result = opened.review, opened.result
    log = review.corrections.log
    if not log:
        return
    holds = {entry.revision for entry in active_edits(log)}
    lost = {entry.revision for entry in review.corrections.unmatched}
    label = ngettext("Corrections: {n} change in force", "Corrections: {n} changes in force", len(holds))
    with st.expander(
        label.format(n=len(holds)),
        icon=":material/history:",
        key=f"corrections:log:{review.summary.session_code}",
    ):
        for entry in review.corrections.unmatched:
            if entry.correction is not None:
                change = change_words(entry.correction, result.channels)
                said = _("{change}. No such contraction is found in this result; the correction is kept.")
                st.warning(
                    said.format(change=words.plain(change)),
                    title=_("A correction no longer applies"),
                    icon=":material/link_off:",
                )
        _rejected(Corrector(opened.services, review, result, then=opened.follow), opened.editing)
        rows = [
            {
                _("When"): local_time.moment(entry.at),
                _("Who"): entry.author_name or _("not known"),
                _("What"): entry_words(entry, log, result.channels),
                _("State"): _state(entry.revision, entry.action, holds, lost),
            }
            for entry in reversed(log)
        ]
        st.dataframe(
            pd.DataFrame(rows), hide_index=True, alt=_("All corrections of this session, newest first.")
        )


def _state(revision: int, action: str, holds: set[int], lost: set[int]) -> str:
    if action != "edit":
        return ""
    if revision in lost:
        return _("no longer applies")
    return _("in force") if revision in holds else _("taken back")


def _rejected(corrector: Corrector, editable: bool) -> None:
    for channel in corrector.result.channels:
        for number, item in enumerate(channel.rejected):
            place = (item.contraction.onset_s, item.contraction.offset_s)
            with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                st.markdown(
                    f"✗ {words.plain(leg_name(channel.name, corrector.result.channels))} {words.span(*place)} · "
                    f"{words.plain(mark_words(item.mark))}",
                    width="content",
                )
                if editable:
                    st.button(
                        _("Count it again"),
                        icon=":material/undo:",
                        key=f"again:{corrector.review.summary.session_code}:{channel.name}:{number}:{place[0]:.4f}",
                        on_click=corrector.accept,
                        args=(channel.name, place),
                    )
