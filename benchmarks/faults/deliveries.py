"""Rows about who sends what how often: repeats, signatures, secrets, clocks."""

from __future__ import annotations

import base64
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx

from benchmarks.faults.bench import BUCKET, PATH, Bench, names_of
from benchmarks.faults.cases import Outcome, case, outcome_of
from benchmarks.report import percentile
from processing.ports import StoredObject
from processing.services import program_url
from processing.webhooks import encode_event, sign_event, storage_event
from tests.running_stack import ROOT

OTHER_SECRET = "whsec_" + base64.b64encode(b"another secret of 32 bytes, yes!").decode()
TEN_MINUTES_S = 600.0


def _status(answer: httpx.Response | None) -> int:
    return 0 if answer is None else answer.status_code


@case("1", "valid event", quick=True)
def valid_events(bench: Bench) -> Outcome:
    """Each is acknowledged and shown as completed; one row, one job, one result."""
    took, shown, good = [], [], []
    for stored in bench.put_many("P101", bench.few(20)):
        began = time.monotonic()
        answer = bench.announce(stored)
        took.append(1000 * (time.monotonic() - began))
        row = bench.completed([stored.name], 30).get(stored.name, {})
        shown.append(time.monotonic() - began)
        good.append(
            _status(answer) in (200, 202) and row.get("status") == "completed"
            and row.get("n_jobs") == 1 and row.get("n_results") == 1
        )  # fmt: skip
    note = (
        f"acknowledged p50 {percentile(took, 50):.0f} ms, p95 {percentile(took, 95):.0f} ms; "
        f"event to completed p50 {percentile(shown, 50):.2f} s"
    )
    return outcome_of(good, note)


@case("2", "the same event 16 times at once", quick=True)
def repeats_at_once(bench: Bench) -> Outcome:
    """One row, one job; every repeat is answered 200."""
    objects, good, statuses = bench.put_many("P102", bench.few(20)), [], Counter[int]()
    for stored in objects:
        barrier = threading.Barrier(16)

        def deliver(_: int, stored: StoredObject = stored, barrier: threading.Barrier = barrier) -> int:
            barrier.wait()
            return _status(bench.announce(stored))

        with ThreadPoolExecutor(16) as pool:
            found = Counter(pool.map(deliver, range(16)))
        statuses += found
        # The watch of the folder may be first; then all sixteen are repeats.
        good.append(found[202] <= 1 and found[200] == 16 - found[202])
    rows = bench.completed(names_of(objects))
    good = [
        ok and rows.get(stored.name, {}).get("n_jobs") == 1 and rows[stored.name]["n_results"] == 1
        for ok, stored in zip(good, objects, strict=True)
    ]
    return outcome_of(good, f"answers {dict(sorted(statuses.items()))}")


@case("3", "the same version under another event id, and found by the reconciliation", quick=True)
def same_version_twice(bench: Bench) -> Outcome:
    """One job."""
    objects = bench.put_many("P103", bench.few(20))
    first = bench.announce_all(objects)
    second = [bench.announce(stored, event_id=f"again_{stored.name}") for stored in objects]
    bench.reconcile()
    rows = bench.completed(names_of(objects))
    return outcome_of(
        [
            _status(one) in (200, 202)
            and _status(two) == 200
            and rows.get(stored.name, {}).get("n_jobs") == 1
            for one, two, stored in zip(first, second, objects, strict=True)
        ]
    )


@case("3b", "one event id used again for another object", quick=True)
def reused_event_id(bench: Bench) -> Outcome:
    """Another body is another event, whatever its id says; nothing waits for the reconciliation."""
    objects = bench.put_many("P163", bench.few(20))
    answers = [bench.announce(stored, event_id="always_the_same") for stored in objects]
    rows = bench.completed(names_of(objects))
    return outcome_of(
        [
            answer is not None
            and answer.is_success
            and rows.get(stored.name, {}).get("status") == "completed"
            and answer.json()["session_code"] == rows[stored.name]["session_code"]
            for stored, answer in zip(objects, answers, strict=True)
        ]
    )


@case("4", "no, wrong or malformed signature, a body that is not text", quick=True)
def bad_signatures(bench: Bench) -> Outcome:
    """401 each, and the database hears nothing."""
    body = encode_event(storage_event(bench.put("P104/never.txt", b"x"), BUCKET))
    right = sign_event(bench.secret, "evt", time.time(), body)
    signature = right["webhook-signature"]
    altered: list[tuple[dict[str, str], bytes]] = [
        ({}, body),
        (sign_event(OTHER_SECRET, "evt", time.time(), body), body),
        (right, body + b" "),
        (right | {"webhook-id": "other"}, body),
        ({**right, "webhook-signature": "zzz"}, body),
        ({**right, "webhook-signature": f"{signature}, {signature}"[:-3]}, body),
        ({**right, "webhook-signature": "v1,!!!!"}, body),
        ({**right, "webhook-signature": signature.replace("v1,", "v9,")}, body),
        ({**right, "webhook-signature": ""}, body),
        ({k: v for k, v in right.items() if k != "webhook-timestamp"}, body),
        (sign_event(OTHER_SECRET, "evt", time.time(), b"\xff\xfe"), b"\xff\xfe"),
        ({"x-supabase-signature": "0" * 64}, body),
        ({"x-supabase-signature": "nonsense"}, body),
        ({"authorization": "Bearer " + bench.secret}, body),
    ]
    before = bench.rows("select count(*) as n from app.storage_events")
    answers = [_status(bench.client.post(PATH, content=sent, headers=headers)) for headers, sent in altered]
    untouched = bench.rows("select count(*) as n from app.storage_events") == before
    return outcome_of(
        [status == 401 and untouched for status in answers], f"answers {dict(Counter(answers))}"
    )


