"""Sentences that the core puts together out of parts, which no reading of its source can find."""

from __future__ import annotations

_LOST = "({seconds} s, {percent} % of the recording): the signal was lost there"

MORE_SENTENCES: tuple[str, ...] = (
    "{n} drop-outs",
    f"{{n}} drop-out {_LOST}",
    f"{{n}} drop-outs {_LOST}",
    f"{{n}} gap {_LOST}",
    f"{{n}} gaps {_LOST}",
)
