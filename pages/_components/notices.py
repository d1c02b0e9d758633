"""Calm words instead of tracebacks: what happened, and what to do now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from pages._components import words
from pages._components.end_page import end_page
from processing.errors import (
    DatabaseUnavailableError,
    NotFoundError,
    ProcessingError,
    StorageUnavailableError,
    TransientError,
)
from processing.language import gettext as _
from processing.language import mark as N_

ADVICE: tuple[tuple[type[ProcessingError], str, str], ...] = (
    (
        DatabaseUnavailableError,
        N_("The results cannot be reached at the moment"),
        N_("Nothing is lost: recordings that arrive now are analysed as soon as the database answers again."),
    ),
    (
        StorageUnavailableError,
        N_("The recordings cannot be reached at the moment"),
        N_("Nothing is lost: the results stay as they are."),
    ),
    (TransientError, N_("This did not work just now"), N_("Nothing is lost.")),
)


@contextmanager
def calm_errors(key: str) -> Iterator[None]:
    """Show this product's errors as notices and end the page there; let every other error through."""
    try:
        yield
    except TransientError as error:
        unavailable(error, key)
        end_page()
    except NotFoundError as error:
        st.info(words.told(str(error)), icon=":material/search_off:", title=_("Not found"))
        st.page_link("sessions.py", label=_("All sessions"), icon=":material/list:")
        end_page()
    except ProcessingError as error:
        st.warning(words.told(str(error)), icon=":material/info:")
        end_page()


def unavailable(error: TransientError, key: str) -> None:
    """Say that something is away for now, why, and offer to try again."""
    title, advice = next((title, advice) for kind, title, advice in ADVICE if isinstance(error, kind))
    said = _("{advice} Reason: {reason}").format(advice=_(advice), reason=words.told(str(error)))
    st.warning(said, icon=":material/cloud_off:", title=_(title))
    st.button(_("Try again"), icon=":material/refresh:", key=f"again:{key}")
