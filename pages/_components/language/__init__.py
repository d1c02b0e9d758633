"""The reader's language: found out, kept, and switched in one click."""

from pages._components.language.reader import keep_language, settle_language
from pages._components.language.switch import language_switch

__all__ = ["keep_language", "language_switch", "settle_language"]
