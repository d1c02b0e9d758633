"""What stands beside the list of sessions and changes when something new arrives: patients, and files of none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from pages._components import words
from processing.services import Services
from processing.use_cases.read_models import ParkedFile


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What stands beside the list and changes when something new arrives."""

    patient_codes: tuple[str, ...]
    parked: tuple[ParkedFile, ...]


def load_arrivals(services: Services) -> Arrivals:
    """Return the patients to choose from and the files that belong to none."""
    return Arrivals(tuple(services.list_patient_codes()), tuple(services.list_parked_files()))


def parked_notice(parked: Sequence[ParkedFile]) -> None:
    """Name the files that arrived but belong to nobody yet."""
    if not parked:
        return
    title = f"{words.plural(len(parked), 'file')} arrived but became no session"
    with st.expander(title, icon=":material/inventory_2:"):
        for file in parked:
            st.markdown(
                f"**{words.plain(file.object_name)}** · {words.moment(file.received_at)}  \n{words.plain(file.reason)}"
            )
