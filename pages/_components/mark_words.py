"""What a person decided about a contraction, in a few words; the same in table, list and picture."""

from __future__ import annotations

from processing.emg.results import CorrectionMark

VERBS = {
    "accept": "accepted",
    "reject": "rejected",
    "move": "moved",
    "split": "split",
    "merge": "merged",
    "add": "added",
}


def mark_words(mark: CorrectionMark) -> str:
    """Say in a few words what a person decided about a contraction."""
    said = f"{VERBS[mark.kind]} by {mark.by}" if mark.by else VERBS[mark.kind]
    return f"{said}: {mark.reason}" if mark.reason else said
