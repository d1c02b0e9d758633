"""Correcting the detector on the page: keys and fields, the comb of prescribed repetitions, and what may be missing."""

from pages._components.correction.history import correction_history
from pages._components.correction.tools import correction_tools, correction_without_picture

__all__ = ["correction_history", "correction_tools", "correction_without_picture"]
