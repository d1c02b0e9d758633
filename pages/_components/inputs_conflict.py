"""What one sees of a session's entered values, kept while a form is open, so that nobody's are overwritten unseen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st

from pages._components import state, words
from pages._components.known_values import since_words, targets_words
from processing.language import gettext as _
from processing.language import mark as N_
from processing.use_cases.read_models import SessionInputs

LABELS = {
    "mvc_left_uv": (N_("MVC left"), "µV"),
    "mvc_right_uv": (N_("MVC right"), "µV"),
    "perceived_effort_cr10": (N_("Effort (CR10)"), ""),
    "bfr_percent_aop": (N_("BFR pressure"), N_("% AOP")),
    "game_max_points": (N_("Maximum game points"), ""),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """The stored values that a form started from; ``form`` grows when it starts again from others."""

    revision: int | None
    inputs: SessionInputs
    form: int = 0


def start_again(code: str, *, anew: bool) -> None:
    """Let the form take the stored values at the next run; not ``anew``, what was typed stays in its fields."""
    seen: Seen | None = st.session_state.pop(_key(code), None)
    if seen is not None:
        st.session_state[f"{_key(code)}:next"] = (seen.form + 1) if anew else seen.form


def open_form(code: str, stored: SessionInputs, revision: int | None, a_field: Callable[[int], str]) -> Seen:
    """Return what a session's form started from: the stored values, where it was not on the page just now.

    ``a_field`` gives the key of one of the form's fields, by the number of the form.
    """
    form = st.session_state.pop(f"{_key(code)}:next", None)
    seen: Seen | None = st.session_state.get(_key(code))
    if form is not None or seen is None or a_field(seen.form) not in st.session_state:
        seen = Seen(revision, stored, form or 0)
        st.session_state[_key(code)] = seen
    return seen


def conflict_notice(code: str, seen: Seen, stored: SessionInputs) -> None:
    """Say what somebody else stored meanwhile, and ask whose values go on."""
    lines = "\n".join(f"- {line}" for line in differences(seen.inputs, stored))
    st.warning(
        f"{_('What is in the fields below is still yours and not saved.')}\n\n{lines}",
        icon=":material/call_split:",
        title=_("Somebody else changed these values since you opened them"),
    )
    with st.container(horizontal=True):
        st.button(
            _("Go on with mine"),
            key=f"inputs:{code}:mine",
            on_click=start_again,
            args=(code,),
            kwargs={"anew": False},
            help=_("Your fields stay as they are; saving then replaces the stored values."),
        )
        st.button(
            _("Take the stored ones"),
            key=f"inputs:{code}:theirs",
            on_click=start_again,
            args=(code,),
            kwargs={"anew": True},
        )


def differences(before: SessionInputs, now: SessionInputs) -> list[str]:
    """Return one line for each value that is another one now, with who entered it."""
    found = []
    for name, (label, unit) in LABELS.items():
        old, new = getattr(before, name), getattr(now, name)
        if old != new:
            change = f"{words.number(old, _(unit))} → {words.number(new, _(unit))}{_by(now, name)}"
            found.append(_("{name}: {value}").format(name=_(label), value=change))
    if before.targets != now.targets:
        change = f"{targets_words(before)} → {targets_words(now)}{_by(now, 'targets')}"
        found.append(_("Targets: {targets}").format(targets=change))
    if before.patient_mvc_left != now.patient_mvc_left:
        found.append(_("The patient's MVC of the left leg was changed in the passport"))
    if before.patient_mvc_right != now.patient_mvc_right:
        found.append(_("The patient's MVC of the right leg was changed in the passport"))
    if before.prescription != now.prescription and before.targets == now.targets:
        found.append(_("The patient's prescription was changed"))
    return found or [_("The same values were saved again")]


def _by(inputs: SessionInputs, name: str) -> str:
    since = inputs.entered.get(name)
    return "" if since is None else f" ({since_words(since)})"


def _key(code: str) -> str:
    return f"{state.INPUTS}{code}"


def without_own_targets(inputs: SessionInputs) -> SessionInputs:
    """Return the inputs as they are when the session follows its prescription again."""
    return replace(inputs, targets=inputs.standing_targets)
