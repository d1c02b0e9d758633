"""A window of a recording's signals as columns at the full rate, whatever format they are then written in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.emg.results import IntervalS
from processing.emg.traces import ChannelTraces
from processing.emg.windows import window_samples
from processing.errors import InvalidParameterError
from processing.exports.bundle import DictionaryEntry, general_facts
from processing.exports.columns import ANALYSIS, FILE, NEVER, Value
from processing.exports.model import tablet_time
from processing.language import gettext as _
from processing.language import mark as N_
from processing.use_cases.parameter_sets import parameter_set_id
from processing.use_cases.read_models import SessionReview

SCHEMA = "ghostly-emg/signals/1"
_NOT_A_NAME = re.compile("[^A-Za-z0-9]+")

_LEFT_OUT = N_("the sample was left out of the analysis")

# The end of a column's name, its unit, kind, meaning, source, and when it is empty.
_KINDS: dict[str, tuple[str, str, str, str, str]] = {
    "raw_uv": ("µV", "number", N_("EMG as recorded"), FILE, N_("the file holds no sample there")),
    "filtered_uv": (
        "µV",
        "number",
        N_("EMG after the band-pass filter of the analysis"),
        ANALYSIS,
        _LEFT_OUT,
    ),
    "envelope_uv": (
        "µV",
        "number",
        N_("RMS envelope of the filtered EMG"),
        ANALYSIS,
        _LEFT_OUT,
    ),
    "activated_uv": (
        "µV",
        "number",
        N_("The game's own envelope: above its threshold, else 0"),
        FILE,
        N_("the file holds no sample there"),
    ),
    "left_out": ("", "boolean", N_("Whether the sample was left out of the analysis"), ANALYSIS, NEVER),
}


@dataclass(frozen=True, slots=True, eq=False)
class SignalColumn:
    """One signal of one channel: float32 of shape (n_samples,) in ``unit``, NaN where missing, or bool."""

    channel: str
    quantity: str
    name: str
    unit: str
    values: NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class SignalTable:
    """A window of a recording. ``time_s`` has shape (n_samples,), counted from the recording's first sample."""

    about: dict[str, Value]
    time_s: NDArray[np.float64]
    columns: tuple[SignalColumn, ...]
    sampling_rate_hz: float

    @property
    def dictionary(self) -> tuple[DictionaryEntry, ...]:
        """What every column means, in the current language."""
        time = DictionaryEntry(
            "signals",
            "time_s",
            "number",
            "s",
            _("Time from the first sample of the recording"),
            _(FILE),
            _(NEVER),
        )
        return (time, *(_described(column) for column in self.columns))


def signal_table(
    review: SessionReview,
    traces: Sequence[ChannelTraces],
    *,
    window_s: IntervalS | None = None,
    pseudonymised: bool = False,
    now: datetime,
) -> SignalTable:
    """Return the signals of a window, start included and end excluded, or of the whole session.

    Raises
    ------
    InvalidParameterError
        If the window holds no sample of the recording, or there is no channel.
    """
    if not traces:
        raise InvalidParameterError("The recording has no EMG channel, so there is no signal to export.")
    rate, n_samples = traces[0].sampling_rate_hz, traces[0].raw_uv.size
    start, stop = window_samples(window_s, rate, n_samples)
    return SignalTable(
        about=_about(review, rate, (start, stop), pseudonymised, now),
        time_s=np.arange(start, stop) / rate,
        columns=tuple(
            column
            for stem, trace in zip(_stems([trace.name for trace in traces]), traces, strict=True)
            for column in _columns(trace, stem, start, stop)
        ),
        sampling_rate_hz=rate,
    )


def _columns(trace: ChannelTraces, stem: str, start: int, stop: int) -> list[SignalColumn]:
    left_out = _left_out(trace)[start:stop]

    def kept(values: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
        """Return the part without what was left out: it has no amplitude, least of all one of zero."""
        return None if values is None else np.where(left_out, np.float32(np.nan), values[start:stop])

    signals: dict[str, NDArray[Any] | None] = {
        "raw_uv": trace.raw_uv[start:stop],
        "filtered_uv": kept(trace.filtered_uv),
        "envelope_uv": kept(trace.rms_envelope_uv),
        "activated_uv": None if trace.activated_uv is None else trace.activated_uv[start:stop],
        "left_out": left_out,
    }
    return [
        SignalColumn(trace.name, quantity, f"{stem}_{quantity}", _KINDS[quantity][0], values)
        for quantity, values in signals.items()
        if values is not None
    ]


def _stems(names: Sequence[str]) -> list[str]:
    """Return channels' names as ones that MATLAB, R and Python take for a variable's; no two are the same."""
    stems: list[str] = []
    for name in names:
        plain = _NOT_A_NAME.sub("_", name).strip("_")[:40] or "channel"
        stem = plain if plain[0].isalpha() else f"ch_{plain}"
        taken = {each.lower() for each in stems}
        others = (f"{stem}_{number}" for number in range(2, len(names) + 2))
        stems.append(stem if stem.lower() not in taken else next(o for o in others if o.lower() not in taken))
    return stems


def _left_out(trace: ChannelTraces) -> NDArray[np.bool_]:
    mask = np.zeros(trace.raw_uv.size, dtype=np.bool_)
    for onset_s, offset_s in trace.masked_intervals_s:
        mask[round(onset_s * trace.sampling_rate_hz) : round(offset_s * trace.sampling_rate_hz)] = True
    return mask


def _described(column: SignalColumn) -> DictionaryEntry:
    unit, kind, meaning, source, missing = _KINDS[column.quantity]
    said = f"{_(meaning)} ({column.channel})"
    return DictionaryEntry("signals", column.name, kind, unit, said, _(source), _(missing))


def _about(
    review: SessionReview, rate_hz: float, window: tuple[int, int], pseudonymised: bool, now: datetime
) -> dict[str, Value]:
    result, summary = review.result, review.summary
    dated: dict[str, Value] = (
        {}
        if pseudonymised
        else {"recorded_at": tablet_time(summary.recorded_at), "file_name": summary.object_name}
    )
    parameters = {} if result is None else dict(result.parameters)
    return {
        "schema": SCHEMA,
        **general_facts(now),
        "session_code": summary.session_code,
        **dated,
        "file_sha256": result and result.file_sha256,
        "result_version": result and result.version,
        "pipeline_version": result and result.pipeline_version,
        "parameter_set": parameter_set_id(parameters) if result else None,
        "sampling_rate_hz": rate_hz,
        "first_sample": window[0],
        "n_samples": window[1] - window[0],
        "start_s": window[0] / rate_hz,
        "end_s": window[1] / rate_hz,
        "pseudonymised": pseudonymised,
        **{
            f"parameter_{name}": value
            for name, value in parameters.items()
            if not isinstance(value, dict | list)
        },
    }
