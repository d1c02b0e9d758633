"""What a worker counts is what a scrape reads."""

from __future__ import annotations

import httpx

from processing.jobs.metrics import WorkerMetrics
from tests.running_stack import free_port


def test_runs_attempts_and_storage_errors_can_be_scraped() -> None:
    errors = iter([0, 2, 2])
    metrics = WorkerMetrics(lambda: next(errors))
    metrics.ran("retried", 0.4)
    metrics.ran("completed", 0.2)
    metrics.finished(2)
    metrics.ran("completed", 0.2)
    port = free_port()
    server, thread = metrics.serve(port)
    try:
        text = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
    assert 'analysis_runs_total{outcome="completed"} 2.0' in text
    assert 'analysis_runs_total{outcome="retried"} 1.0' in text
    assert "analysis_run_seconds_count 3.0" in text
    assert 'analysis_attempts_bucket{le="2.0"} 1.0' in text
    assert "storage_errors_total 2.0" in text
