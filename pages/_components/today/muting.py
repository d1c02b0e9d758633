"""One alert with its reason, and being told of it no more for a week: only with a reason, and only folded away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from pages._components import local_time, state, words
from pages._components.today.wording import RULE_WORDS, alert_sentence
from processing.errors import ProcessingError
from processing.language import gettext as _
from processing.language import ngettext, sentence
from processing.recording import Side
from processing.scoring.attention import Alert
from processing.services import Services
from processing.use_cases.attention import MUTE_DAYS, Mute

_REFUSED = f"{state.TODAY_MUTING}:refused"


def alert_line(services: Services, code: str, alert: Alert, why: Mapping[Side, str]) -> None:
    """Draw one alert with its way to be muted; ``why`` says why legs are not judged."""
    place = (code, alert.rule)
    said, door = st.columns((5, 2), gap="small", vertical_alignment="center")
    said.markdown(f"**{_(RULE_WORDS[alert.rule])}** · {alert_sentence(alert, why)}")
    door.button(
        _("Mute {n} days").format(n=MUTE_DAYS),
        icon=":material/notifications_paused:",
        type="tertiary",
        key=f"{state.TODAY_MUTING}:{code}:{alert.rule}",
        on_click=_begin,
        args=(place,),
    )
    if st.session_state.get(state.TODAY_MUTING) == place:
        _form(services, code, alert)


def muted_alerts(services: Services, code: str, muted: Sequence[tuple[Alert, Mute]]) -> None:
    """Draw what is muted, folded: what it says now, why nobody is told, until when, and the way back."""
    if not muted:
        return
    label = ngettext("{n} muted alert", "{n} muted alerts", len(muted)).format(n=len(muted))
    with st.expander(label, icon=":material/notifications_paused:", key=f"{state.TODAY_MUTING}:muted:{code}"):
        for alert, mute in muted:
            by = words.plain(mute.muted_by) if mute.muted_by else _("somebody whose name is not recorded")
            st.markdown(f"**{_(RULE_WORDS[alert.rule])}** · {alert_sentence(alert)}")
            st.markdown(
                _("Muted by {who} until {until}. Reason: {reason}").format(
                    who=by, until=local_time.moment(mute.until), reason=words.plain(mute.reason)
                )
            )
            st.button(
                _("Tell me again"),
                icon=":material/notifications_active:",
                key=f"{state.TODAY_MUTING}:undo:{code}:{alert.rule}",
                on_click=_unmute,
                args=(services, code, alert),
            )


def _form(services: Services, code: str, alert: Alert) -> None:
    with st.form(f"{state.TODAY_MUTING}:form", border=True):
        st.text_input(
            _("Why is this known, or no cause for action?"),
            key=_reason_key(code, alert),
            max_chars=500,
            placeholder=_("For example: on holiday until Monday"),
        )
        with st.container(horizontal=True):
            st.form_submit_button(
                _("Mute {n} days").format(n=MUTE_DAYS),
                type="primary",
                icon=":material/notifications_paused:",
                on_click=_mute,
                args=(services, code, alert),
            )
            st.form_submit_button(_("Cancel"), on_click=_stop)
    refused = st.session_state.get(_REFUSED)
    if refused:
        st.error(words.plain(sentence(refused)), icon=":material/error:")


def _mute(services: Services, code: str, alert: Alert) -> None:
    try:
        until = services.attention.mute(code, alert.rule, st.session_state.get(_reason_key(code, alert), ""))
    except ProcessingError as error:
        st.session_state[_REFUSED] = str(error)
        return
    _stop()
    st.toast(_("Muted until {until}.").format(until=local_time.moment(until)))


def _stop() -> None:
    st.session_state.pop(state.TODAY_MUTING, None)
    st.session_state.pop(_REFUSED, None)


def _reason_key(code: str, alert: Alert) -> str:
    return f"{state.TODAY_MUTING}:reason:{code}:{alert.rule}"


def _begin(place: tuple[str, str]) -> None:
    st.session_state.pop(_REFUSED, None)
    st.session_state[state.TODAY_MUTING] = place


def _unmute(services: Services, code: str, alert: Alert) -> None:
    try:
        services.attention.unmute(code, alert.rule)
    except ProcessingError as error:
        st.toast(words.plain(sentence(str(error))))
