"""Long work is bounded: so much at a time, so much waiting, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress

import pytest

from processing.errors import TransientError
from rest_api.limits import ApiLimits
from rest_api.problems import BusyError
from rest_api.threads import Threads, TookTooLongError

LIMITS = ApiLimits(max_heavy=1, max_heavy_waiting=1, heavy_timeout_s=5, call_timeout_s=0.05)


def test_more_long_work_than_may_wait_is_refused_and_finds_room_again() -> None:
    release = threading.Event()

    async def ask() -> list[str]:
        threads = Threads(LIMITS)
        running = [
            asyncio.ensure_future(threads.heavy(lambda: release.wait(5), caller=name)) for name in ("a", "b")
        ]
        await asyncio.sleep(0)
        with pytest.raises(BusyError, match="busy"):
            await threads.heavy(lambda: None, caller="c")
        release.set()
        done = await asyncio.gather(*running)
        return [*map(str, done), await threads.heavy(lambda: "room", caller="a")]

    assert asyncio.run(ask()) == ["True", "True", "room"]


def test_nobody_has_more_than_half_the_places_of_long_work() -> None:
    release = threading.Event()

    async def ask() -> int:
        threads = Threads(ApiLimits(max_heavy=1, max_heavy_waiting=3))
        mine = [asyncio.ensure_future(threads.heavy(release.wait, caller="a")) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(BusyError, match="of yours"):
            await threads.heavy(release.wait, caller="a")
        other = asyncio.ensure_future(threads.heavy(release.wait, caller="b"))
        await asyncio.sleep(0)
        release.set()
        return len(await asyncio.gather(*mine, other, threads.heavy(lambda: None, caller="b")))

    assert asyncio.run(ask()) == 4


def test_a_call_that_takes_too_long_is_given_up_and_keeps_its_place_until_it_ends() -> None:
    release = threading.Event()

    async def ask() -> str:
        threads = Threads(ApiLimits(max_threads=1, call_timeout_s=0.05))
        with pytest.raises(TookTooLongError, match=r"0\.05 s"):
            await threads.light(lambda: release.wait(5))
        with pytest.raises(TookTooLongError):
            await threads.light(lambda: begun.append("while the only thread was busy"))
        release.set()
        for _ in range(100):  # the thread needs a moment to end
            with suppress(TookTooLongError):
                return await threads.light(lambda: "free again")
        return "still busy"

    begun: list[str] = []
    assert asyncio.run(ask()) == "free again"
    assert begun == []  # nobody waits for it any more


def test_the_work_s_own_errors_come_through() -> None:
    def fail() -> None:
        raise TimeoutError("its own")

    async def ask() -> None:
        with pytest.raises(TimeoutError, match="its own"):
            await Threads(LIMITS).heavy(fail, caller="a")

    asyncio.run(ask())
    assert issubclass(BusyError, TransientError)  # so it is answered 503 with Retry-After
