"""The queue as a model: first come, first served by equal workers, exact for any arrivals and any service times.

The recursion of Kiefer and Wolfowitz rather than a general simulator: with equal workers and one queue, a job starts
when it has arrived and the first worker is free, so a heap of the moments when workers become free is the whole state.
That is exact, needs no further library, and does a million jobs in a second, where a process-based simulator takes
minutes. With one worker it is Lindley's recursion, here without a loop. Tests hold it to Erlang's formula, and the two
to each other.

References
----------
.. [1] Kiefer J, Wolfowitz J. On the theory of queues with many servers. Trans Am Math Soc 1955;78:1-18.
.. [2] Lindley DV. The theory of queues with a single server. Proc Camb Philos Soc 1952;48:277-289.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Seconds = NDArray[np.float64]


def waits_s(arrivals: Seconds, service: Seconds, n_workers: int) -> Seconds:
    """Return how long each job waits for a worker.

    Parameters
    ----------
    arrivals, service : ndarray of float, shape (n_jobs,)
        Seconds; arrivals in order.
    n_workers : int
        Equal workers with one job each at a time; at least 1.

    Returns
    -------
    waits : ndarray of float, shape (n_jobs,)
        Seconds, never negative.
    """
    if n_workers < 1:
        raise ValueError(f"The number of workers is {n_workers}; expected 1 or more.")
    if n_workers == 1:
        return _lindley(arrivals, service)
    free = [-math.inf] * n_workers
    waits = np.empty(arrivals.size)
    for number, (arrival, takes) in enumerate(zip(arrivals.tolist(), service.tolist(), strict=True)):
        start = max(arrival, free[0])
        heapq.heapreplace(free, start + takes)
        waits[number] = start - arrival
    return waits


def _lindley(arrivals: Seconds, service: Seconds) -> Seconds:
    """Return the same for one worker: what came in beyond the lowest point so far."""
    if arrivals.size == 0:
        return np.empty(0)
    steps = service[:-1] - np.diff(arrivals)
    walk = np.concatenate([[0.0], np.cumsum(steps)])
    return walk - np.minimum.accumulate(walk)


def drained_s(arrivals: Seconds, service: Seconds, n_workers: int) -> float:
    """Return the time from the first arrival to the last end."""
    ends = arrivals + waits_s(arrivals, service, n_workers) + service
    return float(ends.max() - arrivals[0])


def erlang_c_wait_s(rate: float, service_s: float, n_workers: int) -> float:
    """Return the mean wait in a queue with Poisson arrivals (a second) and exponential service: a known answer."""
    load = rate * service_s
    if load >= n_workers:
        return math.inf
    blocked = 1.0
    for k in range(1, n_workers + 1):
        blocked = load * blocked / (k + load * blocked)
    waiting = blocked / (1.0 - load / n_workers * (1.0 - blocked))
    return waiting * service_s / (n_workers - load)


def fewest_workers(good: Callable[[int], bool], start: int) -> int:
    """Return the least number of workers that is good, where more are never worse."""
    low, high = 0, max(1, start)
    while not good(high):
        low, high = high, max(high + 1, math.ceil(1.3 * high))
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if good(middle) else (middle, high)
    return high
