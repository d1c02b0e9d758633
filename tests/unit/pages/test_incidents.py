"""An error that nobody expected: what the person reads, and what the log keeps."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

# In a process of its own: the launcher changes how Streamlit logs.
FAILS = """
import sys
import app
from streamlit.error_util import handle_user_script_exception
from processing.errors import AccessDeniedError

try:
    raise {error}("Failing row contains (Peeters, Jan)")
except Exception as error:
    handle_user_script_exception(error, app.show_incident)
"""


# The part of a page before would be drawn into a page without room for it.
FORGETS = """
from streamlit.testing.v1 import AppTest

PAGE = '''
import app
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

kept = get_script_run_ctx().fragment_storage
kept.register("of the page before", lambda: None)
app.show_incident(KeyError())
st.session_state["left"] = len(kept._fragments)  # a run that ends by itself forgets them anyway
'''

at = AppTest.from_string(PAGE, default_timeout=30).run()
print(len(at.error), "error,", at.session_state["left"], "left")
"""


def _log_of(script: str) -> str:
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout + run.stderr


def test_the_log_keeps_where_an_error_came_from_and_none_of_its_words() -> None:
    log = _log_of(FAILS.format(error="KeyError"))
    assert "dashboard_error" in log
    assert "KeyError" in log
    assert "<string>:8" in log
    assert "Peeters" not in log


def test_a_sign_in_that_ended_under_a_page_is_no_incident() -> None:
    log = _log_of(FAILS.format(error="AccessDeniedError"))
    assert "dashboard_error" not in log
    assert "Peeters" not in log


def test_an_error_forgets_the_parts_of_the_page_before() -> None:
    assert "1 error, 0 left" in _log_of(FORGETS)
