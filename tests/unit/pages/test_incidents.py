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


def _log_of(error: str) -> str:
    run = subprocess.run(
        [sys.executable, "-c", FAILS.format(error=error)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout + run.stderr


def test_the_log_keeps_where_an_error_came_from_and_none_of_its_words() -> None:
    log = _log_of("KeyError")
    assert "dashboard_error" in log
    assert "KeyError" in log
    assert "<string>:8" in log
    assert "Peeters" not in log


def test_a_sign_in_that_ended_under_a_page_is_no_incident() -> None:
    log = _log_of("AccessDeniedError")
    assert "dashboard_error" not in log
    assert "Peeters" not in log
