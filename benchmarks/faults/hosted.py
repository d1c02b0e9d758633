"""Rows about Supabase Storage: it limits, fails, is slow, cuts off, changes bits, hides objects, rings no bell.

Against a local server that answers as Supabase Storage does; see tests/unit/storage/supabase_double.py.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from benchmarks.faults.bench import Bench, names_of
from benchmarks.faults.cases import Outcome, case, outcome_of
from tests.unit.storage.supabase_double import StorageDouble, storage_error

_SLOWER_THAN_THE_CLIENT_S = 12.0
_BAD_ANSWERS = 2


async def _too_many(_: StorageDouble, __: Request) -> Response:
    return storage_error(429, "too_many_connections", "Too many connections", code="SlowDown")


async def _internal(_: StorageDouble, __: Request) -> Response:
    return JSONResponse({"message": "Internal"}, 500)


async def _proxy(_: StorageDouble, __: Request) -> Response:
    return HTMLResponse("<html>Bad gateway</html>", 502)


async def _timeout_in_body(_: StorageDouble, __: Request) -> Response:
    return storage_error(544, "DatabaseTimeout", "The connection to the database timed out")


async def _slow(_: StorageDouble, __: Request) -> None:
    await asyncio.sleep(_SLOWER_THAN_THE_CLIENT_S)


async def _truncated(double: StorageDouble, request: Request) -> Response | None:
    return _bytes(double, request, lambda data: data[: len(data) // 2])


async def _bit_changed(double: StorageDouble, request: Request) -> Response | None:
    return _bytes(double, request, lambda data: data[:-400] + bytes([data[-400] ^ 1]) + data[-399:])


def _bytes(double: StorageDouble, request: Request, change: Callable[[bytes], bytes]) -> Response | None:
    """Return a download with other bytes under the right ETag; other requests are answered as they should."""
    if "/object/authenticated/" not in request.url.path or "range" in request.headers:
        return None
    name = request.path_params["name"]
    return Response(change(double.contents[name]), headers={"etag": double.rows[name]["metadata"]["eTag"]})


_TROUBLES: dict[str, Callable[[StorageDouble, Request], Awaitable[Response | None]]] = {
    "429": _too_many,
    "500": _internal,
    "502": _proxy,
    "544": _timeout_in_body,
    "slow": _slow,
    "cut": _truncated,
    "bit": _bit_changed,
}


@case(
    "21",
    "storage answers 429, 500, HTML, a timeout in the body, slowly, cut off, with a changed bit",
    where="hosted",
)
def storage_trouble(bench: Bench) -> Outcome:
    """Each object meets trouble a few times; every one is completed in the end, from the right bytes."""
    assert bench.double is not None
    double, met = bench.double, Counter[str]()

    async def trouble(request: Request) -> Response | None:
        name = str(request.path_params.get("name", ""))
        kind = name.rpartition("/")[2].partition("_")[0]
        most = 1 if kind == "slow" else _BAD_ANSWERS
        if kind not in _TROUBLES or met[name] >= most:
            return None
        answer = await _TROUBLES[kind](double, request)
        if answer is not None or kind == "slow":
            met[name] += 1
        return answer

    double.trouble = trouble
    objects = [
        bench.put(f"P121/{kind}_{number}.c3d", bench.recording(number))
        for number in range(bench.few(30) // 15 + 1)
        for kind in _TROUBLES
    ]
    began = time.monotonic()
    answers = bench.announce_all(objects, threads=4)
    rows = bench.completed(names_of(objects), 150)
    double.trouble = None
    good = [
        a is not None and a.is_success and rows.get(stored.name, {}).get("status") == "completed"
        and rows[stored.name]["n_results"] == 1
        for stored, a in zip(objects, answers, strict=True)
    ]  # fmt: skip
    return outcome_of(
        good, f"{sum(met.values())} bad answers; all completed after {time.monotonic() - began:.0f} s"
    )


@case("21b", "storage away altogether while events arrive", where="hosted")
def storage_away(bench: Bench) -> Outcome:
    """Events are acknowledged, the health check says that the store is away, and all is analysed afterwards."""
    assert bench.double is not None

    async def away(_: Request) -> Response:
        return HTMLResponse("<html>no upstream</html>", 503)

    objects = bench.put_many("P171", bench.few(20))
    bench.double.trouble = away
    answers = bench.announce_all(objects, threads=4)
    took = _longest(answers)
    time.sleep(4.0)
    said = bench.ready()
    bench.double.trouble = None
    rows = bench.completed(names_of(objects), 120)
    good = [a is not None and a.is_success for a in answers]
    good += [rows.get(name, {}).get("status") == "completed" for name in names_of(objects)]
    good.append(said.get("ready") is False and said["storage"]["ok"] is False)
    return outcome_of(good, f"acknowledged within {1000 * took:.0f} ms; health check: storage not ok")


def _longest(answers: list[Any]) -> float:
    return max(a.elapsed.total_seconds() for a in answers if a is not None)


@case("21c", "the row of an object is hidden (400 that holds a 404), then shown", where="hosted")
def storage_hides(bench: Bench) -> Outcome:
    """Failed as not found without a retry, then found by the worker's own reconciliation."""
    assert bench.double is not None
    objects = bench.put_many("P172", bench.few(20) // 2)
    kept = {name: bench.double.rows.pop(name) for name in names_of(objects)}
    bytes_of = {name: bench.double.contents.pop(name) for name in kept}
    bench.announce_all(objects, threads=4)
    rows = bench.settled(list(kept), 60)
    failed = [rows.get(n, {}).get("failure_kind") == "NotFoundError" and rows[n]["n_jobs"] == 1 for n in kept]
    bench.double.contents |= bytes_of
    bench.double.rows |= kept
    began = time.monotonic()
    rows = bench.completed(list(kept), 120)
    good = [bad and rows.get(n, {}).get("status") == "completed" for n, bad in zip(kept, failed, strict=True)]
    return outcome_of(good, f"analysed {time.monotonic() - began:.0f} s after they were there")


@case("13b", "lost event with Supabase Storage: nothing rings", where="hosted")
def lost_bell(bench: Bench) -> Outcome:
    """The worker's reconciliation, every minute, finds them."""
    began = time.monotonic()
    names = names_of(bench.put_many("P173", bench.few(20)))
    rows = bench.completed(names, 120)
    good = [rows.get(name, {}).get("status") == "completed" for name in names]
    return outcome_of(good, f"all completed {time.monotonic() - began:.0f} s after they were stored")
