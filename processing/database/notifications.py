"""The outbox of messages to the operator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from processing.database.json_values import foreign_json
from processing.database.pool import Database
from processing.ports import Notification

# Nobody is told of what is older; the housekeeping deletes it.
_TOLD_WITHIN = "30 days"

_ADD = """
insert into app.notifications (kind, dedupe_key, body) values (%(kind)s, %(dedupe_key)s, %(body)s)
on conflict (dedupe_key) do nothing
"""

# Taken for a minute: a worker that dies with them leaves them to the next.
_TAKE = f"""
update app.notifications n set next_attempt_at = now() + interval '1 minute'
where n.id in (
    select w.id from app.notifications w
    where w.sent_at is null and w.next_attempt_at <= now() and w.created_at >= now() - interval '{_TOLD_WITHIN}'
    order by w.id limit %(limit)s for update skip locked)
returning n.id, n.kind, n.body, n.created_at, n.attempts
"""

_SENT = """
update app.notifications set sent_at = now(), attempts = attempts + 1, last_error = null where id = %(id)s
"""

_REFUSED = """
update app.notifications
set attempts = attempts + 1, last_error = left(%(why)s, 500),
    next_attempt_at = coalesce(now() + %(retry_in_s)s * interval '1 second', 'infinity')
where id = %(id)s
"""

_LIST = """
select id, kind, body, created_at, attempts, sent_at, last_error from app.notifications order by id desc limit %(limit)s
"""


class NotificationOutbox:
    """Implements ``notify.Outbox`` on the table of notifications."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, kind: str, dedupe_key: str, body: dict[str, Any]) -> None:
        """Put a message in, unless one with this key is or was there."""
        self._database.execute(_ADD, {"kind": kind, "dedupe_key": dedupe_key, "body": foreign_json(body)})

    def take(self, limit: int) -> Sequence[Notification]:
        """Return messages that are due, the oldest first; nobody else gets them for a minute."""
        rows = self._database.fetch_all(_TAKE, {"limit": limit})
        found = [
            Notification(row["id"], row["kind"], row["body"], row["created_at"], row["attempts"])
            for row in rows
        ]
        return sorted(found, key=lambda message: message.notification_id)

    def mark_sent(self, notification_id: int) -> None:
        """Keep that everybody took it."""
        self._database.execute(_SENT, {"id": notification_id})

    def mark_refused(self, notification_id: int, why: str, *, retry_in_s: float | None) -> None:
        """Keep why it was not taken, and when to try again; None: not by itself."""
        self._database.execute(_REFUSED, {"id": notification_id, "why": why, "retry_in_s": retry_in_s})
