"""How many contractions there are, were held or were good: one sentence part for each, in the reader's language."""

from __future__ import annotations

from processing.language import gettext as _
from processing.language import ngettext


def contractions(n: int) -> str:
    """Return ``1 contraction`` or ``3 contractions``."""
    return ngettext("{n} contraction", "{n} contractions", n).format(n=n)


def good(n: int) -> str:
    """Return how many contractions were good."""
    return ngettext("{n} good", "{n} good", n).format(n=n)


def doubtful(n: int) -> str:
    """Return how many contractions are doubtful."""
    return ngettext("{n} doubtful", "{n} doubtful", n).format(n=n)


def rejected(n: int) -> str:
    """Return how many contractions were rejected."""
    return ngettext("{n} rejected", "{n} rejected", n).format(n=n)


def held(n: int, target: str) -> str:
    """Return how many contractions were held as long as the target, which is given with its unit."""
    if not n:
        return _("none held {target}").format(target=target)
    return ngettext("{n} held {target}", "{n} held {target}", n).format(n=n, target=target)


def held_of(n: int, total: int, target: str) -> str:
    """Return how many of all contractions were held as long as the target, which is given with its unit."""
    said = ngettext("{n} of {total} held {target}", "{n} of {total} held {target}", total)
    return said.format(n=n, total=total, target=target)


def of(n: object, total: object) -> str:
    """Return ``3 of 12``."""
    return _("{n} of {total}").format(n=n, total=total)
