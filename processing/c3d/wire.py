"""How a recording, or an error, travels from the isolated reader to its parent: JSON and plain floats,
never pickle.

A child that damaged bytes have taken over can send anything; what arrives is checked before it is believed.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

import numpy as np

from processing import errors
from processing.recording import (
    ChannelInfo,
    ClockCheck,
    GameInfo,
    RecordedMeasures,
    Recording,
    RecordingMetadata,
)

_LENGTH_BYTES: Final = 8
_MAX_MESSAGE: Final = 2000
# Errors that a reader raises about a file; any other name from a child is not believed.
_ERRORS: Final[dict[str, type[errors.ProcessingError]]] = {
    error.__name__: error
    for error in (
        errors.UnreadableRecordingError,
        errors.TruncatedRecordingError,
        errors.MissingChannelError,
        errors.InvalidParameterError,
        errors.ReaderCrashedError,
    )
}


def encode_recording(recording: Recording) -> bytes:
    """Return a recording as bytes: the length of its JSON, the JSON, then float32 rows."""
    metadata = asdict(recording.metadata)
    if recording.metadata.recorded_at is not None:
        metadata["recorded_at"] = recording.metadata.recorded_at.isoformat()
    head = {"metadata": metadata, "activated": list(recording.activated_v)}
    rows = [recording.emg_v, *recording.activated_v.values()]
    return _framed(head) + b"".join(np.ascontiguousarray(row, dtype="<f4").tobytes() for row in rows)


def encode_error(error: Exception) -> bytes:
    """Return an error as bytes; of one that is not ours only the type is told."""
    kind = next(
        (base.__name__ for base in type(error).__mro__ if base.__name__ in _ERRORS), "ReaderCrashedError"
    )
    known = isinstance(error, errors.ProcessingError)
    message = str(error) if known else f"The isolated reader failed with {type(error).__name__}."
    return _framed({"error": kind, "message": message[:_MAX_MESSAGE]})


def decode(answer: bytes) -> Recording:
    """Return the recording in an answer.

    Raises
    ------
    ReaderCrashedError
        If the answer is not one.
    ProcessingError
        The reader's own error, as itself.
    """
    try:
        length = int.from_bytes(answer[:_LENGTH_BYTES], "little")
        head = json.loads(answer[_LENGTH_BYTES : _LENGTH_BYTES + length])
        if "error" not in head:
            return _recording(head, memoryview(answer)[_LENGTH_BYTES + length :])
        error = _ERRORS[head["error"]](str(head["message"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise errors.ReaderCrashedError(
            f"The isolated reader gave an answer of {len(answer)} bytes that cannot be understood."
        ) from exc
    raise error


def _framed(head: dict[str, Any]) -> bytes:
    encoded = json.dumps(head, allow_nan=False).encode()
    return len(encoded).to_bytes(_LENGTH_BYTES, "little") + encoded


def _recording(head: dict[str, Any], samples: memoryview) -> Recording:
    metadata = _metadata(head["metadata"])
    n_channels, names = len(metadata.channels), head["activated"]
    rows = np.frombuffer(samples, dtype="<f4").astype(np.float32)
    rows = rows.reshape(n_channels + len(names), metadata.n_samples)
    return Recording(
        metadata=metadata,
        emg_v=rows[:n_channels],
        activated_v={str(name): rows[n_channels + position] for position, name in enumerate(names)},
    )


def _metadata(fields: dict[str, Any]) -> RecordingMetadata:
    recorded_at = fields["recorded_at"]
    return RecordingMetadata(
        **{
            **fields,
            "channels": tuple(ChannelInfo(**channel) for channel in fields["channels"]),
            "analog_labels": tuple(fields["analog_labels"]),
            "analog_units": tuple(fields["analog_units"]),
            "recorded_at": None if recorded_at is None else datetime.fromisoformat(recorded_at),
            "clock_check": ClockCheck(**fields["clock_check"]),
            "game": GameInfo(**fields["game"]),
            "measures": RecordedMeasures(**fields["measures"]),
            "notices": tuple(fields["notices"]),
        }
    )
