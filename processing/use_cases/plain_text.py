"""What every text that a person types must be: made of characters that can be stored and shown."""

from __future__ import annotations

from processing.errors import InvalidParameterError


def check_characters(text: str, what: str) -> str:
    """Return a text as it is.

    Parameters
    ----------
    text : str
    what : str
        How the message calls it, such as ``reason``.

    Raises
    ------
    InvalidParameterError
        If it holds the character NUL, or half of a pair of surrogates: no database stores either.
    """
    found = next((place for place, letter in enumerate(text, 1) if _unstorable(letter)), None)
    if found is not None:
        raise InvalidParameterError(
            f"The {what} holds a character that cannot be stored, at place {found}; expected letters, digits, signs "
            "and spaces."
        )
    return text


def _unstorable(letter: str) -> bool:
    return letter == "\0" or "\ud800" <= letter <= "\udfff"
