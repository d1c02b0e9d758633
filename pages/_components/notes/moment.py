"""The moment of a recording that somebody looks at: what a note written now is about."""

from __future__ import annotations

from pages._components.open_review import OpenReview
from pages._components.view import View


def moment_looked_at(opened: OpenReview) -> float | None:
    """Return the chosen contraction's onset, else cursor A, else the middle of a close-up; None for the whole.

    In seconds from the start of the recording.
    """
    view = View(opened.subject, opened.result.metadata.duration_s)
    if view.selected is not None:
        name, index = view.selected
        channel = next((c for c in opened.result.channels if c.name == name), None)
        if channel is not None and index < len(channel.contractions):
            return round(channel.contractions[index].onset_s, 2)
    if view.cursors is not None:
        return round(view.cursors[0], 2)
    return None if view.whole else round(view.moment, 2)
