"""Runs every detector on every session; each session is made once and shown to all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import product

from benchmarks.accuracy.detectors import available_detectors
from benchmarks.accuracy.scoring import Tally, score_channel
from benchmarks.accuracy.session import GENERATORS, Generator, make_session
from benchmarks.accuracy.situations import SITUATIONS, Situation


@dataclass(frozen=True, slots=True)
class Score:
    """How one detector did on one channel."""

    detector: str
    situation: str
    generator: Generator
    snr_db: float
    seed: int
    tally: Tally


def run(
    *, seeds: Sequence[int], situations: Sequence[str] = (), detectors: Sequence[str] = (), workers: int = 2
) -> Iterator[list[Score]]:
    """Yield the scores of one session after the other.

    Parameters
    ----------
    seeds : sequence of int
        One session per situation, generator and seed.
    situations, detectors : sequence of str
        Names to keep; all where empty.
    workers : int
        Processes.
    """
    chosen = [s for s in SITUATIONS if not situations or s.name in situations]
    jobs = [(s.name, g, seed, tuple(detectors)) for s, g, seed in product(chosen, GENERATORS, seeds)]
    if workers == 1:
        yield from map(_score_session, jobs)
        return
    # One thread each: the libraries' own threads would fight over the processors.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(_score_session, jobs)


def _score_session(job: tuple[str, Generator, int, tuple[str, ...]]) -> list[Score]:
    name, generator, seed, wanted = job
    session = make_session(_situation(name), generator, seed)
    scores = []
    for detector, detect in available_detectors()[0].items():
        if wanted and detector not in wanted:
            continue
        for number, (channel, found) in enumerate(zip(session.channels, detect(session), strict=True), 1):
            tally = score_channel(channel, found)
            tally.mistakes = [
                replace(m, channel=number, snr_db=channel.snr_db, seed=seed) for m in tally.mistakes
            ]
            scores.append(Score(detector, name, generator, channel.snr_db, seed, tally))
    return scores


def _situation(name: str) -> Situation:
    return next(s for s in SITUATIONS if s.name == name)
