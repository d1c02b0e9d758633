"""A session as one plain document: what the review page shows; its result is shaped as ``analyze --json``.

Pseudonymised, no date, no free text and no name of a person or a file is left in it, as in the exports.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from processing.emg.corrections import LogEntry, active_edits
from processing.emg.results import ChannelAnalysis, CorrectionMark, RejectedContraction
from processing.recording import RecordingMetadata
from processing.use_cases.document import to_plain
from processing.use_cases.mvc import MvcMeasurement
from processing.use_cases.prescriptions import Prescription
from processing.use_cases.read_models import (
    SessionCorrections,
    SessionInputs,
    SessionResult,
    SessionReview,
)

SCHEMA = "ghostly-emg/session/1"
_FAILED = "The recording could not be analysed."


@dataclass(frozen=True, slots=True)
class SessionNumbers:
    """Where a session stands among its patient's: ``number`` from 1 in order of time, ``study_day`` 1 on the first."""

    number: int
    study_day: int


def session_document(
    review: SessionReview, numbers: SessionNumbers, *, pseudonymised: bool
) -> dict[str, Any]:
    """Return everything that is known about a session, signals and notes excepted.

    Parameters
    ----------
    review : SessionReview
        The session as its viewer sees it.
    numbers : SessionNumbers
        Its place among the patient's sessions.
    pseudonymised : bool
        Whether dates, free text and names are left out.
    """
    summary = review.summary
    failure = summary.failure if not pseudonymised or summary.failure is None else _FAILED
    return {
        "schema": SCHEMA,
        "code": summary.session_code,
        "patient": summary.patient_code,
        "number": numbers.number,
        "study_day": numbers.study_day,
        "pseudonymised": pseudonymised,
        "status": summary.status,
        "received_at": None if pseudonymised else utc_text(summary.received_at),
        "recorded_at": None if pseudonymised else to_plain(summary.recorded_at),
        "duration_s": to_plain(summary.duration_s),
        "object": None if pseudonymised else summary.object_name,
        "size_bytes": review.size_bytes,
        "object_missing": review.object_missing_since is not None,
        "duplicate_of": summary.duplicate_of,
        "failure": failure,
        "result": None
        if review.result is None
        else result_document(review.result, pseudonymised=pseudonymised),
        "inputs": _inputs(review.inputs, pseudonymised),
        "corrections": _corrections(review.corrections, pseudonymised),
    }


def result_document(result: SessionResult, *, pseudonymised: bool) -> dict[str, Any]:
    """Return one version of a session's result; ``recording``, ``channels`` and ``scores`` as in ``analyze --json``."""
    channels = tuple(map(_without_words, result.channels)) if pseudonymised else result.channels
    return {
        "version": result.version,
        "analysed_at": None if pseudonymised else utc_text(result.analysed_at),
        "pipeline_version": result.pipeline_version,
        "file": {"sha256": result.file_sha256},
        "recording": recording_document(result.metadata, pseudonymised=pseudonymised),
        "channels": to_plain(channels),
        "scores": to_plain(result.score),
        "scoring": result.scoring,
        "parameters": to_plain(result.parameters),
        "changed_settings": to_plain(result.changed_settings),
        "reprocessing_run": result.reprocessing_run,
    }


def recording_document(metadata: RecordingMetadata, *, pseudonymised: bool) -> dict[str, Any]:
    """Return what a file's header says, as in ``analyze --json``."""
    game = metadata.game
    if pseudonymised:
        game = replace(game, player_name=None, therapist_id=None, group_id=None)
    return {
        "sampling_rate_hz": to_plain(metadata.sampling_rate_hz),
        "n_samples": metadata.n_samples,
        "duration_s": round(metadata.duration_s, 4),
        "recorded_at": None if pseudonymised else to_plain(metadata.recorded_at),
        "clock_check": to_plain(metadata.clock_check),
        "game": to_plain(game),
        "measures": to_plain(metadata.measures),
        "channels": to_plain(metadata.channels),
        # Some quote the file's name or the header's date.
        "notices": [] if pseudonymised else list(metadata.notices),
    }


def utc_text(moment: datetime) -> str:
    """Return a stored moment as ISO 8601 in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _without_words(channel: ChannelAnalysis) -> ChannelAnalysis:
    """Return a channel without what people wrote about its contractions, and without who they are."""
    if channel.corrections is None:
        return channel
    corrections = replace(
        channel.corrections,
        rejected=tuple(
            RejectedContraction(each.contraction, replace(each.mark, reason=None, by=None))
            for each in channel.corrections.rejected
        ),
        marks=tuple(_silent(mark) for mark in channel.corrections.marks),
    )
    return replace(channel, corrections=corrections)


def _silent(mark: CorrectionMark | None) -> CorrectionMark | None:
    return None if mark is None else replace(mark, reason=None, by=None)


def _inputs(inputs: SessionInputs, pseudonymised: bool) -> dict[str, Any]:
    entered: Mapping[str, Any] = {} if pseudonymised else inputs.entered
    return {
        "targets": to_plain(inputs.targets),
        "targets_source": inputs.targets_source,
        "mvc_left_uv": to_plain(inputs.mvc_left_uv),
        "mvc_right_uv": to_plain(inputs.mvc_right_uv),
        "perceived_effort_cr10": to_plain(inputs.perceived_effort_cr10),
        "bfr_percent_aop": to_plain(inputs.bfr_percent_aop),
        "game_max_points": to_plain(inputs.game_max_points),
        "patient_mvc_left": _mvc(inputs.patient_mvc_left, pseudonymised),
        "patient_mvc_right": _mvc(inputs.patient_mvc_right, pseudonymised),
        "prescription": _prescription(inputs.prescription, pseudonymised),
        "day": None if pseudonymised else to_plain(inputs.day),
        "day_of_arrival": inputs.day_of_arrival,
        "entered": {name: {"at": utc_text(each.at), "by": each.by} for name, each in sorted(entered.items())},
    }


def _mvc(measured: MvcMeasurement | None, pseudonymised: bool) -> dict[str, Any] | None:
    if measured is None:
        return None
    return {
        "value_uv": to_plain(measured.value_uv),
        "same_electrodes": measured.same_electrodes,
        "measured_on": None if pseudonymised else measured.measured_on.isoformat(),
        **{
            name: None if pseudonymised else getattr(measured, name)
            for name in ("posture", "electrode_placement", "method", "note")
        },
    }


def _prescription(prescription: Prescription | None, pseudonymised: bool) -> dict[str, Any] | None:
    if prescription is None:
        return None
    plain: dict[str, Any] = to_plain(prescription)
    return {**plain, "valid_from": None if pseudonymised else prescription.valid_from.isoformat()}


def _corrections(corrections: SessionCorrections, pseudonymised: bool) -> dict[str, Any]:
    holding = {entry.revision for entry in active_edits(corrections.log)}
    unmatched = {entry.revision for entry in corrections.unmatched}
    return {
        "revision": corrections.revision,
        "log": [
            {
                **_entry(entry, pseudonymised),
                "holds": entry.revision in holding,
                "unmatched": entry.revision in unmatched,
            }
            for entry in corrections.log
        ],
    }


def _entry(entry: LogEntry, pseudonymised: bool) -> dict[str, Any]:
    correction = None if entry.correction is None else to_plain(entry.correction)
    if correction is not None and pseudonymised:
        correction = {**correction, "reason": None}
    return {
        "revision": entry.revision,
        "action": entry.action,
        "correction": correction,
        "target": entry.target,
        "by": None if pseudonymised else entry.author_name,
        "at": None if pseudonymised or entry.at is None else utc_text(entry.at),
    }
