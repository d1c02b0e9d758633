"""Messages to the operator: once each, signed, sent again until they are taken. Real receivers on the loopback."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import uvicorn
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from processing.database.notifications import NotificationOutbox
from processing.errors import InvalidParameterError, NotificationRefusedError
from processing.notifications import MailSender, WebhookSender, build_notifiers
from processing.ports import Notification
from processing.services import Services
from processing.settings import Settings
from processing.use_cases.notify import raise_alerts, send_notifications
from processing.use_cases.operations import Alert
from tests.builders import make_c3d
from tests.integration.shared_cache import make_certificate
from tests.integration.stack import SECRET, served
from tests.running_stack import free_port
from webhook_listener.signatures import SignatureVerifier

FAILED = Notification(
    7,
    "session_failed",
    {"session_code": "P001S001", "failure_kind": "TruncatedRecordingError", "failure_message": "Too short."},
    datetime(2026, 11, 22, 5, 0, tzinfo=UTC),
)


class Receiver:
    """Verifies what it is sent, as an operator's own receiver would."""

    def __init__(self) -> None:
        self.url = ""
        self.answers: list[int] = []
        self.received: list[dict[str, Any]] = []
        self.ids: list[str] = []

    async def take(self, request: Request) -> Response:
        raw = await request.body()
        self.ids.append(SignatureVerifier(SECRET).verify(request.headers, raw).event_id)
        status = self.answers.pop(0) if self.answers else 204
        if status == 204:
            self.received.append(json.loads(raw))
        return Response(status_code=status)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    app = Starlette(routes=[Route("/hook", receiver.take, methods=["POST"])])
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="off")
    with served(uvicorn.Server(config)) as url:
        receiver.url = f"{url}/hook"
        yield receiver


class Mailbox:
    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 taken"


@pytest.fixture
def mail_server() -> Iterator[tuple[str, Mailbox]]:
    mailbox = Mailbox()
    controller = Controller(
        mailbox, hostname="127.0.0.1", port=free_port()
    )  # it cannot be told to choose one
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}", mailbox
    finally:
        controller.stop()


def fail_a_session(services: Services) -> None:
    services.save_upload("P001", "a.c3d", make_c3d())
    (row,) = services.database.fetch_all("select id::text from app.therapy_sessions")
    services.give_up_session(row["id"], "TruncatedRecordingError", "The file is too short.")


def test_a_failure_reaches_the_webhook_once_and_signed(services: Services, receiver: Receiver) -> None:
    fail_a_session(services)
    outbox, senders = NotificationOutbox(services.database), [WebhookSender(receiver.url, SECRET)]
    assert [send_notifications(outbox, senders), send_notifications(outbox, senders)] == [1, 0]
    (body,) = receiver.received
    assert (body["kind"], body["session_code"]) == ("session_failed", "P001S001")
    assert body["failure_message"] == "The file is too short."


def test_a_refused_message_is_sent_again_under_the_same_id(services: Services, receiver: Receiver) -> None:
    fail_a_session(services)
    receiver.answers = [500]
    outbox, senders = NotificationOutbox(services.database), [WebhookSender(receiver.url, SECRET)]
    assert send_notifications(outbox, senders) == 0
    (row,) = services.database.fetch_all(
        "select attempts, last_error, next_attempt_at > now() as later from app.notifications"
    )
    assert row == {"attempts": 1, "last_error": "webhook: The webhook answered 500", "later": True}
    assert services.operations.facts().notifications_waiting == 1
    services.database.execute("update app.notifications set next_attempt_at = now()")
    assert send_notifications(outbox, senders) == 1
    assert len(set(receiver.ids)) == 1
    assert services.operations.facts().notifications_waiting == 0


def test_an_alert_is_told_once_in_a_few_hours(services: Services) -> None:
    outbox = NotificationOutbox(services.database)
    alert = Alert("no_worker", "No worker is alive.", "Start one.")
    for hour in (6, 7, 11, 12):
        raise_alerts([alert], outbox, now=datetime(2026, 11, 22, hour, tzinfo=UTC))
    assert len(outbox.take(10)) == 2


def test_without_an_address_nothing_is_sent_and_nothing_is_lost(services: Services) -> None:
    fail_a_session(services)
    assert services.operations.tell_operator() == 0
    (row,) = services.database.fetch_all("select sent_at, attempts from app.notifications")
    assert row == {"sent_at": None, "attempts": 0}


