"""Six demo recordings as bytes, the same ones for the same seed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from processing.demo.plans import SESSIONS
from processing.errors import ProcessingError

_ROOT: Final = Path(__file__).resolve().parents[2]
_SCRIPT: Final = (
    "import sys; sys.path.insert(0, sys.argv[1]); from processing.demo.child import main; "
    "main(sys.argv[2], int(sys.argv[3]))"
)
_TIMEOUT_S: Final = 60.0


def generate_demo_recordings(seed: int = 2026) -> list[tuple[str, bytes]]:
    """Return six recordings of three invented patients.

    Parameters
    ----------
    seed : int
        Everything random comes from it.

    Returns
    -------
    recordings : list of (object name, bytes)
        In the order of ``processing.demo.plans.SESSIONS``, which says what each one shows. The names have
        the form ``P001/Ghostly_Emg_20260310_10-15-32-0412.c3d``.

    Raises
    ------
    ProcessingError
        If the process that writes them fails.
    """
    with tempfile.TemporaryDirectory(prefix="demo-") as folder:
        try:
            subprocess.run(
                [sys.executable, "-I", "-c", _SCRIPT, str(_ROOT), folder, str(seed)],
                check=True,
                capture_output=True,
                timeout=_TIMEOUT_S,
            )
        except (subprocess.SubprocessError, OSError) as exc:
            detail = (getattr(exc, "stderr", None) or b"").decode(errors="replace").strip().splitlines()[-1:]
            raise ProcessingError(f"The demo recordings could not be made: {exc} {' '.join(detail)}") from exc
        return [(plan.object_name, (Path(folder) / plan.object_name).read_bytes()) for plan in SESSIONS]
