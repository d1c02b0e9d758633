"""Which channel is which leg: shown, swapped in one step, and mapped where a file does not say it."""

from __future__ import annotations

from pages._components.side_map.bar import side_map_bar, swap_doubt
from pages._components.side_map.editor import channel_fields

__all__ = ["channel_fields", "side_map_bar", "swap_doubt"]
