"""Earlier results of a session, as they were: what changed since, and every number that was shown then."""

from __future__ import annotations

from pages._components.earlier.view import earlier_results

__all__ = ["earlier_results"]
