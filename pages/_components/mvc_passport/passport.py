"""The passport of one patient: what holds for each leg, a form for a new measurement, and every entry ever made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

import pandas as pd
import streamlit as st

from pages._components import local_time, offered, words
from pages._components.mvc_passport.circumstances import (
    ELECTRODES,
    METHODS,
    OFFERED,
    PLACEMENTS,
    POSTURES,
    circumstances,
    mvc_label,
    stale_words,
)
from pages._components.patients.effects import (
    Pending,
    changed_meanwhile,
    pending_change,
    propose,
    seen_revision,
)
from processing.errors import ProcessingError
from processing.language import gettext as _
from processing.language import mark as N_
from processing.recording import Side
from processing.services import Services
from processing.use_cases.mvc import MvcEntry, MvcMeasurement, standing_measurements
from processing.use_cases.patients import PatientSessions, SessionMvc
from processing.use_cases.rescore import Effects

KIND = "mvc"
SIDES: tuple[Side, Side] = ("left", "right")
_ELECTRODES_IN_TABLE = {True: N_("same electrodes"), False: N_("placed anew"), None: N_("not recorded")}


def mvc_passport(services: Services, code: str, of_sessions: PatientSessions, *, may_edit: bool) -> None:
    """Draw the MVC passport of a patient; where it is empty, what the newest session used instead."""
    entries = services.prescriptions.passport(code)
    for column, side in zip(st.columns(2, border=True), SIDES, strict=True):
        with column:
            _leg(entries, side, of_sessions.mvc(side))
    if may_edit:
        _form(services, code, entries)
    _history(entries)
    if may_edit:
        _withdraw(code, entries)


def _leg(entries: Sequence[MvcEntry], side: Side, of_session: SessionMvc | None) -> None:
    today = local_time.today()
    now = next((e for e in standing_measurements(entries, side) if e.measurement.measured_on <= today), None)
    with st.container(gap=None):
        what = _("MVC of a session") if now is None and of_session is not None else _("MVC today")
        name = words.side_name(side, "")
        st.markdown(f":small[**{words.side_mark(side)} {name}** · {what}]")
        if now is None and of_session is not None:
            st.metric(name, words.number(of_session.value_uv, "µV"), label_visibility="collapsed")
            said = _("It counts for that session alone; the passport holds none for the others.")
            st.markdown(f":small[{session_mvc_words(of_session)}. {said}]")
            return
        if now is None:
            st.metric(name, words.not_recorded(), label_visibility="collapsed")
            said = _(
                "Sessions calibrate themselves by their own peak: intensity is not assessable, and not to be "
                "compared between sessions."
            )
            st.markdown(f":small[{said}]")
            return
        st.metric(name, words.number(now.measurement.value_uv, "µV"), label_visibility="collapsed")
        lines = [circumstances(now.measurement)]
        if now.measurement.method:
            lines.append(words.plain(offered.shown(now.measurement.method, OFFERED)))
        old = stale_words(now.measurement, today)
        if old:
            lines.append(f":material/warning: **{old}**")
        st.markdown("  \n".join(f":small[{line}]" for line in lines))


def session_mvc_words(mvc: SessionMvc) -> str:
    """Say of which session an MVC is, and how that session came by it."""
    when = _("recording date not recorded") if mvc.recorded_at is None else local_time.day(mvc.recorded_at)
    said = (
        _("from the file of {session}, {day}") if mvc.source == "file" else _("entered for {session}, {day}")
    )
    return said.format(session=mvc.session_code, day=when)


def _form(services: Services, code: str, entries: Sequence[MvcEntry]) -> None:
    current = max((entry.revision for entry in entries), default=0)
    seen = seen_revision(code, KIND, current)
    with st.expander(
        _("Enter a measurement"),
        icon=":material/add_chart:",
        expanded=not entries or seen != current,
        key=f"{KIND}:enter:{code}",
    ):
        changed_meanwhile(code, KIND, current)
        with st.form(f"mvc:{code}", border=False, enter_to_submit=False):
            values, shared = _fields(code)
            if st.form_submit_button(_("See what changes"), icon=":material/preview:"):
                _propose(code, values, shared, seen)
        pending_change(code, KIND, partial(_store, services, code))


def _fields(code: str) -> tuple[dict[Side, float | None], dict[str, object]]:
    key = partial("mvc:{}:{}".format, code)
    left_at, right_at, day_at, electrodes_at = st.columns(4, vertical_alignment="bottom")
    values: dict[Side, float | None] = {
        side: place.number_input(
            mvc_label(side),
            1.0,
            20_000.0,
            None,
            1.0,
            "%.4g",
            key=key(side),
            placeholder=_("not measured"),
        )
        for side, place in (("left", left_at), ("right", right_at))
    }
    measured_on = day_at.date_input(
        _("Measured on"),
        local_time.today(),
        min_value=date(2000, 1, 1),
        max_value=local_time.today(),
        format="DD/MM/YYYY",
        key=key("measured_on"),
    )
    electrodes = electrodes_at.selectbox(
        _("Electrodes"),
        [None, True, False],
        format_func=lambda answer: _(ELECTRODES[answer]),
        key=key("electrodes"),
    )
    shared: dict[str, object] = {"measured_on": measured_on, "same_electrodes": electrodes}
    texts = (
        ("posture", _("Posture"), POSTURES),
        ("electrode_placement", _("Electrode placement"), PLACEMENTS),
        ("method", _("Method"), METHODS),
    )
    for place, (name, label, choices) in zip(st.columns(3), texts, strict=True):
        typed = place.selectbox(
            label,
            choices,
            index=None,
            format_func=lambda text, choices=choices: offered.shown(text, choices),
            accept_new_options=True,
            placeholder=_("not recorded; choose or type"),
            key=key(name),
        )
        shared[name] = None if typed is None else offered.kept(typed, choices)
    note = st.text_input(_("Note"), key=key("note"), max_chars=1000, placeholder=_("for those who treat"))
    return values, {**shared, "note": note.strip() or None}


def _propose(code: str, values: dict[Side, float | None], shared: dict[str, object], seen: int) -> None:
    try:
        measured = tuple(
            MvcMeasurement(side, value, **shared)  # type: ignore[arg-type]  # one value a field, named above
            for side, value in values.items()
            if value is not None
        )
    except ProcessingError as error:
        st.error(_("Not possible: {reason}").format(reason=words.told(str(error))), icon=":material/error:")
        return
    if not measured:
        st.warning(_("Enter the MVC of at least one leg."), icon=":material/edit:")
        return
    propose(code, KIND, Pending(_measured_words(measured), measured, seen))


def _measured_words(measured: Sequence[MvcMeasurement]) -> str:
    if len(measured) > 1:
        said = _("MVC left and right from {day}")
    else:
        said = _("MVC left from {day}") if measured[0].side == "left" else _("MVC right from {day}")
    return said.format(day=local_time.day(measured[0].measured_on))


def _store(services: Services, code: str, pending: Pending, *, dry_run: bool) -> Effects:
    return services.prescriptions.measure(
        code, pending.value, expected_revision=pending.revision, withdrawn=pending.withdrawn, dry_run=dry_run
    )


def _history(entries: Sequence[MvcEntry]) -> None:
    if not entries:
        return
    standing = [entry for side in SIDES for entry in standing_measurements(entries, side)]
    noted = any(entry.measurement.note for entry in entries)
    rows = [
        {
            _("Measured"): local_time.day(entry.measurement.measured_on),
            _("Leg"): words.side_mark(entry.measurement.side),
            _("MVC"): words.number(entry.measurement.value_uv, "µV"),
            _("Posture"): _shown(entry.measurement.posture),
            _("Placement"): _shown(entry.measurement.electrode_placement),
            _("Electrodes"): _(_ELECTRODES_IN_TABLE[entry.measurement.same_electrodes]),
            _("Method"): _shown(entry.measurement.method),
            **({_("Note"): entry.measurement.note or ""} if noted else {}),
            _("State"): _state(entry, standing),
            _("Entered"): f"{local_time.moment(entry.entered_at)}, {entry.entered_by or _('not known')}",
        }
        for entry in entries
    ]
    title, rule = (
        _("Every entry, newest first"),
        _("a value counts for sessions from its day until the next one"),
    )
    st.markdown(f"**{title}** · {rule}")
    st.table(pd.DataFrame(rows), hide_index=True, border="horizontal")


def _shown(text: str | None) -> str:
    return offered.shown(text, OFFERED) if text else "—"


def _state(entry: MvcEntry, standing: Sequence[MvcEntry]) -> str:
    if entry.withdrawn:
        return _("withdrawal")
    return _("counts") if entry in standing else _("replaced")


def _withdraw(code: str, entries: Sequence[MvcEntry]) -> None:
    standing = [entry for side in SIDES for entry in standing_measurements(entries, side)]
    if not standing:
        return
    current = max(entry.revision for entry in entries)
    with st.popover(_("Withdraw an entry"), icon=":material/undo:"):
        st.write(
            _("For a value that was entered by mistake. It stays in the table; sessions no longer take it.")
        )
        chosen = st.selectbox(
            _("Which"),
            standing,
            format_func=lambda entry: _title(entry.measurement),
            key=f"withdraw:{KIND}:{code}",
        )
        if st.button(
            _("See what withdrawing changes"), key=f"withdraw:{KIND}:{code}:go", icon=":material/preview:"
        ):
            title = _("Withdraw {entry}").format(entry=_title(chosen.measurement))
            propose(code, KIND, Pending(title, (chosen.measurement,), current, withdrawn=True))
            st.rerun()


def _title(measurement: MvcMeasurement) -> str:
    return _("{leg} {value} of {day}").format(
        leg=words.side_mark(measurement.side),
        value=words.number(measurement.value_uv, "µV"),
        day=local_time.day(measurement.measured_on),
    )
