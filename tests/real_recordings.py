"""Where the real recordings are, if they are: they are not part of the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_FOLDER = Path(os.environ.get("GHOSTLY_DATA_DIR") or Path(__file__).resolve().parents[2] / "shared" / "data")


def real_recording(ending: str) -> Path:
    """Return the recording whose file name ends like this, or skip the test and say why."""
    found = sorted(_FOLDER.glob(f"*{ending}.c3d"))
    if not found:
        pytest.skip(
            f"no real recording '*{ending}.c3d' here; set GHOSTLY_DATA_DIR to the folder that has them"
        )
    return found[0]
