"""That a channel is not judged, and why: withheld in a table, beside a name, and as a sentence."""

from __future__ import annotations

from pages._components import words
from processing.emg.results import ChannelQuality
from processing.language import gettext as _


def withheld() -> str:
    """Return what stands in the place of a number of a channel that is not judged."""
    return _("not judged")


def reason_words(quality: ChannelQuality) -> str:
    """Say that and why a channel is not judged, to stand behind its name."""
    return _("not judged: {reason}").format(reason=_reason(quality))


def reason_sentence(name: str, quality: ChannelQuality) -> str:
    """Say that and why the channel of a muscle is not judged."""
    return _("{leg} not judged: {reason}.").format(leg=name, reason=_reason(quality))


def _reason(quality: ChannelQuality) -> str:
    return words.short_reason(quality) or _("signal not usable")
