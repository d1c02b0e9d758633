"""Why a contraction is doubtful, in the reader's language; the analysis gives its reasons in English."""

from __future__ import annotations

from processing.emg.results import Contraction
from processing.language import gettext as _
from processing.language import sentence


def why_doubtful(contraction: Contraction) -> str:
    """Return the reason for a doubt."""
    reason = contraction.doubtful_reason
    return sentence(reason) if reason else _("no reason given")


def doubt(contraction: Contraction) -> str:
    """Say that a contraction is doubtful, and why."""
    return _("doubtful: {reason}").format(reason=why_doubtful(contraction))
