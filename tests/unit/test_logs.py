"""The log is a help: where it cannot be written, the work goes on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import logging, structlog
from processing.logs import configure_logging
configure_logging({form!r})
structlog.get_logger().info("event_received", object_name="P001/a.c3d")
logging.getLogger("library").warning("something")
print("went on")
"""


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="needs Linux's /dev/full, a disk that is always full"
)
@pytest.mark.parametrize("form", ["json", "console"])
def test_a_full_disk_under_the_log_stops_nothing(form: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM.format(form=form)],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=full, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.stdout == "went on\n"


def test_what_can_be_written_is() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(form="json")],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert '"event": "event_received"' in done.stderr
    assert "WARNING library: something" in done.stderr
