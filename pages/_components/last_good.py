"""While the database is away, a page shows what it last showed this person, and says from when that is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import streamlit as st
from cachetools import TTLCache

from pages._components import state
from pages._components.local_time import clock
from processing.errors import DatabaseUnavailableError
from processing.language import gettext as _

T = TypeVar("T")

_MOST, _LONGEST_S = 500, 8 * 3600


@dataclass(frozen=True, slots=True)
class _Kept:
    value: Any
    at: datetime


_kept: TTLCache[tuple[str, str], _Kept] = TTLCache(_MOST, _LONGEST_S)
_lock = threading.Lock()


def load_or_last(key: str, load: Callable[[], T], *, notice: bool = True) -> T:
    """Return what ``load`` returns; while the database is away, what it returned last, under a notice.

    What is kept belongs to one viewer in one role and is never shown to another: rights cannot change while the
    database that holds them is away, and the sign-in itself is checked before. Without ``notice`` somebody else says
    how old it is.

    Raises
    ------
    DatabaseUnavailableError
        If the database is away and there is nothing to show.
    """
    mine = (str(st.session_state.get(state.VIEWER)), key)
    try:
        value = load()
    except DatabaseUnavailableError:
        with _lock:
            kept = _kept.get(mine)
        if kept is None:
            raise
        if notice:
            _notice(kept.at)
        last: T = kept.value
        return last
    with _lock:
        _kept[mine] = _Kept(value, datetime.now(UTC))
    return value


def forget_kept() -> None:
    """Forget everything that was kept."""
    with _lock:
        _kept.clear()


def _notice(at: datetime) -> None:
    st.warning(
        _(
            "What you see is from {time}. Nothing is lost: recordings that arrive meanwhile are analysed as soon as "
            "the database answers again, and this page follows by itself."
        ).format(time=clock(at)),
        title=_("The results cannot be reached at the moment"),
        icon=":material/cloud_off:",
    )