def test_a_mail_says_what_failed(mail_server: tuple[str, Mailbox]) -> None:
    url, mailbox = mail_server
    MailSender(url, sender="ghostly@clinic.example", recipient="it@clinic.example").send(FAILED)
    (mail,) = mailbox.mails
    assert (mail["Subject"], mail["To"]) == (
        "GHOSTLY EMG: P001S001 could not be analysed",
        "it@clinic.example",
    )
    assert "failure message: Too short." in mail.get_content()


USER, PASSWORD = "ghostly@clinic.example", "s3cret/p@ss"
LOGIN = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}"


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A mail server's certificate for localhost, which this machine trusts as it does an authority's."""
    path, key = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path, key)
    return context


@contextmanager
def mail_server_with_accounts(mailbox: Mailbox, **options: Any) -> Iterator[tuple[int, list[LoginPassword]]]:
    """Serve mail to who signs in; yield the port, and what was given to sign in."""
    given: list[LoginPassword] = []

    def check(_server: Any, _session: Any, _envelope: Any, _how: str, login: LoginPassword) -> AuthResult:
        given.append(login)
        right = login == LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False, auth_data=login)

    controller = Controller(
        mailbox,
        hostname="localhost",
        port=free_port(),
        authenticator=check,
        **options,
    )
    controller.start()
    try:
        yield controller.port, given
    finally:
        controller.stop()


def _options(scheme: str, certificate: ssl.SSLContext) -> dict[str, Any]:
    if scheme == "smtp+starttls":
        return {"tls_context": certificate, "require_starttls": True, "auth_required": True}
    # aiosmtpd takes a connection that is encrypted from the start for an open one.
    return {"auth_require_tls": False} | ({"ssl_context": certificate} if scheme == "smtps" else {})


@pytest.mark.parametrize("scheme", ["smtp", "smtps", "smtp+starttls"])
def test_a_mail_server_that_wants_a_login_gets_the_one_of_the_address(
    scheme: str, certificate: ssl.SSLContext
) -> None:
    mailbox = Mailbox()
    with mail_server_with_accounts(mailbox, **_options(scheme, certificate)) as (port, given):
        url = f"{scheme}://{LOGIN}@localhost:{port}"
        MailSender(url, sender="ghostly@clinic.example", recipient="it@clinic.example").send(FAILED)
        wrong = MailSender(
            url.replace("s3cret", "other"), sender="ghostly@clinic.example", recipient="it@clinic.example"
        )
        with pytest.raises(NotificationRefusedError, match="SMTPAuthenticationError") as refused:
            wrong.send(FAILED)
    assert "other" not in str(refused.value)
    assert given[0] == LoginPassword(USER.encode(), PASSWORD.encode())
    assert [mail["To"] for mail in mailbox.mails] == ["it@clinic.example"]


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_mail_server_that_nobody_vouches_for_gets_neither_password_nor_message(
    scheme: str, certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = Mailbox()
    with mail_server_with_accounts(mailbox, **_options(scheme, certificate)) as (port, given):
        monkeypatch.delenv("SSL_CERT_FILE")
        sender = MailSender(
            f"{scheme}://{LOGIN}@localhost:{port}", sender="a@b.example", recipient="c@d.example"
        )
        with pytest.raises(NotificationRefusedError, match="SSLCertVerificationError"):
            sender.send(FAILED)
    assert (given, mailbox.mails) == ([], [])


@pytest.mark.parametrize(
    "notifier",
    [
        WebhookSender("http://127.0.0.1:1/", SECRET),
        WebhookSender("http://[broken", SECRET),
        MailSender("smtp://127.0.0.1:1", sender="a@b.example", recipient="c@d.example"),
    ],
)
def test_a_receiver_that_is_away_refuses(notifier: WebhookSender | MailSender) -> None:
    with pytest.raises(NotificationRefusedError, match="did not"):
        notifier.send(FAILED)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"notify_webhook_url": "https://x.example"}, "NOTIFY_WEBHOOK_SECRET must be set"),
        ({"notify_webhook_url": "https://x.example", "notify_webhook_secret": "short"}, "secret 1"),
        ({"notify_email_to": "a@b.example"}, "SMTP_URL and NOTIFY_EMAIL_FROM must be set"),
        (
            {
                "notify_email_to": "a@b.example",
                "notify_email_from": "c@d.example",
                "smtp_url": "mail.example",
            },
            "SMTP_URL begins with '://'",
        ),
    ],
)
def test_a_way_that_is_configured_by_halves_is_refused(given: dict[str, str], words: str) -> None:
    with pytest.raises(InvalidParameterError, match=words):
        build_notifiers(Settings(_env_file=None, **given))
