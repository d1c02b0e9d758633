"""Find a Chromium for the browser tests; ``python -m tests.chromium`` gets one if there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Return the browser to use: $CHROMIUM, the system's, or Playwright's own; None if there is none."""
    if chosen := os.environ.get("CHROMIUM"):
        return chosen
    for name in _NAMES:
        if found := shutil.which(name):
            return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def main() -> int:
    """Make sure that there is a Chromium: the system's, else Playwright's, else Debian's package."""
    if find_chromium():
        return 0
    print("No Chromium on this machine; getting one for the browser tests.", flush=True)
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    attempts = [
        [[sys.executable, "-m", "playwright", "install", "chromium"]],
        [[*as_root, "apt-get", "update", "-qq"], [*as_root, "apt-get", "install", "-y", "-qq", "chromium"]],
    ]
    for commands in attempts:
        if all(_runs(command) for command in commands) and find_chromium():
            return 0
    print("No Chromium could be installed. Install one and set CHROMIUM to its path.", file=sys.stderr)
    return 1


def _runs(command: list[str]) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        return subprocess.run(command, env=environment, check=False, timeout=600).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    sys.exit(main())
