"""The numbers behind the timeline, one row a session, newest first."""

from __future__ import annotations

import pandas as pd

from pages._components.timeline.lanes import LANES, verdict_of
from pages._components.timeline.scene import Scene
from pages._components.timeline.words import STATUS_WORDS, moment_words, value_words
from processing.language import gettext as _


def timeline_table(scene: Scene) -> pd.DataFrame:
    """Return every shown session with its values, in words and with units."""
    rows = []
    for session in reversed(scene.sessions):
        marks = scene.progress.marks_of(session)
        state = _(STATUS_WORDS[session.status])
        if marks.copy_of:
            state = _("same recording as {session}").format(session=marks.copy_of)
        row = {
            _("Session"): session.session_code,
            _("Recorded"): moment_words(session),
            _("State"): state,
        }
        measured = session.status == "completed" and not marks.copy_of
        for lane in LANES:
            if lane.key in ("sessions", "notes"):
                continue
            value = lane.value(session)
            said = value_words(lane, value) if measured else "—"
            if measured and value is None and verdict_of(lane, session) == "not_judged":
                said = _("not judged")
            row[f"{lane.heading} ({lane.unit})"] = said
        if scene.progress.may_read_notes:
            row[_("Notes")] = str(marks.n_notes or "—")
        rows.append(row)
    return pd.DataFrame(rows)
