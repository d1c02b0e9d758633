"""What a patient was prescribed: what holds now, a form for what holds from a day on, and every entry ever made."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from pages._components import local_time, words
from pages._components.patients.effects import (
    Pending,
    changed_meanwhile,
    pending_change,
    propose,
    seen_revision,
)
from pages._components.target_fields import target_fields
from processing.errors import ProcessingError
from processing.language import gettext as _
from processing.language import ngettext
from processing.services import Services
from processing.use_cases.prescriptions import (
    Prescription,
    PrescriptionEntry,
    prescription_on,
    standing_prescriptions,
)
from processing.use_cases.rescore import Effects

KIND = "prescription"


def prescription(services: Services, code: str, *, may_edit: bool) -> None:
    """Draw the prescriptions of a patient."""
    entries = services.prescriptions.prescriptions(code)
    today = local_time.today()
    now = prescription_on(entries, today)
    if now is None:
        st.markdown(
            _(
                "**Nothing is prescribed for today**: sessions are measured against the trial's default, {targets}."
            ).format(targets=_targets(Prescription(today)))
        )
    else:
        st.markdown(
            _("**Since {day}**: {prescription}").format(
                day=local_time.day(now.prescription.valid_from), prescription=words_of(now.prescription)
            )
        )
    if may_edit:
        _form(services, code, entries, now)
    _history(entries, now)
    if may_edit:
        _withdraw(code, entries)


def words_of(prescription: Prescription) -> str:
    """Return a prescription in a sentence; what it does not name was not prescribed."""
    said = [_targets(prescription)]
    if prescription.sets is not None or prescription.reps is not None:
        said.append(
            _("{sets} sets × {reps} repetitions").format(
                sets=prescription.sets or "—", reps=prescription.reps or "—"
            )
        )
    for value, unit, what in (
        (prescription.rest_s, "s", _("{value} rest")),
        (prescription.pressure_percent_aop, "% AOP", _("{value} cuff pressure")),
        (prescription.protocol_days, "", _("{value} days of protocol")),
    ):
        if value is not None:
            said.append(what.format(value=words.number(float(value), unit)))
    return ", ".join(said)


def _targets(prescription: Prescription) -> str:
    left, right = (
        _side_targets(prescription.expected_left, prescription.percent_mvc_left),
        _side_targets(prescription.expected_right, prescription.percent_mvc_right),
    )
    legs = left if left == right else f"L ● {left}, R ▲ {right}"
    return _("{targets}, held {time}").format(targets=legs, time=words.number(prescription.hold_s, "s"))


def _side_targets(expected: int, percent_mvc: float) -> str:
    return ngettext("{n} contraction at {intensity}", "{n} contractions at {intensity}", expected).format(
        n=expected, intensity=words.number(percent_mvc, "% MVC")
    )


def _form(
    services: Services, code: str, entries: Sequence[PrescriptionEntry], now: PrescriptionEntry | None
) -> None:
    current = max((entry.revision for entry in entries), default=0)
    seen = seen_revision(code, KIND, current)
    start = now.prescription if now else Prescription(local_time.today())
    title = _("Change the prescription") if now else _("Prescribe")
    with st.expander(
        title,
        icon=":material/edit_note:",
        expanded=now is None or seen != current,
        key=f"{KIND}:enter:{code}",
    ):
        changed_meanwhile(code, KIND, current)
        with st.form(f"prescription:{code}", border=False, enter_to_submit=False):
            entered = _fields(code, start)
            if st.form_submit_button(_("See what changes"), icon=":material/preview:"):
                try:
                    value = entered()
                except ProcessingError as error:
                    st.error(
                        _("Not possible: {reason}").format(reason=words.told(str(error))),
                        icon=":material/error:",
                    )
                else:
                    title = _("From {day}").format(day=local_time.day(value.valid_from))
                    propose(code, KIND, Pending(title, value, seen))
        pending_change(code, KIND, partial(_store, services, code))


def _store(services: Services, code: str, pending: Pending, *, dry_run: bool) -> Effects:
    return services.prescriptions.prescribe(
        code, pending.value, expected_revision=pending.revision, withdrawn=pending.withdrawn, dry_run=dry_run
    )


def _fields(code: str, start: Prescription) -> partial[Prescription]:
    """Draw the fields and return what makes a prescription of them."""
    key = partial("prescription:{}:{}".format, code)
    valid_from = st.date_input(
        _("Valid from"),
        local_time.today(),
        format="DD/MM/YYYY",
        key=key("valid_from"),
        help=_("Sessions recorded on this day or later take it, until the next prescription."),
        width=220,
    )
    targets = target_fields(start.targets, key)
    places = iter(st.columns(5, vertical_alignment="bottom"))
    optional = {
        "sets": (_("Sets (game sessions)"), 1.0, 50.0, 1.0),
        "reps": (_("Repetitions per set"), 1.0, 500.0, 1.0),
        "rest_s": (_("Rest (s)"), 0.0, 3600.0, 10.0),
        "pressure_percent_aop": (_("Cuff pressure (% AOP)"), 0.0, 150.0, 5.0),
        "protocol_days": (_("Protocol (days)"), 1.0, 1000.0, 1.0),
    }
    values = {
        name: next(places).number_input(
            label,
            low,
            high,
            None if getattr(start, name) is None else float(getattr(start, name)),
            step,
            "%.0f",
            key=key(name),
            placeholder=_("not prescribed"),
        )
        for name, (label, low, high, step) in optional.items()
    }
    left, right = targets.for_side("left"), targets.for_side("right")
    return partial(
        Prescription,
        valid_from=valid_from,
        expected_left=left.expected_contractions,
        expected_right=right.expected_contractions,
        percent_mvc_left=left.target_percent_mvc,
        percent_mvc_right=right.target_percent_mvc,
        hold_s=targets.target_duration_s,
        rest_s=values["rest_s"],
        pressure_percent_aop=values["pressure_percent_aop"],
        **{
            name: None if values[name] is None else int(values[name])
            for name in ("sets", "reps", "protocol_days")
        },
    )


def _history(entries: Sequence[PrescriptionEntry], now: PrescriptionEntry | None) -> None:
    if not entries:
        return
    standing = standing_prescriptions(entries)
    rows = [
        {
            _("From"): local_time.day(entry.prescription.valid_from),
            _("Prescribed"): words_of(entry.prescription),
            _("State"): _state(entry, now, standing),
            _("Entered"): local_time.moment(entry.entered_at),
            _("By"): entry.entered_by or _("not known"),
        }
        for entry in entries
    ]
    st.markdown(_("**Every entry, newest first** · nothing is ever overwritten"))
    st.table(pd.DataFrame(rows), hide_index=True, border="horizontal")


def _state(
    entry: PrescriptionEntry, now: PrescriptionEntry | None, standing: Sequence[PrescriptionEntry]
) -> str:
    if entry.withdrawn:
        return _("withdrawal")
    if entry not in standing:
        return _("replaced")
    if entry == now:
        return _("holds now")
    return _("later") if entry.prescription.valid_from > local_time.today() else _("held before")


def _withdraw(code: str, entries: Sequence[PrescriptionEntry]) -> None:
    standing = standing_prescriptions(entries)
    if not standing:
        return
    current = max(entry.revision for entry in entries)
    with st.popover(_("Withdraw an entry"), icon=":material/undo:"):
        st.write(
            _(
                "For a prescription that was entered by mistake. It stays in the table; sessions no longer take it."
            )
        )
        chosen = st.selectbox(
            _("Which"),
            standing,
            format_func=lambda entry: _("from {day}").format(
                day=local_time.day(entry.prescription.valid_from)
            ),
            key=f"withdraw:{KIND}:{code}",
        )
        if st.button(
            _("See what withdrawing changes"), key=f"withdraw:{KIND}:{code}:go", icon=":material/preview:"
        ):
            value = chosen.prescription
            title = _("Withdraw the prescription of {day}").format(day=local_time.day(value.valid_from))
            propose(code, KIND, Pending(title, value, current, withdrawn=True))
            st.rerun()
