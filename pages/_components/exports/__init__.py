"""Taking results, signals and recordings along: nothing is built until somebody asks for it."""

from pages._components.exports.selection import export_selection
from pages._components.exports.session import export_session

__all__ = ["export_selection", "export_session"]
