"""Before a change for a patient is stored: which sessions it concerns, and what becomes of their scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from pages._components import state, words
from processing.errors import EditConflictError, ProcessingError
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
        "The newest entry in the table below is theirs. What is in your fields is still yours and not saved.",
        icon=":material/call_split:",
        title="Somebody else made an entry since you opened this",
    )
    st.button(
        "I have seen it; go on with mine",
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
        label = f"Save, and judge {words.plural(n, 'session')} again" if n else "Save"
        with st.container(horizontal=True):
            if st.button(label, icon=":material/save:", type="primary", key=f"{key}:store"):
                _store(code, kind, pending, store)
            if st.button("Do not save", key=f"{key}:cancel"):
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
        st.error(f"Not saved: {error}", icon=":material/error:")
    return None


def _store(code: str, kind: str, pending: Pending, store: Store) -> None:
    effects = _tried(code, kind, pending, store, dry_run=False)
    if effects is None:
        return
    st.session_state.pop(pending_key(code, kind), None)
    forget_seen(code, kind)
    said = f"; {words.plural(len(effects.judged), 'session')} judged again" if effects.judged else ""
    st.toast(f"Saved{said}.", icon=":material/check:")
    st.rerun()


def effects_words(effects: Effects) -> str:
    """Say in a sentence or two how many sessions a change concerns."""
    said = []
    if effects.judged:
        n, moved = len(effects.judged), len(effects.moved)
        verb = "is" if n == 1 else "are"
        changes = "no score changes" if not moved else f"{words.plural(moved, 'score')} changed by it"
        said.append(f"**{words.plural(n, 'session')}** {verb} judged again; **{changes}**.")
    if effects.n_waiting:
        said.append(f"{words.plural(effects.n_waiting, 'session')} without a result will take it, too.")
    return " ".join(said) or "No session is concerned."


def _moved(effects: Effects) -> pd.DataFrame:
    rows = [
        {"Session": each.session_code, "Score now": _score(each.before), "Score then": _score(each.after)}
        for each in effects.moved[:SHOWN]
    ]
    rest = len(effects.moved) - len(rows)
    if rest:
        rows.append({"Session": f"and {rest} more", "Score now": "", "Score then": ""})
    return pd.DataFrame(rows)


def _score(score: ScoreRange) -> str:
    return words.score_words(score.total, score.low, score.high)
