"""The verifier: accepts what was signed with a known secret, rejects everything else in one way."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.errors import InvalidParameterError
from processing.webhooks import sign_event
from webhook_listener.signatures import RejectedDeliveryError, SignatureVerifier

OLD_KEY, NEW_KEY = b"o" * 32, b"\xfb\xff" * 12
OLD = "whsec_" + base64.b64encode(OLD_KEY).decode()
NEW = "whsec_" + base64.b64encode(NEW_KEY).decode()  # holds + and /
WORDS = {
    "missing": "carries no signature|lacks a Standard Webhooks header|header is empty",
    "malformed": "is malformed|is not",
    "stale": "more than five minutes away",
    "mismatch": "No signature matches",
}
BODY = '{"type": "INSERT", "name": "Müller"}'.encode()


def signed(
    secret: str = NEW, *, event_id: str = "evt_1", body: bytes = BODY, ago_s: float = 0
) -> dict[str, str]:
    return sign_event(secret, event_id, datetime.now(UTC) - timedelta(seconds=ago_s), body)


def body_digest(key: bytes, body: bytes = BODY) -> str:
    return hmac.new(key, body, hashlib.sha256).hexdigest()


@pytest.fixture(scope="module")
def verifier() -> SignatureVerifier:
    return SignatureVerifier(NEW)


def test_a_signed_delivery_is_accepted_under_its_own_id(verifier: SignatureVerifier) -> None:
    delivery = verifier.verify(signed(event_id="so_1_abc"), BODY)
    assert (delivery.event_id, delivery.scheme) == ("so_1_abc", "standard-webhooks")


def test_the_published_example_of_the_standard_signs_to_its_published_signature() -> None:
    # From the Standard Webhooks reference implementations' test suites.
    headers = sign_event(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_one_matching_signature_of_several_is_enough(verifier: SignatureVerifier) -> None:
    headers = signed()
    headers["webhook-signature"] = f"{signed(OLD)['webhook-signature']} {headers['webhook-signature']}"
    assert verifier.verify(headers, BODY).event_id == "evt_1"


@pytest.mark.parametrize(
    "setting",
    [f"{NEW},{OLD}", f"{NEW} {OLD}", f" {NEW} ,\n{OLD} ", f"v1,{NEW},v1,{OLD}", f"v1,{NEW} v1,{OLD}"],
)
def test_both_secrets_of_a_rotation_are_accepted(setting: str) -> None:
    verifier = SignatureVerifier(setting)
    for secret in (OLD, NEW):
        assert verifier.verify(signed(secret), BODY).event_id == "evt_1"


def test_a_removed_secret_is_no_longer_accepted(verifier: SignatureVerifier) -> None:
    with pytest.raises(RejectedDeliveryError, match="No signature matches") as caught:
        verifier.verify(signed(OLD), BODY)
    assert caught.value.reason == "mismatch"


@pytest.mark.parametrize("ago_s", [301, -302, 86400])
def test_a_time_more_than_five_minutes_away_is_stale(verifier: SignatureVerifier, ago_s: float) -> None:
    with pytest.raises(RejectedDeliveryError, match="more than five minutes") as caught:
        verifier.verify(signed(ago_s=ago_s), BODY)
    assert caught.value.reason == "stale"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"webhook-timestamp": "nan"}, "malformed"),
        ({"webhook-timestamp": "inf"}, "malformed"),
        ({"webhook-timestamp": "soon"}, "malformed"),
        ({"webhook-timestamp": ""}, "missing"),
        ({"webhook-signature": ""}, "missing"),
        ({"webhook-signature": "zzz"}, "malformed"),
        ({"webhook-signature": "v1,abc"}, "malformed"),
        ({"webhook-signature": "v1,YQ==, v1,YQ=="}, "malformed"),
        ({"webhook-signature": "v2,YQ=="}, "mismatch"),
        ({"webhook-id": "evt_2"}, "mismatch"),
        ({"webhook-id": "two words"}, "malformed"),
        ({"webhook-id": "x" * 256}, "malformed"),
        ({"webhook-id": ""}, "malformed"),
    ],
)
def test_a_malformed_or_altered_header_is_rejected(
    verifier: SignatureVerifier, changes: dict[str, str], reason: str
) -> None:
    with pytest.raises(RejectedDeliveryError, match=WORDS[reason]) as caught:
        verifier.verify(signed() | changes, BODY)
    assert caught.value.reason == reason


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_rejected_also_beside_the_other_scheme(
    verifier: SignatureVerifier, missing: str
) -> None:
    headers = signed() | {"x-supabase-signature": body_digest(NEW_KEY)}
    del headers[missing]
    with pytest.raises(RejectedDeliveryError, match="lacks a Standard Webhooks header"):
        verifier.verify(headers, BODY)


def test_no_signature_at_all_is_rejected(verifier: SignatureVerifier) -> None:
    with pytest.raises(RejectedDeliveryError, match="carries no signature"):
        verifier.verify({"content-type": "application/json"}, BODY)


def test_another_body_is_rejected(verifier: SignatureVerifier) -> None:
    with pytest.raises(RejectedDeliveryError, match="No signature matches"):
        verifier.verify(signed(), BODY.replace(b" ", b""))


def test_a_body_that_is_not_text_is_rejected(verifier: SignatureVerifier) -> None:
    with pytest.raises(RejectedDeliveryError, match="malformed"):
        verifier.verify(signed(body=b"\xff\xfe"), b"\xff\xfe")


@pytest.mark.parametrize("prefix", ["", "sha256="])
@pytest.mark.parametrize("key", [NEW.encode(), f"v1,{NEW}".encode(), NEW_KEY], ids=["text", "v1", "bytes"])
def test_a_body_digest_is_accepted_under_the_bodys_hash(
    verifier: SignatureVerifier, prefix: str, key: bytes
) -> None:
    delivery = verifier.verify({"X-Supabase-Signature": prefix + body_digest(key)}, BODY)
    assert delivery.event_id == f"sha256:{hashlib.sha256(BODY).hexdigest()}"
    assert delivery.scheme == "x-supabase-signature"


@pytest.mark.parametrize(
    ("digest", "reason"),
    [
        (body_digest(b"another key"), "mismatch"),
        (body_digest(NEW_KEY, b"another body"), "mismatch"),
        (body_digest(NEW_KEY)[:-1], "malformed"),
        ("sha1=" + body_digest(NEW_KEY), "malformed"),
        ("", "malformed"),
    ],
)
def test_a_wrong_body_digest_is_rejected(verifier: SignatureVerifier, digest: str, reason: str) -> None:
    with pytest.raises(RejectedDeliveryError, match=WORDS[reason]) as caught:
        verifier.verify({"x-supabase-signature": digest}, BODY)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        (None, "is not set"),
        ("", "is empty"),
        (" , ", "is empty"),
        ("v1,", "is empty"),
        ("correct-horse-battery-staple", "secret 1: does not start with 'whsec_'"),
        (f"{NEW},hunter2", "secret 2: does not start with 'whsec_'"),
        ("whsec_c2hvcnQ=", "secret 1: holds 5 bytes; expected at least 24"),
        ("whsec_", "secret 1: holds 0 bytes"),
        ("whsec_" + "-_" * 20, "not standard base64"),
        (NEW + "\u00e9", "not standard base64"),
        (NEW + "A", "not standard base64"),
    ],
)
def test_an_unusable_secret_stops_the_start_and_is_not_shown(setting: str | None, problem: str) -> None:
    with pytest.raises(InvalidParameterError, match=problem) as caught:
        SignatureVerifier(setting)
    for part in ("correct-horse", "hunter2", "c2hvcnQ", "-_-_"):
        assert part not in str(caught.value)


def test_a_secret_without_padding_is_the_same_secret() -> None:
    unpadded = OLD.rstrip("=")
    assert SignatureVerifier(OLD).verify(signed(unpadded), BODY).event_id == "evt_1"
    assert SignatureVerifier(unpadded).verify(signed(OLD), BODY).event_id == "evt_1"


def test_signing_needs_a_time_zone() -> None:
    with pytest.raises(InvalidParameterError, match="needs a time zone"):
        sign_event(NEW, "evt", datetime.now(UTC).replace(tzinfo=None), BODY)


ODD_TEXT = st.one_of(
    st.text(max_size=80),
    st.sampled_from(["v1,", "v1,YQ== v1", "nan", "-1e400", "0", "9" * 400, "sha256=", "a" * 64]),
    st.integers(0, int(time.time()) * 2).map(str),
)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["Webhook-Id", "webhook-timestamp", "webhook-signature", "x-supabase-signature", "other"]
    ),
    ODD_TEXT,
)


@given(headers=HEADERS, body=st.binary(max_size=200), fresh=st.booleans())
def test_any_bytes_and_headers_give_our_rejection_and_nothing_else(
    headers: dict[str, str], body: bytes, fresh: bool
) -> None:
    if fresh:
        headers = headers | {"webhook-timestamp": str(int(time.time()))}
    with pytest.raises(RejectedDeliveryError, match="|".join(WORDS.values())):
        SignatureVerifier(NEW).verify(headers, body)


@given(body=st.text(st.characters(codec="utf-8")), event_id=st.from_regex(r"\A[\x21-\x7e]{1,255}\Z"))
def test_whatever_was_signed_is_accepted(body: str, event_id: str) -> None:
    raw = body.encode()
    assert SignatureVerifier(NEW).verify(signed(event_id=event_id, body=raw), raw).event_id == event_id


def test_the_older_signature_is_refused_where_it_is_turned_off() -> None:
    headers = {"x-supabase-signature": body_digest(NEW.encode())}
    assert SignatureVerifier(NEW).verify(headers, BODY).scheme == "x-supabase-signature"
    with pytest.raises(RejectedDeliveryError, match="carries no signature"):
        SignatureVerifier(NEW, body_digest=False).verify(headers, BODY)
