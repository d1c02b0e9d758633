"""``python -m processing``: the operator's commands."""

from __future__ import annotations

import sys

from processing.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
