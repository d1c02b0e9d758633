"""Which language is spoken at the moment: a reader's on a page, a chosen one on paper, English elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["en", "fr", "nl"]
LANGUAGES: dict[Language, str] = {"en": "English", "fr": "Français", "nl": "Nederlands"}

_chosen: ContextVar[Language | None] = ContextVar("language", default=None)
_followed: list[Callable[[], Language]] = []


def current_language() -> Language:
    """Return the language of :func:`speaking`, else the reader's, else English."""
    chosen = _chosen.get()
    if chosen is not None:
        return chosen
    return _followed[-1]() if _followed else "en"


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Say everything inside in one language, whatever the reader's is: for a report, an export, a test."""
    token = _chosen.set(language)
    try:
        yield
    finally:
        _chosen.reset(token)


def follow_language_of(reader: Callable[[], Language]) -> None:
    """Ask ``reader`` for the language from now on; the dashboard knows whose page is being drawn.

    It is asked at every word, because a page's fragments run in threads of their own, without the page's context.
    """
    _followed[:] = [reader]
