"""Before a change for a patient is stored: which sessions it concerns, and what becomes of their scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from pages._components import state, words
from processing.errors import EditConflictError, ProcessingError
from processing.language import gettext as _
from processing.language import ngettext
from processing.use_cases.rescore import Effects, ScoreRange

SHOWN = 15

# Called as store(pending, dry_run=...).
Store = Callable[..., Effects]


@dataclass(frozen=True, slots=True)
class Pending:
    """A change that was asked for and not stored yet. ``revision`` is the newest entry that the person saw."""

    title: str
    value: Any
    revision: int
    withdrawn: bool = False


def pending_key(code: str, kind: str) -> str:
    """Return where a patient's pending change of a kind is kept."""
    return f"{state.PREVIEW}{kind}:{code}"


def seen_revision(code: str, kind: str, current: int) -> int:
    """Return the newest entry that the person saw when the form was opened."""
    seen: int = st.session_state.setdefault(f"{pending_key(code, kind)}:seen", current)
    return seen


def forget_seen(code: str, kind: str) -> None:
    """Take what is stored now as seen, at the next run."""
    st.session_state.pop(f"{pending_key(code, kind)}:seen", None)


def changed_meanwhile(code: str, kind: str, current: int) -> None:
    """Say that somebody else entered something since the form was opened; the fields stay as they are."""
    if seen_revision(code, kind, current) == current:
        return
    st.warning(
        _(
            "The newest entry in the table below is theirs. What is in your fields is still yours and not saved."
        ),
        icon=":material/call_split:",
        title=_("Somebody else made an entry since you opened this"),
    )
    st.button(
        _("I have seen it; go on with mine"),
        key=f"{pending_key(code, kind)}:go-on",
        on_click=forget_seen,
        args=(code, kind),
    )


def propose(code: str, kind: str, pending: Pending) -> None:
    """Keep a change until its effects were seen."""
    st.session_state[pending_key(code, kind)] = pending


def pending_change(code: str, kind: str, store: Store) -> None:
    """Say what the pending change would do, and store it when that is wanted; at once where it concerns no session."""
    key = pending_key(code, kind)
    pending: Pending | None = st.session_state.get(key)
    if pending is None:
        return
    effects = _tried(code, kind, pending, store, dry_run=True)
    if effects is None:
        return
    if not effects.judged and not effects.n_waiting:
        _store(code, kind, pending, store)
        return
    with st.container(border=True):
        st.subheader(pending.title, anchor=False)
        st.markdown(effects_words(effects))
        if effects.moved:
            st.table(_moved(effects), hide_index=True, border="horizontal")
        n = len(effects.judged)
        label = (
            ngettext("Save, and judge {n} session again", "Save, and judge {n} sessions again", n).format(n=n)
            if n
            else _("Save")
        )
        with st.container(horizontal=True):
            if st.button(label, icon=":material/save:", type="primary", key=f"{key}:store"):
                _store(code, kind, pending, store)
            if st.button(_("Do not save"), key=f"{key}:cancel"):
                st.session_state.pop(key, None)
                st.rerun()


def _tried(code: str, kind: str, pending: Pending, store: Store, *, dry_run: bool) -> Effects | None:
    """Return the effects, or say why the change cannot be and give it up."""
    try:
        return store(pending, dry_run=dry_run)
    except EditConflictError:
        st.session_state.pop(pending_key(code, kind), None)
        st.rerun()  # the notice above the form says so
    except ProcessingError as error:
        st.session_state.pop(pending_key(code, kind), None)
        st.error(_("Not saved: {reason}").format(reason=words.told(str(error))), icon=":material/error:")
    return None


def _store(code: str, kind: str, pending: Pending, store: Store) -> None:
    effects = _tried(code, kind, pending, store, dry_run=False)
    if effects is None:
        return
    st.session_state.pop(pending_key(code, kind), None)
    forget_seen(code, kind)
    n = len(effects.judged)
    judged = ngettext("Saved; {n} session judged again.", "Saved; {n} sessions judged again.", n).format(n=n)
    st.toast(judged if n else _("Saved."), icon=":material/check:")
    st.rerun()


def effects_words(effects: Effects) -> str:
    """Say in a sentence or two how many sessions a change concerns."""
    said = []
    if effects.judged:
        n, moved = len(effects.judged), len(effects.moved)
        changes = ngettext("{n} score changed by it", "{n} scores changed by it", moved).format(n=moved)
        judged = ngettext(
            "**{n} session** is judged again; **{changes}**.",
            "**{n} sessions** are judged again; **{changes}**.",
            n,
        )
        said.append(judged.format(n=n, changes=changes if moved else _("no score changes")))
    if effects.n_waiting:
        waiting = ngettext(
            "{n} session without a result will take it, too.",
            "{n} sessions without a result will take it, too.",
            effects.n_waiting,
        )
        said.append(waiting.format(n=effects.n_waiting))
    return " ".join(said) or _("No session is concerned.")


def _moved(effects: Effects) -> pd.DataFrame:
    rows = [
        {
            _("Session"): each.session_code,
            _("Score now"): _score(each.before),
            _("Score then"): _score(each.after),
        }
        for each in effects.moved[:SHOWN]
    ]
    rest = len(effects.moved) - len(rows)
    if rest:
        rows.append({_("Session"): _("and {n} more").format(n=rest), _("Score now"): "", _("Score then"): ""})
    return pd.DataFrame(rows)


def _score(score: ScoreRange) -> str:
    return words.score_words(score.total, score.low, score.high)
