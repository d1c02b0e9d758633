"""One opening of a session's signals as a dashboard does it, also as a second process (``benchmarks/cache.py``)."""

from __future__ import annotations

import pickle
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson

from benchmarks.recordings import BenchmarkRecording
from processing.c3d import read_recording
from processing.ports import ObjectStore
from processing.services.traces import Traces
from processing.settings import Settings
from processing.shared_cache import build_shared_cache
from processing.storage import LocalObjectStore
from processing.use_cases.analyse import analyse_bytes
from processing.use_cases.document import parameters_to_plain
from processing.use_cases.read_models import SessionInputs, SessionResult, SessionReview, SessionSummary
from tests.builders import make_c3d

_MEMORY = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Far:
    """A hosted bucket, imitated: what each read costs beside the folder's own time."""

    latency_s: float = 0.1
    bytes_per_s: float = 12.5e6


FAR = Far()


class FarStore(LocalObjectStore):
    """A folder whose bytes arrive as over a network."""

    def read(self, name: str) -> bytes:
        """Return all bytes of an object, as late as a hosted bucket would."""
        data = super().read(name)
        time.sleep(FAR.latency_s + len(data) / FAR.bytes_per_s)
        return data


@dataclass(frozen=True, slots=True)
class Opening:
    """A stored recording with its result, as a page has it once the database has admitted the viewer."""

    folder: Path
    review: SessionReview

    @property
    def duration_s(self) -> float:
        """Length of the recording in seconds."""
        assert self.review.result is not None
        return self.review.result.metadata.duration_s

    def traces(self, *, memory: bool, url: str | None, remote: bool) -> Traces:
        """Return what a process that has just started has."""
        kind = FarStore if remote else LocalObjectStore
        store: ObjectStore = kind(self.folder / "bucket", bucket="b", max_bytes=1 << 30)
        settings = Settings(_env_file=None, redis_url=url, redis_timeout_s=2)  # type: ignore[call-arg]
        shared = None if url is None else build_shared_cache(settings)
        return Traces(store, max_bytes=_MEMORY if memory else 1, second_level=shared)

    def timed_ms(self, traces: Traces) -> float:
        """Return how long one opening takes, in milliseconds."""
        started = time.perf_counter()
        traces.load(self.review)
        return 1000 * (time.perf_counter() - started)

    def empty(self, url: str | None) -> None:
        """Empty Redis."""
        if url is not None:
            import redis

            with redis.Redis.from_url(url) as client:
                client.flushall()


def opening_of(recording: BenchmarkRecording, folder: Path) -> Opening:
    """Store and analyse a recording."""
    name = f"P001/{recording.name}"
    path = folder / "bucket" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(recording.data)
    analysed = analyse_bytes(recording.data, file_name=recording.name, reader=read_recording)
    now = datetime.now(UTC)
    result = SessionResult(
        version=1,
        metadata=analysed.metadata,
        channels=analysed.channels,
        score=analysed.score,
        parameters=parameters_to_plain(analysed.parameters),
        pipeline_version=analysed.pipeline_version,
        file_sha256=analysed.sha256,
        analysed_at=now,
    )
    summary = SessionSummary(
        "id", "P001S001", "P001", name, "completed", now, None, None, (), None, None, None, None
    )
    return Opening(folder, SessionReview(summary, "v1", None, SessionInputs(), result))


def long_recording(duration_s: float) -> BenchmarkRecording:
    """Return a generated recording of that length in seconds."""
    contractions = [(3.0 + 7.0 * k, 5.5 + 7.0 * k) for k in range(int(duration_s / 7) - 1)]
    data = make_c3d(duration_s=duration_s, contractions_s=contractions)
    return BenchmarkRecording("long.c3d", data, "Generated.")


def _second_process(path: str) -> None:
    opening, asked = pickle.loads(Path(path).read_bytes())
    n = asked.pop("n")
    times = []
    for _ in range(n + 1):
        traces = opening.traces(**asked)
        times.append(opening.timed_ms(traces))
        traces.close()
    sys.stdout.write(orjson.dumps(times).decode())


if __name__ == "__main__":
    _second_process(sys.argv[1])
