"""Calm words where a recording's samples are not there to be drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from pages._components import words
from processing.errors import NotFoundError, ReplacedRecordingError, StorageUnavailableError
from processing.language import gettext as _

Loaded = TypeVar("Loaded")


def load_or_say(load: Callable[[], Loaded], *, key: str) -> Loaded | None:
    """Return what was loaded, or say why the signals cannot be drawn and return None."""
    try:
        return load()
    except NotFoundError:
        st.info(
            _(
                "The recording itself is no longer in the store, so nothing can be computed from its samples. "
                "What was measured before stays valid and is in the session review."
            ),
            title=_("Signals not available"),
            icon=":material/hide_image:",
        )
    except ReplacedRecordingError as error:
        st.info(words.told(str(error)), title=_("Signals not drawn"), icon=":material/hide_image:")
    except StorageUnavailableError as error:
        st.warning(
            _("What was measured before is complete in the session review. Reason: {reason}").format(
                reason=words.told(str(error))
            ),
            title=_("The recording cannot be reached at the moment"),
            icon=":material/cloud_off:",
        )
        st.button(_("Try again"), icon=":material/refresh:", key=f"again:{key}")
    return None
