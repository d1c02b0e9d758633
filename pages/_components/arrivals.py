"""What stands beside the list of sessions and changes when something new arrives: patients, and files of none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from processing.language import gettext as _
from processing.language import ngettext
from processing.services import Services
from processing.use_cases.inbox import InboxFilters, InboxRow

MOST = 20


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What stands beside the list and changes when something new arrives."""

    patient_codes: tuple[str, ...]
    parked: tuple[InboxRow, ...]


def load_arrivals(services: Services) -> Arrivals:
    """Return the patients to choose from and the files that belong to none."""
    parked = services.inbox.list_files(InboxFilters(states=("parked",), limit=MOST))
    return Arrivals(tuple(services.list_patient_codes()), tuple(parked))


def parked_notice(parked: Sequence[InboxRow]) -> None:
    """Lead to the files that arrived but belong to nobody yet."""
    if not parked:
        return
    n = len(parked)
    if n == MOST:
        label = _("at least {n} files belong to no patient yet: see the Inbox").format(n=n)
    else:
        label = ngettext(
            "{n} file belongs to no patient yet: see the Inbox",
            "{n} files belong to no patient yet: see the Inbox",
            n,
        ).format(n=n)
    st.page_link(
        "inbox.py",
        label=label,
        icon=":material/inventory_2:",
    )
