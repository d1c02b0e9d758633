"""Calm words instead of tracebacks: what happened, and what to do now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from pages._components import words
from processing.errors import (
    DatabaseUnavailableError,
    NotFoundError,
    ProcessingError,
    StorageUnavailableError,
    TransientError,
)

ADVICE: tuple[tuple[type[ProcessingError], str, str], ...] = (
    (
        DatabaseUnavailableError,
        "The results cannot be reached at the moment",
        "Nothing is lost: recordings that arrive now are analysed as soon as the database answers again.",
    ),
    (
        StorageUnavailableError,
        "The recordings cannot be reached at the moment",
        "Nothing is lost: the results stay as they are.",
    ),
    (TransientError, "This did not work just now", "Nothing is lost."),
)


@contextmanager
def calm_errors(key: str) -> Iterator[None]:
    """Show this product's errors as notices and end the page there; let every other error through."""
    try:
        yield
    except TransientError as error:
        unavailable(error, key)
        st.stop()
    except NotFoundError as error:
        st.info(words.plain(str(error)), icon=":material/search_off:", title="Not found")
        st.page_link("sessions.py", label="All sessions", icon=":material/list:")
        st.stop()
    except ProcessingError as error:
        st.warning(words.plain(str(error)), icon=":material/info:")
        st.stop()


def unavailable(error: TransientError, key: str) -> None:
    """Say that something is away for now, why, and offer to try again."""
    title, advice = next((title, advice) for kind, title, advice in ADVICE if isinstance(error, kind))
    st.warning(f"{advice} Reason: {words.plain(str(error))}", icon=":material/cloud_off:", title=title)
    st.button("Try again", icon=":material/refresh:", key=f"again:{key}")
