"""Tell whoever looks after the system what failed and what is amiss, once each, until somebody took it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from processing.errors import NotificationRefusedError
from processing.ports import Notification, Notifier
from processing.use_cases.operations import Alert

# An alert that lasts is repeated, but not every minute.
_REPEAT_ALERT_H = 6
_MOST_ATTEMPTS = 20
_AT_ONCE = 50


class Outbox(Protocol):
    """The messages that wait in the database."""

    def add(self, kind: str, dedupe_key: str, body: dict[str, Any]) -> None: ...

    def take(self, limit: int) -> Sequence[Notification]: ...

    def mark_sent(self, notification_id: int) -> None: ...

    def mark_refused(self, notification_id: int, why: str, *, retry_in_s: float | None) -> None: ...


def raise_alerts(alerts: Sequence[Alert], outbox: Outbox, *, now: datetime | None = None) -> None:
    """Put alerts into the outbox, each at most once in a few hours."""
    moment = now or datetime.now(UTC)
    period = f"{moment:%Y-%m-%d}-{moment.hour // _REPEAT_ALERT_H}"
    for alert in alerts:
        body = {"alert": alert.kind, "sentence": alert.sentence, "advice": alert.advice}
        outbox.add("alert", f"alert:{alert.kind}:{period}", body)


def send_notifications(outbox: Outbox, notifiers: Sequence[Notifier]) -> int:
    """Send what waits by every configured way; return how many messages were taken.

    A message counts as sent when every way took it. One that was refused is sent again later, to all: a receiver
    knows a repeat by its id. After twenty tries it stays unsent, with the reason.
    """
    if not notifiers:
        return 0
    return sum(_send(message, outbox, notifiers) for message in outbox.take(_AT_ONCE))


def _send(message: Notification, outbox: Outbox, notifiers: Sequence[Notifier]) -> bool:
    refused = []
    for notifier in notifiers:
        try:
            notifier.send(message)
        except NotificationRefusedError as error:
            refused.append(f"{notifier.name}: {error}")
    if not refused:
        outbox.mark_sent(message.notification_id)
        return True
    last_try = message.attempts + 1 >= _MOST_ATTEMPTS
    outbox.mark_refused(
        message.notification_id,
        "; ".join(refused),
        retry_in_s=None if last_try else min(30.0 * 2.0**message.attempts, 3600.0),
    )
    return False
