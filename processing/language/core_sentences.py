"""Sentences that no reading of the source can find: put together, stored by an earlier version, or by the database."""

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
    # What the audit log says of an export's scope.
    "pseudonymised",
    "with dates, with notes",
    # What the database stores about files in the inbox.
    "The folder does not name a patient: expected a code such as P001 before the file name.",
    "Given to a patient: session {code}.",
)
