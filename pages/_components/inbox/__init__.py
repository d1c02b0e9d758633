"""The Inbox: every file that arrived, its state, and what to do about it."""

from __future__ import annotations

from pages._components.inbox.listing import live_inbox
from pages._components.inbox.reviewed import review_mark_bar

__all__ = ["live_inbox", "review_mark_bar"]
