"""What the game wrote about itself, its player and its level."""

from __future__ import annotations

from processing.c3d.parameters import ParameterSet
from processing.recording import GameInfo

# What the game writes where nobody entered anything.
_UNSET = frozenset({"", "---", "--", "-", "n/a", "na", "none", "null", "unknown"})
_DEFAULT_PLAYER = "default"


def read_game_info(parameters: ParameterSet) -> GameInfo:
    """Return the game's fields; ``---`` and ``N/A`` count as not set."""
    level = parameters.number("INFO", "GAME_LEVEL")
    return GameInfo(
        name=_text(parameters, "INFO", "GAME_NAME"),
        level=None if level is None else int(level),
        score=parameters.number("SUBJECTS", "GAME_SCORE"),
        version=_text(parameters, "INFO", "VERSION"),
        player_name=_text(parameters, "SUBJECTS", "PLAYER_NAME"),
        therapist_id=_text(parameters, "INFO", "THERAPIST_ID"),
        group_id=_text(parameters, "INFO", "GROUP_ID"),
    )


def player_notice(game: GameInfo) -> str | None:
    """Return the sentence for a recording that was made without choosing a player."""
    if game.player_name is None or game.player_name.casefold() != _DEFAULT_PLAYER:
        return None
    return "The game was played as 'Default': the recording does not say whose it is."


def is_unset(text: str) -> bool:
    """Return whether a text is one of the game's ways to say nothing."""
    return text.strip().casefold() in _UNSET


def _text(parameters: ParameterSet, group: str, name: str) -> str | None:
    found = parameters.text(group, name)
    return None if found is None or is_unset(found) else found
