"""Recordings that a program brings: analysed without being kept, or given to a patient; always read in isolation."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from processing.c3d import read_recording_isolated
from processing.database import Database, inbox, ingest
from processing.emg.parameters import AnalysisParameters
from processing.emg.traces import compute_traces
from processing.emg.windows import SignalKind, SignalWindow, signal_window
from processing.errors import ReaderCrashedError, UnreadableRecordingError
from processing.ports import ObjectStore
from processing.recording import Recording
from processing.services.side_map import SideMapService
from processing.use_cases.analyse import AnalysedRecording, analyse_bytes
from processing.use_cases.document import parameters_from_plain
from processing.use_cases.inbox import unused_file_name
from processing.use_cases.ingest_types import IngestOutcome, new_correlation_id
from processing.use_cases.process_session import entered_mvc
from processing.use_cases.read_models import SessionInputs
from processing.use_cases.reprocessing import Candidate, check_candidate
from processing.use_cases.side_map import ChannelMap, check_channel_map
from processing.use_cases.upload import check_patient_code, safe_file_name, save_upload

_DRAWN: tuple[SignalKind, ...] = ("raw", "envelope", "activated")


@dataclass(frozen=True, slots=True, eq=False)
class PostedAnalysis:
    """A file that was analysed and not kept; ``windows`` holds its traces where they were asked for."""

    analysed: AnalysedRecording
    windows: tuple[SignalWindow, ...] = ()


@dataclass(frozen=True, slots=True)
class PostedRecording:
    """What became of a file that was given to a patient.

    ``stored_as`` is its name in the bucket, None where the patient had exactly these bytes already: nothing was stored
    again then, and ``created`` is false.
    """

    session_code: str | None
    created: bool
    status: str | None
    reason: str | None
    stored_as: str | None


@dataclass(frozen=True, slots=True)
class PostedService:
    """Takes recordings from programs."""

    database: Database
    store: ObjectStore

    def analyse(
        self,
        file_name: str,
        data: bytes,
        *,
        settings: Mapping[str, Any] | None = None,
        inputs: SessionInputs | None = None,
        channel_map: ChannelMap | None = None,
        trace_points: int = 0,
    ) -> PostedAnalysis:
        """Analyse a file without keeping anything of it.

        Parameters
        ----------
        file_name : str
            For the record and the check of the date.
        data : bytes
            The whole C3D file.
        settings : mapping, optional
            Analysis settings that differ from the program's own.
        inputs : SessionInputs, optional
            Targets, MVC, effort, pressure and points, where somebody knows them.
        channel_map : mapping, optional
            The channels to read as EMG, each with its leg.
        trace_points : int
            About how many samples of each trace to add; 0 for none.

        Raises
        ------
        UnreadableRecordingError, MissingChannelError, UnusableSignalError
            If the file cannot be read or analysed.
        InvalidParameterError
            If a setting or the map cannot be used.
        """
        check_candidate(Candidate(settings or {}))
        inputs = inputs or SessionInputs()
        reader = _KeptReader(None if channel_map is None else check_channel_map(channel_map))
        analysed = analyse_bytes(
            data,
            file_name=file_name,
            reader=reader,
            parameters=parameters_from_plain(settings or {}),
            targets=inputs.targets,
            scoring=inputs.scoring,
            mvc=entered_mvc(inputs),
            perceived_effort_cr10=inputs.perceived_effort_cr10,
            bfr_percent_aop=inputs.bfr_percent_aop,
            game_max_points=inputs.game_max_points,
        )
        if not trace_points:
            return PostedAnalysis(analysed)
        return PostedAnalysis(analysed, reader.windows(analysed.parameters, trace_points))

    def give(
        self,
        patient_code: str,
        file_name: str,
        data: bytes,
        *,
        channel_map: ChannelMap | None = None,
        correlation_id: str | None = None,
    ) -> PostedRecording:
        """Store a file in a patient's folder and put its analysis on the queue, unless the patient has it already.

        A repeat gives the session that the first one made. Another recording of the same name is never overwritten:
        this one is then stored under a name of its own. ``correlation_id`` is what the logs of request and job call
        them by.

        Raises
        ------
        InvalidParameterError
            If the patient code, the file name or the map cannot be used.
        AccessDeniedError
            If the viewer may not add to this patient; nothing else is said then.
        UnreadableRecordingError, MissingChannelError
            If the bytes are no recording that can be read; nothing is stored then.
        StorageUnavailableError, DatabaseUnavailableError
            If the bucket or the database does not answer.
        """
        code = check_patient_code(patient_code)
        safe_file_name(file_name)
        chosen = None if channel_map is None else check_channel_map(channel_map)
        ingest.check_may_upload(self.database, code)
        known = inbox.find_stored(self.database, hashlib.sha256(data).hexdigest(), patient_code=code)
        if known:
            reason = "The patient has this recording already; it was not stored again."
            return PostedRecording(known[0].session_code, False, None, reason, None)
        name = unused_file_name(code, file_name, data, store=self.store)
        reader = _KeptReader(chosen)
        known_as = correlation_id or new_correlation_id("upload")
        announced = partial(ingest.ingest_event, self.database, correlation_id=known_as)
        outcome = save_upload(code, name, data, store=self.store, ingest=announced, check=reader)
        if chosen is not None and outcome.created and outcome.session_code is not None:
            sides = SideMapService(self.database, self.store)
            sides.save(outcome.session_code, chosen, expected_revision=0)
        return _received(outcome, f"{code}/{name}")


def _received(outcome: IngestOutcome, stored_as: str) -> PostedRecording:
    return PostedRecording(outcome.session_code, outcome.created, outcome.status, outcome.reason, stored_as)


class _KeptReader:
    """Reads a file in isolation and keeps the recording: its traces are drawn from what was analysed."""

    def __init__(self, channel_map: ChannelMap | None) -> None:
        self._read = partial(read_recording_isolated, channel_map=channel_map)
        self._recording: Recording | None = None

    def __call__(self, data: bytes, *, file_name: str) -> Recording:
        try:
            self._recording = self._read(data, file_name=file_name)
        except ReaderCrashedError:  # once more: it may have been the machine
            try:
                self._recording = self._read(data, file_name=file_name)
            except ReaderCrashedError as exc:
                raise UnreadableRecordingError(f"The file brought its reader down twice: {exc}") from exc
        return self._recording

    def windows(self, parameters: AnalysisParameters, points: int) -> tuple[SignalWindow, ...]:
        """Return the traces of what was read last, channel by channel."""
        if self._recording is None:
            return ()
        found = []
        for trace in compute_traces(self._recording, parameters=parameters):
            kinds = _DRAWN if trace.activated_uv is not None else _DRAWN[:2]
            found += [signal_window(trace, kind=kind, points=points) for kind in kinds]
        return tuple(found)
