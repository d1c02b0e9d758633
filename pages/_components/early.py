"""What the busiest page needs is loaded while the server starts, not while its first visitor waits."""

from __future__ import annotations

import gc
import threading
from importlib import import_module

import structlog

from processing.emg.loading import load_scipy

_BUSIEST = "pages._components.review"

log = structlog.get_logger(__name__)


def load_early() -> threading.Thread:
    """Load the session review's modules beside the start of the server.

    Afterwards the collector leaves alone whatever is loaded: it stays for as long as the process lives, and a full
    collection that walks through it stops every page for a tenth of a second.
    """
    thread = threading.Thread(target=_load, name="load-early", daemon=True)
    thread.start()
    return thread


def _load() -> None:
    try:
        import_module(_BUSIEST)
        load_scipy()
    except Exception as error:  # the page itself will say it to whoever opens it
        log.warning("not_loaded_early", module=_BUSIEST, error_type=type(error).__name__)
    gc.collect()
    gc.freeze()
