"""Is this a real contraction, and was it good? Every contraction side by side, the chosen one large."""

from __future__ import annotations

from pages._components.inspector.view import inspector_view

__all__ = ["inspector_view"]
