"""Rows about processes that die, freeze or pile up: worker, listener, database, and their owner."""

from __future__ import annotations

import os
import signal
import statistics
import sys
import time
from contextlib import suppress

import httpx
import psutil

from benchmarks.faults.bench import Bench, Sender, names_of
from benchmarks.faults.cases import Outcome, case, outcome_of
from benchmarks.report import percentile
from processing.services import program_url

REFUSED_WITHIN_S = 0.5
RETAKEN_WITHIN_S = 30.0


@case("13", "lost event: a file in the bucket that nothing announced", quick=True)
def lost_events(bench: Bench) -> Outcome:
    """The watch of the folder finds it within seconds; the reconciliation would within a minute."""
    began = time.monotonic()
    names = names_of(bench.put_many("P113", bench.few(20)))
    rows = bench.completed(names, 90)
    good = [rows.get(name, {}).get("status") == "completed" for name in names]
    return outcome_of(good, f"all completed {time.monotonic() - began:.1f} s after they were copied in")


@case("14", "burst of 500 uploads")
def burst(bench: Bench) -> Outcome:
    """All acknowledged, the backlog drains, nothing else suffers."""
    objects = bench.put_many("P114", bench.few(500))
    began = time.monotonic()
    answers = bench.announce_all(objects, threads=16)
    sent_s = time.monotonic() - began
    rows = bench.completed(names_of(objects), 300)
    drained_s = time.monotonic() - began
    return outcome_of(
        [
            a is not None and a.is_success and rows.get(stored.name, {}).get("status") == "completed"
            for stored, a in zip(objects, answers, strict=True)
        ],
        f"acknowledged at {len(objects) / sent_s:.0f} a second, completed at {len(objects) / drained_s:.1f} a second",
    )


@case("15", "PostgreSQL away when an event arrives")
def database_away(bench: Bench) -> Outcome:
    """503 with Retry-After within half a second, and everything is found once it is back."""
    assert bench.stack.process is not None
    objects = bench.put_many("P115", bench.few(60))
    answers: list[httpx.Response | None] = []
    took = []
    with bench.frozen(bench.stack.process.pid):  # or it would start the database again
        _kill_database(bench)
        for stored in objects:
            began = time.monotonic()
            answers.append(bench.announce(stored))
            took.append(time.monotonic() - began)
            time.sleep(0.05)
    back_s = bench.wait_ready()
    bench.reconcile()
    rows = bench.completed(names_of(objects), 120)
    good = [
        a is not None and a.status_code == 503 and "retry-after" in a.headers and s <= REFUSED_WITHIN_S
        and rows.get(stored.name, {}).get("status") == "completed"
        for stored, a, s in zip(objects, answers, took, strict=True)
    ]  # fmt: skip
    return outcome_of(
        good, f"503 after p50 {1000 * statistics.median(took):.0f} ms, p99 {1000 * percentile(took, 99):.0f} ms; "
        f"ready {back_s:.1f} s after it might start again"
    )  # fmt: skip


@case("16", "kill -9 of PostgreSQL under load")
def database_killed(bench: Bench) -> Outcome:
    """No acknowledged event is lost, and no file either."""
    back = []
    with Sender(bench, "P116", per_second=8) as sender:
        for _ in range(1 if bench.quick else 3):
            time.sleep(1.5)
            _kill_database(bench)
            back.append(bench.wait_ready())
        time.sleep(1.5)
    acknowledged = names_of(sender.acknowledged)
    known = bench.sessions(acknowledged)
    rows = bench.completed(names_of(sender.objects), 150)
    good = [
        rows.get(stored.name, {}).get("status") == "completed"
        and (stored.name not in acknowledged or stored.name in known)
        for stored in sender.objects
    ]
    refused = len(sender.objects) - len(acknowledged)
    return outcome_of(
        good,
        f"{len(back)} kills; {len(acknowledged)} acknowledged, {refused} not; "
        f"ready {_range(back)} after its processes were gone",
    )


def _kill_database(bench: Bench) -> None:
    killed = psutil.Process(bench.stack.postmaster_pid())
    children = killed.children()
    killed.kill()
    # Its backends see that it is gone and end by themselves.
    psutil.wait_procs([killed, *children], timeout=3)


@case("17", "kill -9 of the worker during a job")
def worker_killed(bench: Bench) -> Outcome:
    """Retaken within half a minute, one result."""
    good, waits = [], []
    for number in range(1 if bench.quick else 3):
        names = names_of(objects := bench.put_many(f"P117/{number}", 4))
        bench.announce_all(objects)
        worker = bench.stack.worker_pid()
        job = bench.freeze_at_work(worker)
        os.kill(worker, signal.SIGKILL)
        began = time.monotonic()
        waits.append(retaken_after(bench, job, began))
        rows = bench.completed(names, 60)
        good += [rows.get(n, {}).get("status") == "completed" and rows[n]["n_results"] == 1 for n in names]
        good.append(waits[-1] <= RETAKEN_WITHIN_S)
    return outcome_of(good, f"the killed worker's job is taken again after {_range(waits)}")


def retaken_after(bench: Bench, job: int, began: float, timeout_s: float = 60.0) -> float:
    """Return the seconds until a job was started a second time."""
    started = "select count(*) as n from procrastinate.procrastinate_events where job_id = %(job)s and type = 'started'"
    while bench.rows(started, job=job)[0]["n"] < 2 and time.monotonic() - began < timeout_s:
        time.sleep(0.1)
    return time.monotonic() - began


