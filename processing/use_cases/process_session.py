"""One run of the worker on one session: fetch, read in isolation, analyse, store numbers only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias
from uuid import uuid4

from processing.emg.results import Mvc
from processing.errors import PermanentError, SupersededError
from processing.ports import ObjectStore
from processing.recording import Recording, Side
from processing.use_cases.analyse import AnalysedRecording, analyse_bytes
from processing.use_cases.read_models import SessionInputs

Reader: TypeAlias = Callable[..., Recording]
RunOutcome: TypeAlias = Literal["completed", "unchanged", "failed", "superseded"]


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
        self, session_id: str, *, kind: str, message: str, run_token: str | None = None
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
        If the store, the database or the isolated reader failed in a way that may pass; the caller retries.
    """
    claimed = records.claim(session_id, run_token=str(uuid4()))
    try:
        found = store.stat(claimed.object_name)
        if found.version == claimed.analysed_object_version and not force:
            records.keep_result(claimed, object_version=found.version)
            return "unchanged"
        analysed = analyse_bytes(
            store.read(claimed.object_name),
            file_name=claimed.object_name.rsplit("/", 1)[-1],
            reader=reader,
            targets=claimed.inputs.targets,
            mvc=entered_mvc(claimed.inputs),
            perceived_effort_cr10=claimed.inputs.perceived_effort_cr10,
            bfr_percent_aop=claimed.inputs.bfr_percent_aop,
            game_max_points=claimed.inputs.game_max_points,
        )
        records.store_result(claimed, analysed, object_version=found.version)
    except SupersededError:
        return "superseded"
    except PermanentError as error:
        records.store_failure(session_id, kind=error.kind, message=str(error), run_token=claimed.run_token)
        return "failed"
    return "completed"


def entered_mvc(inputs: SessionInputs) -> dict[Side, Mvc]:
    """Return the MVC values that a person entered, by side."""
    values: dict[Side, float | None] = {"left": inputs.mvc_left_uv, "right": inputs.mvc_right_uv}
    return {
        side: Mvc(value_uv=value, source="patient") for side, value in values.items() if value is not None
    }
