"""How it is known which channel is which leg: the labels say it, the game's convention does, or a person did."""

from __future__ import annotations

from pages._components import local_time, words
from processing.use_cases.side_map import SideMap

UNKNOWN = "the file does not say which leg"
_WORDS = {
    frozenset({"label"}): "as the labels say",
    frozenset({"convention"}): "by the game's convention; the file does not say",
    frozenset({"label", "convention"}): "by the labels and the game's convention",
}


def origin_words(side_map: SideMap) -> str:
    """Say how the legs of the channels that are read are known."""
    if side_map.by_person:
        by = f" by {words.plain(side_map.said_by)}" if side_map.said_by else ""
        return f"said{by}, {local_time.moment(side_map.said_at)}"
    origins = frozenset(c.side_from for c in side_map.channels if c.selected and c.side is not None)
    return _WORDS.get(origins, "as a person said") if origins else UNKNOWN
