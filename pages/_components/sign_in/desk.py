"""The process's sign-in desk: shared by the pages' scripts and the routes, built at first use.

Not in Streamlit's cache, which anybody's "clear cache" would empty, and everybody would be signed out.
"""

from __future__ import annotations

import threading

from processing.services import open_desk
from processing.settings import Settings
from processing.sign_in import SignInDesk

_lock = threading.Lock()
_open: list[SignInDesk] = []


def get_desk() -> SignInDesk:
    """Return the desk; InvalidParameterError if sign-in is not configured."""
    with _lock:
        if not _open:
            _open.append(open_desk(Settings()))
        return _open[0]


def close_desk() -> None:
    """Sign everybody out and forget the desk; the next caller builds it anew."""
    with _lock:
        while _open:
            _open.pop().close()
