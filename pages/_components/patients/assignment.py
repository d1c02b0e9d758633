"""Who treats a patient, and where: the administrator's to say."""

from __future__ import annotations

import streamlit as st

from pages._components import state, words
from pages._components.patients.listing import therapist_words
from processing.errors import EditConflictError, ProcessingError
from processing.language import gettext as _
from processing.services import Services
from processing.use_cases.patients import PatientSummary

LONGEST_SITE = 100


def assignment(services: Services, patient: PatientSummary) -> None:
    """Ask whose patient it is and where; the therapist then sees the patient, nobody else does."""
    code = patient.code
    seen_key = f"{state.PREVIEW}assignment:{code}"
    seen: int = st.session_state.setdefault(seen_key, patient.revision)
    if seen != patient.revision:
        st.warning(
            _(
                "Stored now: therapist {therapist}, site {site}. What is in the fields below is still yours and not "
                "saved."
            ).format(therapist=therapist_words(patient), site=words.plain(patient.site or "—")),
            icon=":material/call_split:",
            title=_("Somebody else changed this since you opened it"),
        )
        st.button(
            _("I have seen it; go on with mine"),
            key=f"{seen_key}:go-on",
            on_click=st.session_state.pop,
            args=(seen_key, None),
        )
    names = {
        each.user_id: each.name or _("Account {id}").format(id=each.user_id[:8])
        for each in services.patients.therapists()
    }
    choices = list(names)
    if patient.therapist_id is not None and patient.therapist_id not in names:
        choices.append(patient.therapist_id)
        names[patient.therapist_id] = _("{name} (no active therapist)").format(
            name=patient.therapist_name or _("no name")
        )
    with st.form(f"assignment:{code}", border=False):
        therapist_at, site_at, save_at = st.columns([2, 1, 1], vertical_alignment="bottom")
        therapist = therapist_at.selectbox(
            _("Therapist"),
            choices,
            index=choices.index(patient.therapist_id) if patient.therapist_id else None,
            format_func=names.__getitem__,
            placeholder=_("Nobody"),
            key=f"assignment:{code}:therapist",
        )
        site = site_at.text_input(
            _("Site"),
            patient.site or "",
            key=f"assignment:{code}:site",
            max_chars=LONGEST_SITE,
            placeholder=_("not recorded"),
        )
        wanted = save_at.form_submit_button(_("Save"), icon=":material/save:")
    if not choices:
        st.caption(_("There is no active therapist yet to assign the patient to."))
    if wanted:
        _save(services, code, therapist, site.strip() or None, seen)


def _save(services: Services, code: str, therapist: str | None, site: str | None, seen: int) -> None:
    try:
        services.patients.change(code, therapist_id=therapist, site=site, expected_revision=seen)
    except EditConflictError:
        st.rerun()
    except ProcessingError as error:
        st.error(_("Not saved: {reason}").format(reason=words.told(str(error))), icon=":material/error:")
        return
    st.session_state.pop(f"{state.PREVIEW}assignment:{code}", None)
    st.toast(_("Saved."), icon=":material/check:")
    st.rerun()
