"""The passport of one patient: what holds for each leg, a form for a new measurement, and every entry ever made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

import pandas as pd
import streamlit as st

from pages._components import local_time, words
from pages._components.mvc_passport.circumstances import ELECTRODES, circumstances, stale_words
from pages._components.patients.effects import (
    Pending,
    changed_meanwhile,
    pending_change,
    propose,
    seen_revision,
)
from processing.errors import ProcessingError
from processing.recording import Side
from processing.services import Services
from processing.use_cases.mvc import MvcEntry, MvcMeasurement, standing_measurements
from processing.use_cases.patients import PatientSessions, SessionMvc
from processing.use_cases.rescore import Effects

KIND = "mvc"
SIDES: tuple[Side, Side] = ("left", "right")
# Offered, not prescribed: any other words can be typed.
POSTURES = ("seated, knee 90°", "seated, knee 60°", "supine, knee extended")
PLACEMENTS = ("rectus femoris, SENIAM", "vastus lateralis, SENIAM", "vastus medialis, SENIAM")
METHODS = ("best of 3 maximal trials", "mean of 3 maximal trials", "one maximal trial")


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
        what = "MVC of a session" if now is None and of_session is not None else "MVC today"
        st.markdown(f":small[**{words.side_mark(side)} {side.capitalize()}** · {what}]")
        if now is None and of_session is not None:
            st.metric(side, words.number(of_session.value_uv, "µV"), label_visibility="collapsed")
            said = "It counts for that session alone; the passport holds none for the others."
            st.markdown(f":small[{session_mvc_words(of_session)}. {said}]")
            return
        if now is None:
            st.metric(side, words.NOT_RECORDED, label_visibility="collapsed")
            st.markdown(
                ":small[Sessions calibrate themselves by their own peak: intensity is not assessable, and not to be "
                "compared between sessions.]"
            )
            return
        st.metric(side, words.number(now.measurement.value_uv, "µV"), label_visibility="collapsed")
        lines = [circumstances(now.measurement)]
        if now.measurement.method:
            lines.append(words.plain(now.measurement.method))
        old = stale_words(now.measurement, today)
        if old:
            lines.append(f":material/warning: **{old} days**")
        st.markdown("  \n".join(f":small[{line}]" for line in lines))


def session_mvc_words(mvc: SessionMvc) -> str:
    """Say of which session an MVC is, and how that session came by it."""
    when = "recording date not recorded" if mvc.recorded_at is None else local_time.day(mvc.recorded_at)
    source = "from the file of" if mvc.source == "file" else "entered for"
    return f"{source} {mvc.session_code}, {when}"


def _form(services: Services, code: str, entries: Sequence[MvcEntry]) -> None:
    current = max((entry.revision for entry in entries), default=0)
    seen = seen_revision(code, KIND, current)
    with st.expander(
        "Enter a measurement", icon=":material/add_chart:", expanded=not entries or seen != current
    ):
        changed_meanwhile(code, KIND, current)
        with st.form(f"mvc:{code}", border=False, enter_to_submit=False):
            values, shared = _fields(code)
            if st.form_submit_button("See what changes", icon=":material/preview:"):
                _propose(code, values, shared, seen)
        pending_change(code, KIND, partial(_store, services, code))


def _fields(code: str) -> tuple[dict[Side, float | None], dict[str, object]]:
    key = partial("mvc:{}:{}".format, code)
    left_at, right_at, day_at, electrodes_at = st.columns(4, vertical_alignment="bottom")
    values: dict[Side, float | None] = {
        side: place.number_input(
            f"{words.side_mark(side)} MVC {side} (µV)",
            1.0,
            20_000.0,
            None,
            1.0,
            "%.4g",
            key=key(side),
            placeholder="not measured",
        )
        for side, place in (("left", left_at), ("right", right_at))
    }
    measured_on = day_at.date_input(
        "Measured on",
        local_time.today(),
        min_value=date(2000, 1, 1),
        max_value=local_time.today(),
        format="DD/MM/YYYY",
        key=key("measured_on"),
    )
    electrodes = electrodes_at.selectbox(
        "Electrodes", [None, True, False], format_func=ELECTRODES.__getitem__, key=key("electrodes")
    )
    shared: dict[str, object] = {"measured_on": measured_on, "same_electrodes": electrodes}
    texts = (
        ("posture", "Posture", POSTURES),
        ("electrode_placement", "Electrode placement", PLACEMENTS),
        ("method", "Method", METHODS),
    )
    for place, (name, label, offered) in zip(st.columns(3), texts, strict=True):
        shared[name] = place.selectbox(
            label,
            offered,
            index=None,
            accept_new_options=True,
            placeholder="not recorded; choose or type",
            key=key(name),
        )
    note = st.text_input("Note", key=key("note"), max_chars=1000, placeholder="for those who treat")
    return values, {**shared, "note": note.strip() or None}


def _propose(code: str, values: dict[Side, float | None], shared: dict[str, object], seen: int) -> None:
    try:
        measured = tuple(
            MvcMeasurement(side, value, **shared)  # type: ignore[arg-type]  # one value a field, named above
            for side, value in values.items()
            if value is not None
        )
    except ProcessingError as error:
        st.error(f"Not possible: {error}", icon=":material/error:")
        return
    if not measured:
        st.warning("Enter the MVC of at least one leg.", icon=":material/edit:")
        return
    legs = " and ".join(each.side for each in measured)
    propose(code, KIND, Pending(f"MVC {legs} from {local_time.day(measured[0].measured_on)}", measured, seen))


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
            "Measured": local_time.day(entry.measurement.measured_on),
            "Leg": words.side_mark(entry.measurement.side),
            "MVC": words.number(entry.measurement.value_uv, "µV"),
            "Posture": entry.measurement.posture or "—",
            "Placement": entry.measurement.electrode_placement or "—",
            "Electrodes": ELECTRODES[entry.measurement.same_electrodes].removeprefix("electrodes "),
            "Method": entry.measurement.method or "—",
            **({"Note": entry.measurement.note or ""} if noted else {}),
            "State": "withdrawal" if entry.withdrawn else "counts" if entry in standing else "replaced",
            "Entered": f"{local_time.moment(entry.entered_at)}, {entry.entered_by or 'not known'}",
        }
        for entry in entries
    ]
    st.markdown("**Every entry, newest first** · a value counts for sessions from its day until the next one")
    st.table(pd.DataFrame(rows), hide_index=True, border="horizontal")


def _withdraw(code: str, entries: Sequence[MvcEntry]) -> None:
    standing = [entry for side in SIDES for entry in standing_measurements(entries, side)]
    if not standing:
        return
    current = max(entry.revision for entry in entries)
    with st.popover("Withdraw an entry", icon=":material/undo:"):
        st.write(
            "For a value that was entered by mistake. It stays in the table; sessions no longer take it."
        )
        chosen = st.selectbox(
            "Which",
            standing,
            format_func=lambda entry: _title(entry.measurement),
            key=f"withdraw:{KIND}:{code}",
        )
        if st.button(
            "See what withdrawing changes", key=f"withdraw:{KIND}:{code}:go", icon=":material/preview:"
        ):
            title = f"Withdraw {_title(chosen.measurement)}"
            propose(code, KIND, Pending(title, (chosen.measurement,), current, withdrawn=True))
            st.rerun()


def _title(measurement: MvcMeasurement) -> str:
    return (
        f"{words.side_mark(measurement.side)} {words.number(measurement.value_uv, 'µV')} of "
        f"{local_time.day(measurement.measured_on)}"
    )
