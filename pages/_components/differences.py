"""Differences and slopes as they are printed: always with their sign."""

from __future__ import annotations

from pages._components import words


def signed(value: float, decimals: int = 1) -> str:
    """Return a number with its sign; a zero, also one by rounding, has none."""
    printed = words.fixed(value, decimals)
    if float(f"{value:.{decimals}f}") == 0:
        return printed.removeprefix("−")
    return printed if printed.startswith("−") else f"+{printed}"
