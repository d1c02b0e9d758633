"""Windows of a session's signals, drawn when a program asks; the cache is asked only for whom the database admits."""

from __future__ import annotations

from dataclasses import dataclass

from processing.database import Database
from processing.database.signals import read_signal_source
from processing.emg.windows import USUAL_POINTS, SignalKind, signal_window
from processing.errors import NotFoundError
from processing.services.traces import Traces
from processing.use_cases.signal_source import SessionWindow, SignalSource


@dataclass(frozen=True, slots=True)
class SignalWindows:
    """What one person may see of the signals."""

    database: Database
    traces: Traces

    def source(self, session_code: str) -> SignalSource:
        """Return what a session's signals come from, by one statement and without the recording.

        Raises
        ------
        NotFoundError
            If there is no such session, it may not be seen, or it has no result yet.
        """
        return read_signal_source(self.database, session_code)

    def at_hand(self, source: SignalSource) -> bool:
        """Whether windows of a source come from memory; else the recording is read and drawn first."""
        self.database.check_actor()
        return self.traces.at_hand(source)

    def window(
        self,
        source: SignalSource,
        channel: str,
        *,
        kind: SignalKind = "raw",
        start_s: float | None = None,
        end_s: float | None = None,
        points: int = USUAL_POINTS,
    ) -> SessionWindow:
        """Return a window of one channel, from the first and to the last sample where an end is left out.

        ``source`` is what this viewer was given. See :func:`processing.emg.windows.signal_window`.

        Raises
        ------
        NotFoundError
            If the channel or the signal does not exist, or the file left the bucket.
        ReplacedRecordingError
            If the bucket holds other bytes than those that were analysed.
        InvalidParameterError
            If the window holds no sample, or ``points`` is out of bounds.
        StorageUnavailableError
            If the bucket does not answer.
        """
        names = [info.name for info in source.metadata.channels]
        if channel not in names:
            raise NotFoundError(
                f"Session {source.session_code} has no channel '{channel}'; there are {', '.join(names)}."
            )
        self.database.check_actor()  # before the cache, which is everybody's
        trace = next(trace for trace in self.traces.of(source) if trace.name == channel)
        length_s = trace.raw_uv.size / trace.sampling_rate_hz
        window_s = (0.0 if start_s is None else start_s, length_s if end_s is None else end_s)
        return SessionWindow(source, signal_window(trace, kind=kind, window_s=window_s, points=points))
