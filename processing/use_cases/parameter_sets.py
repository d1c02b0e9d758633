"""Settings by a short name: the same settings have the same one, wherever and whenever they were used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

_LENGTH = 12


def parameter_set_id(settings: Mapping[str, Any]) -> str:
    """Return the first 12 hexadecimal digits of the SHA-256 of the settings as JSON with sorted names."""
    text = json.dumps(settings, sort_keys=True, separators=(",", ":"), allow_nan=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]
