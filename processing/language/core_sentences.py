"""Sentences that no reading of the source can find: put together out of parts, or stored by an earlier version."""

from __future__ import annotations

_LOST = "({seconds} s, {percent} % of the recording): the signal was lost there"

MORE_SENTENCES: tuple[str, ...] = (
    # What an earlier version stored with results.
    "The recording's own time cannot be read: INFO:TIME holds {listed}.",
    "{n} drop-outs",
    f"{{n}} drop-out {_LOST}",
    f"{{n}} drop-outs {_LOST}",
    f"{{n}} gap {_LOST}",
    f"{{n}} gaps {_LOST}",
)
