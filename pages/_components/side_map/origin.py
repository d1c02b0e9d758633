"""How it is known which channel is which leg: the labels say it, the game's convention does, or a person did."""

from __future__ import annotations

from pages._components import local_time, words
from processing.language import gettext as _
from processing.language import mark as N_
from processing.use_cases.side_map import SideMap

UNKNOWN = N_("the file does not say which leg")
_A_PERSON = N_("as a person said")
_WORDS = {
    frozenset({"label"}): N_("as the labels say"),
    frozenset({"convention"}): N_("by the game's convention; the file does not say"),
    frozenset({"label", "convention"}): N_("by the labels and the game's convention"),
}


def origin_words(side_map: SideMap) -> str:
    """Say how the legs of the channels that are read are known."""
    if side_map.by_person:
        moment = local_time.moment(side_map.said_at)
        if not side_map.said_by:
            return _("said, {moment}").format(moment=moment)
        return _("said by {person}, {moment}").format(person=words.plain(side_map.said_by), moment=moment)
    origins = frozenset(c.side_from for c in side_map.channels if c.selected and c.side is not None)
    return _(_WORDS.get(origins, _A_PERSON) if origins else UNKNOWN)
