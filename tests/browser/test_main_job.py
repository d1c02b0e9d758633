"""The main job as a clinician does it, in a real browser on the whole running product."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.running_stack import RunningStack

ARTEFACTS = Path(__file__).resolve().parents[2] / "test-artifacts"
