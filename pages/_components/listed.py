"""Several things in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from processing.language import gettext as _


def listed(items: Sequence[str]) -> str:
    """Return ``a``, ``a and b`` or ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return _("{items} and {last}").format(items=", ".join(items[:-1]), last=items[-1])
