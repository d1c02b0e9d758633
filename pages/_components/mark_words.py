"""What a person decided about a contraction, in a few words; the same in table, list and picture."""

from __future__ import annotations

from pages._components import offered
from processing.emg.results import CorrectionMark
from processing.language import gettext as _
from processing.language import mark as N_

VERBS = {
    "accept": N_("accepted"),
    "reject": N_("rejected"),
    "move": N_("moved"),
    "split": N_("split"),
    "merge": N_("merged"),
    "add": N_("added"),
}
# Those that are offered; any other words may be typed.
REASONS = (N_("artefact"), N_("movement or talking"), N_("double"), N_("not a try"))


def reason_words(reason: str) -> str:
    """Return a reason in the reader's language where it is one of those offered, else as it was typed."""
    return offered.shown(reason, REASONS)


def mark_words(mark: CorrectionMark) -> str:
    """Say in a few words what a person decided about a contraction."""
    verb = _(VERBS[mark.kind])
    if mark.by and mark.reason:
        said = _("{decided} by {person}: {reason}")
        return said.format(decided=verb, person=mark.by, reason=reason_words(mark.reason))
    if mark.by:
        return _("{decided} by {person}").format(decided=verb, person=mark.by)
    if mark.reason:
        return _("{decided}: {reason}").format(decided=verb, reason=reason_words(mark.reason))
    return verb
