"""Who a pseudonym is: seen and entered by those who treat, apart from every result."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from pages._components import local_time, state, words
from pages._components.audit.opened import record_identity_opened
from processing.errors import EditConflictError, ProcessingError
from processing.language import gettext as _
from processing.language import mark as N_
from processing.services import Services
from processing.use_cases.patients import KnownIdentity, PatientIdentity

FIELDS = {
    "family_name": N_("Family name"),
    "given_name": N_("Given name"),
    "hospital_number": N_("Hospital number"),
}


def identity(services: Services, code: str) -> None:
    """Draw the identity of a patient as fields that may be empty."""
    stored = services.patients.identity(code)
    record_identity_opened(services, code)
    key = f"identity:{code}"
    seen: KnownIdentity = st.session_state.setdefault(f"{state.PREVIEW}{key}", stored)
    if seen.revision != stored.revision:
        _changed(key, stored)
    st.caption(
        _(
            "Optional, and apart from all results. Researchers never see it; looking at it and changing it are kept "
            "in the audit log."
        )
    )
    with st.form(key, border=False, enter_to_submit=False):
        values: dict[str, Any] = {}
        places = st.columns(4, vertical_alignment="bottom")
        for place, (name, label) in zip(places, FIELDS.items(), strict=False):
            values[name] = place.text_input(
                _(label),
                getattr(seen.identity, name) or "",
                key=f"{key}:{name}",
                placeholder=_("not recorded"),
            )
        values["birth_date"] = places[3].date_input(
            _("Birth date"),
            seen.identity.birth_date,
            min_value=date(1900, 1, 1),
            max_value=local_time.today(),
            format="DD/MM/YYYY",
            key=f"{key}:birth_date",
        )
        wanted = st.form_submit_button(_("Save"), icon=":material/save:")
    if wanted:
        _save(services, code, key, values, seen)


def _save(services: Services, code: str, key: str, values: dict[str, Any], seen: KnownIdentity) -> None:
    cleaned = {
        name: value.strip() or None if isinstance(value, str) else value for name, value in values.items()
    }
    try:
        services.patients.save_identity(code, PatientIdentity(**cleaned), expected_revision=seen.revision)
    except EditConflictError:
        st.rerun()  # the notice says what is stored now
    except ProcessingError as error:
        st.error(_("Not saved: {reason}").format(reason=words.told(str(error))), icon=":material/error:")
        return
    st.session_state.pop(f"{state.PREVIEW}{key}", None)
    st.toast(_("Saved."), icon=":material/check:")
    st.rerun()


def _changed(key: str, stored: KnownIdentity) -> None:
    now = stored.identity
    said = [f"{_(label)}: {words.plain(getattr(now, name) or '—')}" for name, label in FIELDS.items()]
    said.append(f"{_('Birth date')}: {local_time.day(now.birth_date)}")
    st.warning(
        _("Stored now: {values}. What is in the fields below is still yours and not saved.").format(
            values=" · ".join(said)
        ),
        icon=":material/call_split:",
        title=_("Somebody else changed this since you opened it"),
    )
    st.button(
        _("I have seen it; go on with mine"),
        key=f"{key}:go-on",
        on_click=st.session_state.pop,
        args=(f"{state.PREVIEW}{key}", None),
    )
