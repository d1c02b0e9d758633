"""One run of the worker on one session: fetch, read in isolation, analyse, store numbers only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, Literal, Protocol, TypeAlias
from uuid import uuid4

from processing.emg.measures import ChannelSignals, recording_signals
from processing.emg.parameters import AnalysisParameters
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
from processing.use_cases.mvc import MvcMeasurement
from processing.use_cases.read_models import SessionInputs

Reader: TypeAlias = Callable[..., Recording]
RunOutcome: TypeAlias = Literal["completed", "unchanged", "failed", "superseded", "gone"]


@dataclass(frozen=True, slots=True)
class ClaimedSession:
    """A session that this run may write to, as long as nobody claims it after.

    ``channel_map`` says which channels are EMG and of which leg, where a person said it. ``parameters`` are the
    program's own, but for what was changed on purpose for the newest result. ``first_read`` says of each version of the
    object when it was analysed first; one that it does not name arrived just now.
    """

    session_id: str
    session_code: str
    object_name: str
    run_token: str
    analysed_object_version: str | None
    inputs: SessionInputs
    channel_map: Mapping[str, Side | None] | None = None
    parameters: AnalysisParameters = field(default_factory=AnalysisParameters)
    first_read: Mapping[str, datetime] = field(default_factory=dict)


class SessionRecords(Protocol):
    """What this use case needs from the database."""

    def claim(self, session_id: str, *, run_token: str) -> ClaimedSession: ...

    def inputs_on(self, claimed: ClaimedSession, recorded_at: datetime | None) -> SessionInputs: ...

    def store_result(
        self,
        claimed: ClaimedSession,
        analysed: AnalysedRecording,
        *,
        object_version: str,
        signals: Callable[[], Mapping[str, ChannelSignals]],
    ) -> int: ...

    def note_analysing(self, claimed: ClaimedSession) -> None: ...

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
        fresh = analyse_claimed(
            data,
            claimed,
            records=records,
            reader=_noted(reader, claimed, records),
            object_version=version,
        )
        records.store_result(fresh.claimed, fresh.analysed, object_version=version, signals=fresh.signals)
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


@dataclass(frozen=True, slots=True)
class FreshAnalysis:
    """A recording as it was just analysed, with what it was measured against.

    ``signals`` gives what people's corrections are measured on, by channel.
    """

    claimed: ClaimedSession
    analysed: AnalysedRecording
    signals: Callable[[], Mapping[str, ChannelSignals]]


class InputsOnDay(Protocol):
    """What says what a session is measured against once its day is known."""

    def inputs_on(self, claimed: ClaimedSession, recorded_at: datetime | None) -> SessionInputs: ...


def analyse_claimed(
    data: bytes,
    claimed: ClaimedSession,
    *,
    records: InputsOnDay,
    reader: Reader,
    object_version: str | None = None,
) -> FreshAnalysis:
    """Return the analysis of a session's bytes, under its settings and its rules; nothing is stored.

    ``object_version`` is the version that the bytes are, where it is known: a recording's date cannot lie after that
    version's arrival.

    Raises
    ------
    ProcessingError
        Whatever the reader or the analysis raises.
    """
    kept = _LastRead(reader)
    arrived_at = claimed.first_read.get(object_version or "")
    analysed = _analyse(data, claimed, kept, arrived_at)
    # Only now is the day of the recording known, and with it the MVC that decides what is too faint to count.
    inputs = records.inputs_on(claimed, analysed.recorded_at)
    if entered_mvc(inputs) != entered_mvc(claimed.inputs):
        claimed = replace(claimed, inputs=inputs)
        analysed = _analyse(data, claimed, kept, arrived_at)
    return FreshAnalysis(claimed, analysed, partial(kept.signals, analysed.parameters))


class _LastRead:
    """A reader that remembers its recording: people's corrections are measured on it once it is analysed."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._recording: Recording | None = None

    def __call__(self, *arguments: Any, **options: Any) -> Recording:
        self._recording = self._reader(*arguments, **options)
        return self._recording

    def signals(self, parameters: AnalysisParameters) -> Mapping[str, ChannelSignals]:
        return {} if self._recording is None else recording_signals(self._recording, parameters)


def _analyse(
    data: bytes, claimed: ClaimedSession, reader: Reader, arrived_at: datetime | None
) -> AnalysedRecording:
    return analyse_bytes(
        data,
        file_name=claimed.object_name.rsplit("/", 1)[-1],
        reader=partial(_read_twice, _mapped(reader, claimed.channel_map)),
        parameters=claimed.parameters,
        targets=claimed.inputs.targets,
        scoring=claimed.inputs.scoring,
        mvc=entered_mvc(claimed.inputs),
        perceived_effort_cr10=claimed.inputs.perceived_effort_cr10,
        bfr_percent_aop=claimed.inputs.bfr_percent_aop,
        game_max_points=claimed.inputs.game_max_points,
        arrived_at=arrived_at,
    )


def _stat(store: ObjectStore, name: str) -> str:
    with _missing_without_name():
        return store.stat(name).version


@contextmanager
def _missing_without_name() -> Iterator[None]:
    """Say that a file is not there without its name, whose date researchers must not be told."""
    try:
        yield
    except NotFoundError as error:
        raise NotFoundError(
            "The file has not arrived in the store, or was removed from it. It is analysed as soon as it is there."
        ) from error


def _read_whole(store: ObjectStore, name: str, version: str) -> tuple[bytes, str]:
    """Return an object's bytes with the version that they are, also when it is overwritten meanwhile."""
    for _ in range(3):
        with _missing_without_name():
            data = store.read(name)
        now = _stat(store, name)
        if now == version:
            return data, version
        version = now
    raise StorageUnavailableError(f"'{name}' was overwritten again and again while it was read.")


def read_object(store: ObjectStore, name: str) -> tuple[bytes, str]:
    """Return an object's bytes with the version that they are.

    Raises
    ------
    NotFoundError
        If the object is not in the store.
    StorageUnavailableError
        If the store does not answer, or the object changes faster than it can be read.
    """
    return _read_whole(store, name, _stat(store, name))


def _noted(reader: Reader, claimed: ClaimedSession, records: SessionRecords) -> Reader:
    """Return a reader that says when the reading is over."""

    def read(data: bytes, **how: Any) -> Recording:
        recording = reader(data, **how)
        records.note_analysing(claimed)
        return recording

    return read


def _mapped(reader: Reader, channel_map: Mapping[str, Side | None] | None) -> Reader:
    """Return a reader that takes the channels for what a person said they are."""
    return reader if channel_map is None else partial(reader, channel_map=channel_map)


def _read_twice(reader: Reader, data: bytes, *, file_name: str) -> Recording:
    """Give a file that killed its reader one more try: it may have been the machine."""
    try:
        return reader(data, file_name=file_name)
    except ReaderCrashedError:
        return reader(data, file_name=file_name)


def entered_mvc(inputs: SessionInputs) -> dict[Side, Mvc]:
    """Return the MVC values that a person entered, by side: for the session, else the patient's of that day."""
    known: dict[Side, Mvc] = {}
    sides: tuple[tuple[Side, float | None, MvcMeasurement | None], ...] = (
        ("left", inputs.mvc_left_uv, inputs.patient_mvc_left),
        ("right", inputs.mvc_right_uv, inputs.patient_mvc_right),
    )
    for side, own_uv, of_patient in sides:
        if own_uv is not None:
            known[side] = Mvc(value_uv=own_uv, source="session")
        elif of_patient is not None:
            known[side] = Mvc(value_uv=of_patient.value_uv, source="patient")
    return known
