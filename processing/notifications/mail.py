"""Send a message as a plain e-mail. It holds session codes and reasons, never a name or a measurement."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from urllib.parse import unquote, urlsplit

from processing.errors import InvalidParameterError, NotificationRefusedError
from processing.ports import Notification

_TIMEOUT_S = 10.0


class MailSender:
    """A Notifier on one SMTP server.

    ``smtp_url`` is ``smtps://USER:PASSWORD@HOST:465`` (TLS from the start), ``smtp+starttls://...:587``, or
    ``smtp://HOST:25`` without encryption for a relay on the same machine.
    """

    name = "e-mail"

    def __init__(self, smtp_url: str, *, sender: str, recipient: str) -> None:
        parts = urlsplit(smtp_url)
        if parts.scheme not in ("smtp", "smtps", "smtp+starttls") or not parts.hostname:
            raise InvalidParameterError(
                f"SMTP_URL begins with '{parts.scheme}://'; expected smtps://, smtp+starttls:// or smtp:// and a host"
            )
        self._parts = parts
        self._sender = sender
        self._recipient = recipient

    def send(self, message: Notification) -> None:
        """Hand the message to the server; whatever it does not take is refused."""
        try:
            with self._connect() as server:
                if self._parts.username:
                    server.login(unquote(self._parts.username), unquote(self._parts.password or ""))
                server.send_message(self._compose(message))
        except (OSError, smtplib.SMTPException) as exc:
            raise NotificationRefusedError(
                f"The mail server did not take the message: {type(exc).__name__}"
            ) from exc

    def _connect(self) -> smtplib.SMTP:
        host, scheme = self._parts.hostname or "", self._parts.scheme
        if scheme == "smtps":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, self._parts.port or 465, timeout=_TIMEOUT_S, context=context)
        server = smtplib.SMTP(
            host, self._parts.port or (587 if scheme == "smtp+starttls" else 25), timeout=_TIMEOUT_S
        )
        if scheme == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
        return server

    def _compose(self, message: Notification) -> EmailMessage:
        mail = EmailMessage()
        mail["Subject"] = f"GHOSTLY EMG: {message.subject}"
        mail["From"] = self._sender
        mail["To"] = self._recipient
        mail["Date"] = format_datetime(message.created_at)
        # The same for every try, so that a mail that arrived twice shows as one.
        mail["Message-ID"] = make_msgid(
            idstring=f"notification-{message.notification_id}", domain="ghostly.invalid"
        )
        mail.set_content(message.text)
        return mail
