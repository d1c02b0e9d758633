"""Rows about what a delivery holds: odd bodies, events that ask for nothing, tricky names, forged log lines."""

from __future__ import annotations

import socket
from typing import Any

from benchmarks.faults.bench import BUCKET, PATH, Bench
from benchmarks.faults.cases import Outcome, case, outcome_of
from processing.ports import StoredObject
from processing.webhooks import storage_event


@case("8", "body above 64 KB, endless without a length, dripping", quick=True)
def odd_bodies(bench: Bench) -> Outcome:
    """413 or 408, and the listener's memory stays flat."""
    process = bench.listener()
    before = process.memory_info().rss
    large = bench.client.post(PATH, content=b"x" * 200_000, headers={}).status_code
    endless = [
        _raw(bench, b"Transfer-Encoding: chunked\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n", 400)
        for _ in range(3)
    ]
    dripping = _raw(bench, b"Content-Length: 6000\r\n", b"x", 600, pause_s=0.1)
    grown_mb = (process.memory_info().rss - before) / 1e6
    return outcome_of(
        [large == 413, *(status == 413 for status in endless), dripping == 408, grown_mb < 20.0],
        f"grew by {max(grown_mb, 0.0):.1f} MB",
    )


def _raw(bench: Bench, header: bytes, piece: bytes, pieces: int, *, pause_s: float = 0.0) -> int:
    """Send a body piece by piece until the listener answers; return the status."""
    head = b"POST " + PATH.encode() + b" HTTP/1.1\r\nHost: x\r\n" + header + b"\r\n"
    with socket.create_connection(("127.0.0.1", bench.stack.listener_port), timeout=10) as connection:
        connection.sendall(head)
        connection.settimeout(pause_s or 0.001)
        for _ in range(pieces):
            try:
                connection.sendall(piece)
                return int(connection.recv(200).split(b" ")[1])
            except TimeoutError:
                continue
            except OSError:
                break
        connection.settimeout(10)
        return int((connection.recv(200) or b"- 0").split(b" ")[1])


@case("9", "genuine events that ask for nothing", quick=True)
def ignored_events(bench: Bench) -> Outcome:
    """Acknowledged, and kept as ignored with a reason."""
    event = storage_event(
        StoredObject("P109/a.c3d", "v1", 9, bench.put("P109/b.txt", b"x").updated_at), BUCKET
    )
    record = event["record"]
    events: list[dict[str, Any] | bytes] = [
        event | {"record": record | {"bucket_id": "another"}},
        event | {"record": record | {"name": "P109/a.pdf"}},
        event | {"record": record | {"name": "P109/.emptyFolderPlaceholder"}},
        event | {"record": record | {"name": "P109/" + "x" * 1200 + ".c3d"}},
        event | {"type": "TRUNCATE"},
        event | {"table": "buckets"},
        event | {"record": None},
        event | {"type": "DELETE", "record": None, "old_record": record},
        {"hello": "world"},
        b"[1, 2, 3]",
        b"no json at all",
        b"",
    ]
    answers = [bench.post(one, event_id=f"ignored_{number}") for number, one in enumerate(events)]
    return outcome_of(
        [
            a is not None and a.is_success and a.json()["outcome"] == "ignored" and a.json()["reason"]
            for a in answers
        ]
    )


@case("25", "object names that are tricks", quick=True)
def odd_names(bench: Bench) -> Outcome:
    """Data and no path: acknowledged, parked or failed with a sentence, and nothing outside the bucket is read."""
    outside = bench.stack.data_dir / "buckets" / "outside.c3d"
    outside.write_bytes(bench.recording(1))
    names = [
        "../outside.c3d", "P125/../../outside.c3d", "/etc/passwd.c3d", "P125/%2e%2e/outside.c3d",
        "P125/100%41.c3d", "P125/\u202egnp.c3d", "P125/" + "n" * 900 + ".c3d", "P125/a\nb.c3d", "P125//x.c3d",
        "P125/..\\outside.c3d", "P125/'; drop table app.patients; --.c3d", "no-folder.c3d", "p125/lower.c3d",
    ]  # fmt: skip
    answers = []
    for number, name in enumerate(names):
        stored = StoredObject(name, f"v{number}", 9, bench.put("P125/real.txt", b"x").updated_at)
        answers.append(bench.announce(stored, event_id=f"odd_{number}"))
    rows = bench.settled(
        [n for n in names if n.startswith("P125/") and "/../" not in n and "//" not in n], 60
    )
    outside.unlink()
    calm = not any(row["status"] == "completed" for row in rows.values())
    return outcome_of(
        [a is not None and a.is_success and calm for a in answers], f"{len(rows)} became sessions, all failed"
    )


@case("29", "names that forge log lines, secrets and bodies in logs", quick=True)
def log_injection(bench: Bench) -> Outcome:
    """One escaped line each; no secret and no body is logged."""
    marker, forged = "DO-NOT-LOG-THIS-BODY", "2026-01-01 [critical] forged line"
    names = [f"P129/a\n{forged}.c3d", f"P129/b\r\n{forged}.c3d", f"P129/\x1b[31m{forged}.c3d"]
    answers = []
    for number, name in enumerate(names):
        stored = StoredObject(name, "v1", 9, bench.put("P129/a.txt", b"x").updated_at)
        event = storage_event(stored, BUCKET)
        event["record"]["user_metadata"] = {"patient": marker}
        answers.append(bench.post(event, event_id=f"log_{number}"))
    bench.settled(names, 30)
    text = "".join(path.read_text(errors="replace") for path in (bench.stack.data_dir / "logs").glob("*.log"))
    clean = not any(line.startswith(forged) for line in text.splitlines())
    return outcome_of(
        [
            *(a is not None and a.is_success for a in answers),
            clean,
            marker not in text,
            bench.secret not in text and bench.secret.removeprefix("whsec_") not in text,
            "\x1b[31m" + forged not in text,
        ],
        f"{len(text.splitlines())} log lines searched",
    )
