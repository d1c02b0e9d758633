"""The load generator of ``benchmarks.acknowledge``, a process of its own: sends when it is due, whatever is answered.

Open loop: every request has its moment, fixed beforehand, and its latency counts from that moment. A listener that
stalls thus shows in every request that was due meanwhile, instead of delaying the questions.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from typing import Any

_LEAD_S = 0.3
_ANSWER_WITHIN_S = 10.0


def main() -> int:
    """Read a plan from standard input and print latencies (s) and statuses as JSON.

    The plan has ``host``, ``port``, ``rate`` (a second; 0 sends all at once), and ``requests``: whole HTTP requests.
    ``due_s`` in place of the rate says for each how many seconds after the start.
    """
    plan = json.load(sys.stdin)
    print(json.dumps(asyncio.run(_send(plan))))
    return 0


async def _send(plan: dict[str, Any]) -> dict[str, Any]:
    requests = [text.encode("latin-1") for text in plan["requests"]]
    gap_s = 1.0 / plan["rate"] if plan["rate"] else 0.0
    due_s = plan.get("due_s") or [number * gap_s for number in range(len(requests))]
    free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    latencies, statuses = [0.0] * len(requests), [0] * len(requests)
    start = time.perf_counter() + _LEAD_S

    async def exchange(request: bytes) -> int:
        while free:
            connection = free.pop()
            # The listener hangs up on connections that were idle for a while; such a request was not read.
            with contextlib.suppress(OSError, EOFError):
                return await over(connection, request)
        return await over(await asyncio.open_connection(plan["host"], plan["port"]), request)

    async def over(connection: tuple[asyncio.StreamReader, asyncio.StreamWriter], request: bytes) -> int:
        connection[1].write(request)
        status = await _answer(connection[0])
        free.append(connection)
        return status

    async def one(number: int) -> None:
        due = start + due_s[number]
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        with contextlib.suppress(OSError, EOFError, TimeoutError):
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                statuses[number] = await exchange(requests[number])
        latencies[number] = time.perf_counter() - due

    await asyncio.gather(*(one(number) for number in range(len(requests))))
    for _, writer in free:
        writer.close()
    return {"latencies_s": latencies, "statuses": statuses, "took_s": time.perf_counter() - start}


async def _answer(reader: asyncio.StreamReader) -> int:
    """Read one answer to its end and return its status."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = next(line for line in head.split("\r\n") if line.startswith("content-length:"))
    await reader.readexactly(int(length.partition(":")[2]))
    return int(head.split(" ")[1])


if __name__ == "__main__":
    sys.exit(main())
