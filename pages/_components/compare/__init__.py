"""Two sessions of one patient side by side: better, worse, or just a different day?"""

from __future__ import annotations

from pages._components.compare.picker import choose_pair
from pages._components.compare.view import comparison_view

__all__ = ["choose_pair", "comparison_view"]
