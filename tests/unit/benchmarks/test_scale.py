"""The model of load and queue against known answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.scale.load import NIGHT_FROM_S, DayModel, arrivals_s, busiest
from benchmarks.scale.model import Assumptions, Costs, reconnect, simulate
from benchmarks.scale.queueing import erlang_c_wait_s, fewest_workers, waits_s
from benchmarks.scale.real import squeezed_day_s

COSTS = Costs(
    service_s=np.array([0.25, 0.30, 0.35]),
    job_cpu_s=0.3,
    job_database_cpu_s=0.01,
    ingest_database_cpu_s=0.001,
    kept_bytes=18_000.0,
    queue_bytes=1_000.0,
    body_bytes=800.0,
    opened_bytes=300.0,
    file_bytes=2.87e6,
)


def poisson(rate: float, n: int) -> np.ndarray:
    return np.cumsum(np.random.default_rng(1).exponential(1.0 / rate, n))


@pytest.mark.parametrize("n_workers", [1, 2, 5])
def test_random_arrivals_wait_as_erlang_says(n_workers: int) -> None:
    rate, service_s = 0.7 * n_workers, 1.0
    arrivals = poisson(rate, 400_000)
    service = np.random.default_rng(2).exponential(service_s, arrivals.size)
    expected = erlang_c_wait_s(rate, service_s, n_workers)
    assert waits_s(arrivals, service, n_workers).mean() == pytest.approx(expected, rel=0.06)


def test_erlangs_formula_for_one_worker_is_the_textbooks() -> None:
    assert erlang_c_wait_s(0.5, 1.0, 1) == pytest.approx(1.0)  # rho / (1 - rho) / mu
    assert erlang_c_wait_s(2.0, 1.0, 2) == np.inf


def test_one_worker_without_a_loop_waits_as_one_with_it() -> None:
    arrivals = poisson(0.9, 5_000)
    service = np.random.default_rng(3).exponential(1.0, arrivals.size)
    end, by_hand = 0.0, []
    for arrival, takes in zip(arrivals, service, strict=True):
        by_hand.append(max(0.0, end - arrival))
        end = max(end, arrival) + takes
    assert waits_s(arrivals, service, 1) == pytest.approx(np.array(by_hand), abs=1e-6)


def test_nobody_waits_where_there_are_as_many_workers_as_jobs() -> None:
    assert not waits_s(np.zeros(7), np.ones(7), 7).any()
    assert waits_s(np.zeros(4), np.ones(4), 2).tolist() == [0.0, 0.0, 1.0, 1.0]


@pytest.mark.parametrize(("start", "needed"), [(1, 17), (40, 17), (17, 17), (3, 1)])
def test_the_fewest_workers_are_found_from_any_start(start: int, needed: int) -> None:
    assert fewest_workers(lambda n: n >= needed, start) == needed


def test_a_day_has_the_sessions_hours_and_evening_that_were_asked_for() -> None:
    times = arrivals_s(100_000, np.random.default_rng(4), DayModel(offline=0.2))
    assert times.size == pytest.approx(100_000, rel=0.02)
    assert (np.diff(times) >= 0).all()
    assert times.min() > 7.5 * 3600
    assert np.mean(times >= NIGHT_FROM_S) == pytest.approx(0.2, abs=0.01)
    assert np.sum((times >= 10 * 3600) & (times < 11 * 3600)) > 2 * np.sum(
        (times >= 12.5 * 3600) & (times < 13 * 3600)
    )


def test_the_busiest_window_counts_what_falls_into_it() -> None:
    assert busiest(np.array([0.1, 0.2, 60.5, 61.0, 61.5, 62.0]), 60.0) == pytest.approx(4 / 60)
    assert busiest(np.array([]), 60.0) == 0.0


def test_a_scale_keeps_its_promises_with_the_workers_it_names_and_not_with_fewer() -> None:
    outcome = simulate(200_000, COSTS, Assumptions())
    assert outcome.workers > 1
    assert outcome.day_wait_s[1] <= 30.0
    assert outcome.night_done_h <= 30.0
    # All else equal, half the time a job needs half the workers, give or take one.
    quick = simulate(200_000, replace(COSTS, service_s=COSTS.service_s / 2), Assumptions())
    assert abs(quick.workers - outcome.workers / 2) <= 1


def test_growth_and_cost_follow_from_bytes_and_prices() -> None:
    outcome = simulate(1000, COSTS, Assumptions(bucket_price=0.02, database_price=0.1))
    assert outcome.bucket_tb_year == pytest.approx(1000 * 250 * 2.87e6 / 1e12)
    passing = 1000 * (7 * 1000.0 + 90 * 250 / 365 * 800.0)
    assert outcome.database_gb_year == pytest.approx((1000 * 250 * 18_300.0 + passing) / 1e9)
    assert outcome.dollars_month == pytest.approx(
        outcome.bucket_tb_year * 1000 * 0.02 + outcome.database_gb_year * 0.1
    )
    assert outcome.codes_last_days == pytest.approx(999 * 36 / 1000)


def test_half_a_day_at_once_queues_what_the_workers_cannot_take_meanwhile() -> None:
    found = reconnect(120_000, 10, COSTS)
    assert found.per_s == pytest.approx(100.0)
    done_meanwhile = 600 * 10 / 0.3
    assert found.waiting == pytest.approx(60_000 - done_meanwhile, rel=0.02)
    assert found.drained_h == pytest.approx(60_000 * 0.3 / 10 / 3600, rel=0.02)


def test_a_squeezed_day_has_exactly_so_many_arrivals_at_that_rate() -> None:
    times = squeezed_day_s(500, 4.0)
    assert (times.size, times[0]) == (500, 0.0)
    assert times[-1] == pytest.approx(125.0)