@case("5", "timestamp five minutes old or ahead, or no number; the file is found all the same", quick=True)
def stale_events(bench: Bench) -> Outcome:
    """401; the folder's watch or the reconciliation finds the file."""
    objects = bench.put_many("P105", 4)
    statuses = [
        _status(bench.announce(stored, at=time.time() + shift))
        for stored, shift in zip(objects, (-301, 301, -86400, 86400), strict=True)
    ]
    body = encode_event(storage_event(objects[0], BUCKET))
    for text in ("nan", "", "1e3", "now"):
        headers = sign_event(bench.secret, "evt", time.time(), body) | {"webhook-timestamp": text}
        statuses.append(_status(bench.client.post(PATH, content=body, headers=headers)))
    bench.reconcile()
    rows = bench.completed(names_of(objects))
    found = [rows.get(stored.name, {}).get("status") == "completed" for stored in objects]
    return outcome_of([*(status == 401 for status in statuses), *found])


@case("6", "two secrets during a rotation, then one", quick=True)
def rotated_secret(bench: Bench) -> Outcome:
    """Both are accepted until the old one is removed."""
    old, good = bench.secret, []
    objects = bench.put_many("P106", 3)
    with bench.second_listener(WEBHOOK_SECRET=f"{OTHER_SECRET},{old}", **_address(bench)) as url:
        good += [
            _status(bench.announce(objects[0], url=url, secret=secret)) in (200, 202)
            for secret in (old, OTHER_SECRET)
        ]
    with bench.second_listener(WEBHOOK_SECRET=OTHER_SECRET, **_address(bench)) as url:
        good.append(_status(bench.announce(objects[1], url=url, secret=OTHER_SECRET)) in (200, 202))
        good.append(_status(bench.announce(objects[2], url=url, secret=old)) == 401)
    return outcome_of(good)


@case("7", "secret missing, too short or malformed at start", quick=True)
def unusable_secret(bench: Bench) -> Outcome:
    """The listener refuses to start and says why without showing it."""
    good = []
    for secret in ("", "whsec_c2hvcnQ=", "whsec_?not-base64?" + "x" * 40):
        done = subprocess.run(
            [sys.executable, "-m", "webhook_listener"], cwd=ROOT, capture_output=True, text=True, timeout=60,
            env=bench.stack.environment | _address(bench) | {"WEBHOOK_SECRET": secret}, check=False,
        )  # fmt: skip
        told = done.returncode == 1 and "WEBHOOK_SECRET" in done.stderr
        good.append(told and (not secret or secret not in done.stderr))
    return outcome_of(good)


def _address(bench: Bench) -> dict[str, str]:
    """Return what tells one more listener where the database is."""
    return {"DATABASE_URL": program_url(bench.stack.database_url, "listener")}


@case("10", "touch: an update whose version is unchanged", quick=True)
def touches(bench: Bench) -> Outcome:
    """Ignored; no second job."""
    objects = bench.put_many("P110", bench.few(20))
    bench.announce_all(objects)
    answers = []
    for stored in objects:
        event = storage_event(stored, BUCKET)
        update = event | {"type": "UPDATE", "old_record": event["record"] | {"owner": "somebody"}}
        answers.append(bench.post(update, event_id=f"touch_{stored.name}"))
    rows = bench.completed(names_of(objects))
    return outcome_of(
        [
            a is not None and a.is_success and a.json()["outcome"] == "ignored"
            and rows.get(stored.name, {}).get("n_jobs") == 1
            for stored, a in zip(objects, answers, strict=True)
        ]
    )  # fmt: skip


@case("27", "this machine's clock ten minutes off")
def clock_skew(bench: Bench) -> Outcome:
    """Events are refused as stale, the health check says why, the file is found."""
    objects = bench.put_many("P127", 4)
    if shutil.which("faketime") is None:
        statuses = [_status(bench.announce(o, at=time.time() - TEN_MINUTES_S)) for o in objects]
        said, note = [], "signed ten minutes early; without the program faketime no clock is moved"
    else:
        with bench.second_listener(
            "faketime",
            "-f",
            "+10m",
            WEBHOOK_SECRET=bench.secret,
            FAKETIME_DONT_FAKE_MONOTONIC="1",
            **_address(bench),
        ) as url:
            statuses = [_status(bench.announce(stored, url=url)) for stored in objects]
            clock = bench.client.get(f"{url}/health/ready").json().get("clock", {})
        said, note = [clock.get("ok") is False], f"the health check says {clock.get('skew_s')} s"
    bench.reconcile()
    rows = bench.completed(names_of(objects))
    found = [rows.get(stored.name, {}).get("status") == "completed" for stored in objects]
    return outcome_of([*(status == 401 for status in statuses), *said, *found], note)