@case("22", "a worker that freezes, is given up, and then finishes after all")
def zombie(bench: Bench) -> Outcome:
    """Its write is refused: one result, by the worker that took over."""
    address = {"DATABASE_URL": program_url(bench.stack.database_url, "worker")}
    names = names_of(objects := bench.put_many("P122", 8))
    bench.announce_all(objects)
    worker = bench.stack.worker_pid()
    job = bench.freeze_at_work(worker)
    try:
        began = time.monotonic()
        with bench.program(sys.executable, "-m", "processing", "worker", **address):
            waited_s = retaken_after(bench, job, began)
            rows = bench.completed(names, 60)
    finally:
        os.kill(worker, signal.SIGCONT)
    time.sleep(3.0)
    after = bench.sessions(names)
    good = [rows.get(n, {}).get("status") == "completed" and after[n]["n_results"] == 1 for n in names]
    return outcome_of(good, f"taken over after {waited_s:.0f} s; the frozen run stored nothing")


@case("26", "SIGTERM to the worker during a job, two workers at once")
def deploys(bench: Bench) -> Outcome:
    """The job finishes or goes back to the queue; one result each."""
    objects = bench.put_many("P126", bench.few(40))
    names = names_of(objects)
    address = {"DATABASE_URL": program_url(bench.stack.database_url, "worker")}
    with bench.program(sys.executable, "-m", "processing", "worker", **address):
        bench.announce_all(objects)
        for _ in range(2):
            worker = bench.stack.worker_pid()
            with suppress(AssertionError):
                bench.freeze_at_work(worker, timeout_s=10)
            os.kill(worker, signal.SIGTERM)
            os.kill(worker, signal.SIGCONT)
            psutil.wait_procs([psutil.Process(worker)] if psutil.pid_exists(worker) else [], timeout=30)
            time.sleep(2.0)
        rows = bench.completed(names, 120)
    return outcome_of(
        [rows.get(n, {}).get("status") == "completed" and rows[n]["n_results"] == 1 for n in names]
    )


_MOVE_EVENTS = """
update procrastinate.procrastinate_events set at = at - %(by)s::interval
where job_id in (
    select id from procrastinate.procrastinate_jobs where status = %(of)s and queue_name = 'analysis')
"""
_SET_STATUS = """
update procrastinate.procrastinate_jobs set status = %(new)s where status = %(old)s and queue_name = 'analysis'
"""
_NO_SIGN_OF_LIFE = (
    "update procrastinate.procrastinate_workers set last_heartbeat = now() - interval '2 minutes'"
)


@case("30", "queue stuck: oldest waits above 5 min, one runs above 10 min, no sign of life", quick=True)
def stuck_queue(bench: Bench) -> Outcome:
    """The health check turns red and back; time is moved in the database, not waited for."""
    with bench.frozen(bench.stack.worker_pid()):
        names = names_of(objects := bench.put_many("P130", 2))
        bench.announce_all(objects)
        good = [bench.ready().get("ready") is True]
        bench.rows(_MOVE_EVENTS, by="6 minutes", of="todo")
        good.append(bench.ready().get("queue", {}).get("ok") is False and bench.ready()["ready"] is False)
        bench.rows(_MOVE_EVENTS, by="-6 minutes", of="todo")
        bench.rows(_SET_STATUS, old="todo", new="doing")
        good.append(bench.ready().get("ready") is True)
        bench.rows(_MOVE_EVENTS, by="11 minutes", of="doing")
        good.append(bench.ready().get("ready") is False)
        bench.rows(_NO_SIGN_OF_LIFE)
        good.append(bench.ready().get("workers", {}).get("ok") is False)
        bench.rows(_SET_STATUS, old="doing", new="todo")
    rows = bench.completed(names, 60)
    good += [rows.get(n, {}).get("status") == "completed" for n in names]
    bench.wait_ready()
    return outcome_of(good)


@case("a", "kill -9 of the listener under load")
def listener_killed(bench: Bench) -> Outcome:
    """No acknowledged event is lost; a file whose event nobody took is found."""
    n_kills = 1 if bench.quick else 3
    with Sender(bench, "P161", per_second=8) as sender:
        for _ in range(n_kills):
            time.sleep(1.5)
            bench.listener().kill()
            bench.wait_ready()
        time.sleep(1.0)
    acknowledged = names_of(sender.acknowledged)
    known = bench.sessions(acknowledged)
    rows = bench.completed(names_of(sender.objects), 150)
    good = [
        rows.get(o.name, {}).get("status") == "completed" and (o.name not in acknowledged or o.name in known)
        for o in sender.objects
    ]
    return outcome_of(good, f"{n_kills} kills; {len(acknowledged)} of {len(good)} acknowledged")


@case("b", "kill -9 of worker, listener, PostgreSQL and their owner at once, then a new start")
def everything_killed(bench: Bench) -> Outcome:
    """What was acknowledged is there, what was not is found."""
    assert bench.stack.process is not None
    with Sender(bench, "P162", per_second=8) as sender:
        time.sleep(2.0)
        killed = [p for p in bench.stack.processes() if p.pid != os.getpid()]
        for process in sorted(killed, key=lambda p: p.pid):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(killed, timeout=10)
        time.sleep(0.5)
    bench.stack.process.wait(10)
    bench.stack.start()
    acknowledged = names_of(sender.acknowledged)
    known = bench.sessions(acknowledged)
    bench.reconcile()
    rows = bench.completed(names_of(sender.objects), 120)
    good = [
        rows.get(o.name, {}).get("status") == "completed" and (o.name not in acknowledged or o.name in known)
        for o in sender.objects
    ]
    return outcome_of(
        good,
        f"{len(acknowledged)} of {len(good)} acknowledged; started again in {bench.stack.started_in_s:.0f} s",
    )


def _range(seconds: list[float]) -> str:
    return f"{min(seconds):.1f} s" if len(seconds) == 1 else f"{min(seconds):.1f} to {max(seconds):.1f} s"
