"""Messages to whoever looks after the system: by a signed webhook, by e-mail, or both."""

from __future__ import annotations

from processing.errors import InvalidParameterError
from processing.notifications.mail import MailSender
from processing.notifications.webhook import WebhookSender
from processing.ports import Notifier
from processing.settings import Settings

__all__ = ["MailSender", "WebhookSender", "build_notifiers"]


def build_notifiers(settings: Settings) -> tuple[Notifier, ...]:
    """Return the ways that are configured, none by default.

    Raises
    ------
    InvalidParameterError
        If one is configured by halves.
    """
    notifiers: list[Notifier] = []
    if settings.notify_webhook_url:
        if settings.notify_webhook_secret is None:
            raise InvalidParameterError("NOTIFY_WEBHOOK_URL is set: NOTIFY_WEBHOOK_SECRET must be set too")
        secret = settings.notify_webhook_secret.get_secret_value()
        notifiers.append(WebhookSender(settings.notify_webhook_url, secret))
    if settings.notify_email_to:
        if settings.smtp_url is None or not settings.notify_email_from:
            raise InvalidParameterError(
                "NOTIFY_EMAIL_TO is set: SMTP_URL and NOTIFY_EMAIL_FROM must be set too"
            )
        notifiers.append(
            MailSender(
                settings.smtp_url.get_secret_value(),
                sender=settings.notify_email_from,
                recipient=settings.notify_email_to,
            )
        )
    return tuple(notifiers)
