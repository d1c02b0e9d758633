"""The drawer itself: opened beside the page, closed without a trace, or applied to this session."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pages._components import state, words
from pages._components.what_if.comparison import comparison
from pages._components.what_if.fields import ask, field_key, start
from processing.errors import ProcessingError
from processing.language import gettext as _
from processing.services import Services
from processing.use_cases.read_models import SessionInputs, SessionReview
from processing.use_cases.what_if import effective_inputs, what_if


def what_if_button(services: Services, review: SessionReview) -> None:
    """Draw the button that opens the drawer."""
    if st.button(
        _("What if…"),
        icon=":material/tune:",
        key="what-if",
        help=_("Try other targets; nothing is saved"),
    ):
        code = review.summary.session_code
        start(code, _now(review))
        st.session_state[f"{state.WHAT_IF}{code}:revision"] = services.inputs_revision(code)
        drawer = st.dialog(_("What if…"), position="right", width="medium", icon=":material/tune:")
        drawer(what_if_body)(services, review)


def what_if_body(services: Services, review: SessionReview) -> None:
    """Draw the fields, both judgements, and the two ways out."""
    result, code = review.result, review.summary.session_code
    if result is None:
        return
    st.caption(_("Nothing here is saved unless you apply it. What the detector found stays as it is."))
    then = ask(code, _now(review))
    comparison(
        what_if(result.channels, result.metadata, now=review.inputs, then=then),
        review.inputs.targets,
        then.targets,
    )
    to_save = _to_save(code, review.inputs, _now(review), then)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            _("Apply to this session"),
            type="primary",
            icon=":material/check:",
            key=field_key(code, "apply"),
            disabled=to_save == review.inputs,
        ):
            _apply(services, code, to_save)
        if st.button(_("Close without saving"), key=field_key(code, "close")):
            st.rerun()


def _now(review: SessionReview) -> SessionInputs:
    """Return the inputs that count now: what was entered, else what the file holds."""
    return review.inputs if review.result is None else effective_inputs(review.inputs, review.result.metadata)


def _to_save(code: str, stored: SessionInputs, now: SessionInputs, then: SessionInputs) -> SessionInputs:
    """Return what applying would keep: targets; what was measured only if somebody says that it was.

    What the file holds is not entered by being shown: an untouched value stays as it is stored.
    """
    untouched = replace(then, game_max_points=stored.game_max_points)
    for name in ("perceived_effort_cr10", "bfr_percent_aop"):
        if getattr(then, name) == getattr(now, name):
            untouched = replace(untouched, **{name: getattr(stored, name)})
    tried = {
        name: value
        for name, value in (
            ("perceived_effort_cr10", then.perceived_effort_cr10),
            ("bfr_percent_aop", then.bfr_percent_aop),
        )
        if value != getattr(now, name)
    }
    if not tried:
        return untouched
    really = st.checkbox(_record_words(tried), key=field_key(code, "measured"), value=False)
    if really:
        return untouched
    st.caption(_("Effort and pressure are only tried: applying saves the targets."))
    return replace(
        untouched,
        perceived_effort_cr10=stored.perceived_effort_cr10,
        bfr_percent_aop=stored.bfr_percent_aop,
    )


def _record_words(tried: dict[str, float | None]) -> str:
    """Ask whether what was tried was measured."""
    effort = words.number(tried.get("perceived_effort_cr10"))
    pressure = words.number(tried.get("bfr_percent_aop"), _("% AOP"))
    if len(tried) == 2:
        said = _("Record effort {effort} and cuff pressure {pressure} as measured in this session")
    elif "perceived_effort_cr10" in tried:
        said = _("Record effort {effort} as measured in this session")
    else:
        said = _("Record cuff pressure {pressure} as measured in this session")
    return said.format(effort=effort, pressure=pressure)


def _apply(services: Services, code: str, inputs: SessionInputs) -> None:
    revision = st.session_state.get(f"{state.WHAT_IF}{code}:revision")
    try:
        services.save_inputs(code, inputs, expected_revision=revision)
    except ProcessingError as error:
        st.error(_("Not saved: {reason}").format(reason=words.told(str(error))), icon=":material/error:")
        return
    st.toast(_("Applied; the session was scored again."), icon=":material/check:")
    st.rerun()
