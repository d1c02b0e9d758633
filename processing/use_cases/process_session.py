"""One run of the worker on one session: fetch, read in isolation, analyse, store numbers only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal, Protocol, TypeAlias
from uuid import uuid4

from processing.emg.results import Mvc
from processing.errors import (
    NotFoundError,
    PermanentError,
    ReaderCrashedError,
    StorageUnavailableError,
    SupersededError,
)
from processing.ports import ObjectStore
from processing.recording import Recording, Side
from processing.use_cases.analyse import AnalysedRecording, analyse_bytes
from processing.use_cases.read_models import SessionInputs

Reader: TypeAlias = Callable[..., Recording]
RunOutcome: TypeAlias = Literal["completed", "unchanged", "failed", "superseded", "gone"]


@dataclass(frozen=True, slots=True)
class ClaimedSession:
    """A session that this run may write to, as long as nobody claims it after."""

    session_id: str
    session_code: str
    object_name: str
    run_token: str
    analysed_object_version: str | None
    inputs: SessionInputs


class SessionRecords(Protocol):
    """What this use case needs from the database."""

    def claim(self, session_id: str, *, run_token: str) -> ClaimedSession: ...

    def store_result(
        self, claimed: ClaimedSession, analysed: AnalysedRecording, *, object_version: str
    ) -> int: ...

    def keep_result(self, claimed: ClaimedSession, *, object_version: str) -> None: ...

    def store_failure(
        self,
        session_id: str,
        *,
        kind: str,
        message: str,
        object_version: str | None = None,
        run_token: str | None = None,
    ) -> None: ...


def process_session(
    session_id: str, *, records: SessionRecords, store: ObjectStore, reader: Reader, force: bool = False
) -> RunOutcome:
    """Analyse the object of a session and store the result, or the reason why there is none.

    A doorbell only says "look at this object": what counts is the version found in the bucket. When the newest
    result already describes it, nothing is computed, unless ``force`` asks for a new result version.

    Raises
    ------
    TransientError
        If the store or the database failed in a way that may pass; the caller retries.
    """
    try:
        claimed = records.claim(session_id, run_token=str(uuid4()))
    except NotFoundError:
        return "gone"
    version = None
    try:
        version = _stat(store, claimed.object_name)
        if version == claimed.analysed_object_version and not force:
            records.keep_result(claimed, object_version=version)
            return "unchanged"
        data, version = _read_whole(store, claimed.object_name, version)
        analysed = analyse_bytes(
            data,
            file_name=claimed.object_name.rsplit("/", 1)[-1],
            reader=partial(_read_twice, reader),
            targets=claimed.inputs.targets,
            mvc=entered_mvc(claimed.inputs),
            perceived_effort_cr10=claimed.inputs.perceived_effort_cr10,
            bfr_percent_aop=claimed.inputs.bfr_percent_aop,
            game_max_points=claimed.inputs.game_max_points,
        )
        records.store_result(claimed, analysed, object_version=version)
    except SupersededError:
        return "superseded"
    except (PermanentError, ReaderCrashedError) as error:
        records.store_failure(
            session_id,
            kind=error.kind,
            message=str(error),
            object_version=version,
            run_token=claimed.run_token,
        )
        return "failed"
    return "completed"


def _stat(store: ObjectStore, name: str) -> str:
    try:
        return store.stat(name).version
    except NotFoundError as error:
        raise NotFoundError(
            "The file has not arrived in the store, or was removed from it. It is analysed as soon as it is there."
        ) from error


def _read_whole(store: ObjectStore, name: str, version: str) -> tuple[bytes, str]:
    """Return an object's bytes with the version that they are, also when it is overwritten meanwhile."""
    for _ in range(3):
        data = store.read(name)
        now = store.stat(name).version
        if now == version:
            return data, version
        version = now
    raise StorageUnavailableError(f"'{name}' was overwritten again and again while it was read.")


def _read_twice(reader: Reader, data: bytes, *, file_name: str) -> Recording:
    """Give a file that killed its reader one more try: it may have been the machine."""
    try:
        return reader(data, file_name=file_name)
    except ReaderCrashedError:
        return reader(data, file_name=file_name)


def entered_mvc(inputs: SessionInputs) -> dict[Side, Mvc]:
    """Return the MVC values that a person entered, by side."""
    values: dict[Side, float | None] = {"left": inputs.mvc_left_uv, "right": inputs.mvc_right_uv}
    return {
        side: Mvc(value_uv=value, source="patient") for side, value in values.items() if value is not None
    }
