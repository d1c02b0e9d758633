"""Whether a delivery was sent by somebody who knows the secret, judged from its raw bytes."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from standardwebhooks import Webhook, WebhookVerificationError

from processing.errors import AccessDeniedError, InvalidParameterError
from processing.webhooks import WebhookSecret, parse_secrets, sign_event

Scheme: TypeAlias = Literal["standard-webhooks", "x-supabase-signature"]
RejectionReason: TypeAlias = Literal["missing", "malformed", "stale", "mismatch"]

MAX_EVENT_ID_CHARS = 255

_STANDARD_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
_SUPABASE_HEADER = "x-supabase-signature"
_EVENT_ID = re.compile(rf"[\x21-\x7e]{{1,{MAX_EVENT_ID_CHARS}}}")
_HEX_DIGEST = re.compile(r"[0-9a-fA-F]{64}")


class RejectedDeliveryError(AccessDeniedError):
    """The delivery is not signed as it must be; ``reason`` is one of four words, fit for a metric's label."""

    def __init__(self, reason: RejectionReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class VerifiedDelivery:
    """A delivery from somebody who knows the secret; a repeat of an event has the same ``event_id``."""

    event_id: str
    scheme: Scheme


class SignatureVerifier:
    """Accepts a delivery signed with any of the secrets (several during a rotation), in one of two schemes.

    Standard Webhooks: the headers ``webhook-id``, ``webhook-timestamp`` (five minutes either way) and
    ``webhook-signature``. The id identifies the event.

    ``x-supabase-signature``: hex HMAC-SHA256 of the raw body, with or without ``sha256=`` before it. The key
    is the secret's text as it was given, ``whsec_`` included, or the bytes which that text encodes. This form
    has neither id nor time: the event id is ``sha256:`` and the hash of the body, so a delivery that is
    played again is a repeat.

    If any Standard Webhooks header is there, only that scheme counts. Without ``body_digest`` it is the only one.
    """

    def __init__(self, setting: str | None, *, body_digest: bool = True) -> None:
        """Take the text of WEBHOOK_SECRET; InvalidParameterError if it holds no usable secret."""
        if setting is None:
            raise InvalidParameterError("WEBHOOK_SECRET is not set; deliveries cannot be verified without it")
        secrets = parse_secrets(setting)
        self._webhooks = tuple(Webhook(secret.key) for secret in secrets)
        self._accepts_body_digest = body_digest
        self._body_keys = tuple(key for secret in secrets for key in _body_keys(secret))
        for position, secret in enumerate(secrets, start=1):
            self._self_test(secret, position)

    def verify(self, headers: Mapping[str, str], body: bytes) -> VerifiedDelivery:
        """Return the verified delivery, or raise RejectedDeliveryError and nothing else."""
        lowered = {name.lower(): value for name, value in headers.items()}
        standard = {name: lowered[name] for name in _STANDARD_HEADERS if name in lowered}
        if standard:
            return self._verify_standard(standard, body)
        if _SUPABASE_HEADER in lowered and self._accepts_body_digest:
            return self._verify_body_digest(lowered[_SUPABASE_HEADER], body)
        raise RejectedDeliveryError("missing", "The delivery carries no signature")

    def _verify_standard(self, headers: dict[str, str], body: bytes) -> VerifiedDelivery:
        if len(headers) < len(_STANDARD_HEADERS):
            raise RejectedDeliveryError("missing", "The delivery lacks a Standard Webhooks header")
        if not _EVENT_ID.fullmatch(headers["webhook-id"]):
            raise RejectedDeliveryError("malformed", "webhook-id is not 1 to 255 printable ASCII characters")
        rejection = RejectedDeliveryError("mismatch", "No signature matches")
        for webhook in self._webhooks:
            try:
                webhook.verify(body, headers, json_parse=False)
            except WebhookVerificationError as exc:
                rejection = _rejection(str(exc))
            except Exception:
                # The library raises ValueError on a signature list joined by commas or on bad base64,
                # UnicodeDecodeError on a body that is not text, and more; none of it may become a 500.
                rejection = RejectedDeliveryError("malformed", "The signature or the body is malformed")
            else:
                return VerifiedDelivery(headers["webhook-id"], "standard-webhooks")
        raise rejection

    def _verify_body_digest(self, header: str, body: bytes) -> VerifiedDelivery:
        digest = header.strip().removeprefix("sha256=")
        if not _HEX_DIGEST.fullmatch(digest):
            raise RejectedDeliveryError("malformed", "x-supabase-signature is not a hex SHA-256 digest")
        received = bytes.fromhex(digest)
        matches = [
            hmac.compare_digest(hmac.digest(key, body, hashlib.sha256), received) for key in self._body_keys
        ]
        if not any(matches):
            raise RejectedDeliveryError("mismatch", "No signature matches")
        return VerifiedDelivery(f"sha256:{hashlib.sha256(body).hexdigest()}", "x-supabase-signature")

    def _self_test(self, secret: WebhookSecret, position: int) -> None:
        """Sign and verify once: a secret that could never match stops the start, not the first event."""
        body = b'{"self_test": true}'
        try:
            self.verify(sign_event(secret.text, "self-test", time.time(), body), body)
        except RejectedDeliveryError as exc:
            raise InvalidParameterError(
                f"WEBHOOK_SECRET, secret {position}: fails its own round trip"
            ) from exc


def _body_keys(secret: WebhookSecret) -> tuple[bytes, ...]:
    text = secret.text.encode()
    return text, b"v1," + text, secret.key


def _rejection(library_message: str) -> RejectedDeliveryError:
    if library_message.startswith("Message timestamp"):
        return RejectedDeliveryError("stale", "webhook-timestamp is more than five minutes away")
    if library_message.startswith("Invalid Signature Headers"):
        return RejectedDeliveryError("malformed", "webhook-timestamp is not a time")
    if library_message.startswith("Missing"):
        return RejectedDeliveryError("missing", "A Standard Webhooks header is empty")
    return RejectedDeliveryError("mismatch", "No signature matches")
