"""Today: one row a patient, most in need first, each with the reason in words."""

from pages._components.today.listing import live_today

__all__ = ["live_today"]
