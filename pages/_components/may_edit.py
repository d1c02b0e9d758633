"""Whether the viewer changes anything about sessions; the database decides, this only hides what it would refuse."""

from __future__ import annotations

from processing.services import Services


def may_edit(services: Services) -> bool:
    """Return whether to offer changes: a researcher reads only."""
    profile = services.viewer_profile()
    return profile is None or profile.role != "researcher"
