"""Post a message to a webhook of the operator's, signed the Standard Webhooks way."""

from __future__ import annotations

import time

import httpx
import orjson

from processing.errors import NotificationRefusedError
from processing.ports import Notification
from processing.webhooks import parse_secrets, sign_event

_TIMEOUT_S = 5.0


class WebhookSender:
    """A Notifier on one address; the receiver verifies with the secret and knows a repeat by ``webhook-id``."""

    name = "webhook"

    def __init__(self, url: str, secret: str) -> None:
        parse_secrets(secret)  # malformed: better said at the start than with the first failure
        self._url = url
        self._secret = secret

    def send(self, message: Notification) -> None:
        """Post the message; anything but a 2xx within five seconds counts as refused."""
        body = orjson.dumps({"kind": message.kind, "at": message.created_at.isoformat(), **message.body})
        headers = sign_event(self._secret, f"notification_{message.notification_id}", time.time(), body)
        try:
            response = httpx.post(
                self._url, content=body, headers=headers, timeout=_TIMEOUT_S, follow_redirects=False
            )
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise NotificationRefusedError(f"The webhook did not answer: {type(exc).__name__}") from exc
        if not response.is_success:
            raise NotificationRefusedError(f"The webhook answered {response.status_code}")
