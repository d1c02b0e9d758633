"""What a page says that has no result to show: why there is none, or that there is none yet."""

from __future__ import annotations

import streamlit as st

from pages._components import words
from processing.language import gettext as _
from processing.use_cases.read_models import SessionSummary


def no_result(summary: SessionSummary) -> None:
    """Say why a session has no result."""
    if summary.status == "failed":
        could_not_be_read(summary)
    else:
        st.info(_("There is no result for this recording yet."), icon=":material/hourglass_empty:")


def could_not_be_read(summary: SessionSummary) -> None:
    """Say why a recording could not be analysed."""
    reason = words.told(summary.failure) or _("The file arrived but could not be analysed.")
    st.warning(reason, title=_("This recording could not be read"), icon=":material/block:")
