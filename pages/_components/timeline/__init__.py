"""One patient through time: aligned lanes on one time axis."""

from __future__ import annotations

from pages._components.timeline.view import timeline_page

__all__ = ["timeline_page"]
