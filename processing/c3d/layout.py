"""Where the samples lie in the file, and whether the file is long enough to hold them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from processing.c3d.byte_order import ByteOrder
from processing.c3d.header import BLOCK_BYTES, Header
from processing.c3d.parameters import ParameterSet
from processing.c3d.wording import grouped
from processing.errors import TruncatedRecordingError, UnreadableRecordingError

# Each point is X, Y, Z and one word of residual and camera mask.
_WORDS_PER_POINT = 4
_FRAME_COUNT_LIMIT = 0xFFFF
# Some writers round 59.94 frames per second to 60 in one place: one in a thousand. More is damage.
_RATE_TOLERANCE = 1.1e-3
_MIN_RATE_HZ, _MAX_RATE_HZ = 1.0, 100_000.0


@dataclass(frozen=True, slots=True)
class DataLayout:
    """The data section: frames of point words, then ``samples_per_frame`` rows of analog words."""

    order: ByteOrder
    is_float: bool
    start: int
    n_points: int
    n_analog: int
    samples_per_frame: int
    n_frames: int
    sampling_rate_hz: float

    @property
    def word_bytes(self) -> int:
        """Size of one stored value."""
        return 4 if self.is_float else 2

    @property
    def point_words(self) -> int:
        """Words of one frame that come before the analog ones."""
        return _WORDS_PER_POINT * self.n_points

    @property
    def frame_words(self) -> int:
        """Words of one frame."""
        return self.point_words + self.n_analog * self.samples_per_frame

    @property
    def data_bytes(self) -> int:
        """Size of all frames."""
        return self.n_frames * self.frame_words * self.word_bytes

    @property
    def end(self) -> int:
        """The smallest file size that can hold all frames."""
        return self.start + self.data_bytes

    @property
    def n_samples(self) -> int:
        """Samples of each analog channel."""
        return self.n_frames * self.samples_per_frame


def read_layout(header: Header, parameters: ParameterSet) -> DataLayout:
    """Return the layout on which header and parameters agree.

    Raises
    ------
    UnreadableRecordingError
        If they contradict each other, or a count or rate makes no sense.
    """
    _agree("number of points", header.n_points, parameters.count("POINT", "USED"), "POINT:USED")
    n_analog, samples_per_frame = _analog_counts(header, parameters)
    n_frames = _frame_count(header, parameters)
    if n_frames < 1:
        raise UnreadableRecordingError(
            "The recording is empty: its header says that it ends "
            f"(frame {header.last_frame}) before it starts (frame {header.first_frame})."
        )
    return DataLayout(
        order=header.order,
        is_float=_is_float(header, parameters),
        start=_data_start(header, parameters),
        n_points=header.n_points,
        n_analog=n_analog,
        samples_per_frame=samples_per_frame,
        n_frames=n_frames,
        sampling_rate_hz=_sampling_rate_hz(header, parameters, samples_per_frame),
    )


def check_size(layout: DataLayout, size_bytes: int) -> None:
    """Refuse a file that is shorter than its header promises.

    Raises
    ------
    TruncatedRecordingError
        With the frames and bytes promised and found.
    """
    if size_bytes < layout.end:
        raise TruncatedRecordingError(
            f"The recording is cut short: the header promises {grouped(layout.n_frames)} frames "
            f"({grouped(layout.data_bytes)} bytes of data) but the file holds "
            f"{grouped(max(size_bytes - layout.start, 0))}. It was probably not uploaded completely."
        )


def check_rest(layout: DataLayout, data: bytes) -> None:
    """Refuse a file with more than padding after its last frame: its frame count cannot be right.

    Writers either stop after the last sample, as GHOSTLY does, or fill the last block of 512 bytes with anything,
    and may add whole blocks of zeros. A file that stops between the two lost its end on the way, and one that ends
    with a part of a block holds bytes that were never written: both shift or shorten the signals.

    Raises
    ------
    TruncatedRecordingError
        If the file stops inside its last block, after the last sample.
    UnreadableRecordingError
        With the bytes promised and found.
    """
    padding_end = math.ceil(layout.end / BLOCK_BYTES) * BLOCK_BYTES
    if layout.end < len(data) < padding_end:
        raise TruncatedRecordingError(
            f"The recording is cut short: it stops inside its last block, {grouped(padding_end - len(data))} bytes "
            f"before the end of {grouped(padding_end)}. It was probably not uploaded completely."
        )
    rest = memoryview(data)[padding_end:]
    if len(rest) % BLOCK_BYTES or bytes(rest).strip(b"\0"):
        raise UnreadableRecordingError(
            f"The header is damaged: it promises {grouped(layout.n_frames)} frames "
            f"({grouped(layout.data_bytes)} bytes of data), but the file holds "
            f"{grouped(len(data) - layout.start)} bytes of data."
        )


def _agree(what: str, in_header: int, in_parameters: int | None, name: str) -> None:
    if in_parameters is not None and in_parameters != in_header:
        raise UnreadableRecordingError(
            f"The file contradicts itself: the {what} is {in_header} in the header and {in_parameters} in "
            f"{name}."
        )


def _analog_counts(header: Header, parameters: ParameterSet) -> tuple[int, int]:
    per_frame, samples = header.n_analog_per_frame, header.samples_per_frame
    if per_frame == 0:
        return 0, samples
    used = parameters.count("ANALOG", "USED")
    if samples == 0 and used and used > 0:
        # Some writers leave it to be worked out; the rates confirm it.
        samples = per_frame // used if per_frame % used == 0 else 0
    if samples == 0 or per_frame % samples:
        raise UnreadableRecordingError(
            f"The header is damaged: {per_frame} analog values per frame cannot be shared among {samples} "
            f"samples."
        )
    _agree("number of analog channels", per_frame // samples, used, "ANALOG:USED")
    return per_frame // samples, samples


def _frame_count(header: Header, parameters: ParameterSet) -> int:
    """Return the number of frames; the header's 16 bits give way to wider counts where it is saturated."""
    in_header = header.last_frame - header.first_frame + 1
    wide = _wide_frame_count(parameters)
    saturated = header.last_frame == _FRAME_COUNT_LIMIT
    # Some writers let the 16 bits overflow instead of stopping at their limit.
    overflowed = wide is not None and (wide - in_header) % (_FRAME_COUNT_LIMIT + 1) == 0
    if wide is not None and (saturated or overflowed):
        return wide
    if wide is not None:
        _agree("number of frames", in_header, wide, "TRIAL:ACTUAL_END_FIELD or POINT:LONG_FRAMES")
    frames = parameters.count("POINT", "FRAMES")
    if saturated and frames is not None and frames > _FRAME_COUNT_LIMIT:
        return frames
    if frames is not None and frames < _FRAME_COUNT_LIMIT:
        _agree("number of frames", in_header, frames, "POINT:FRAMES")
    return in_header


def _wide_frame_count(parameters: ParameterSet) -> int | None:
    start = _long_word(parameters, "ACTUAL_START_FIELD")
    end = _long_word(parameters, "ACTUAL_END_FIELD")
    if start is not None and end is not None and end >= start:
        return end - start + 1
    long_frames = parameters.number("POINT", "LONG_FRAMES")
    return int(long_frames) if long_frames is not None and long_frames >= 1 else None


def _long_word(parameters: ParameterSet, name: str) -> int | None:
    """Return a TRIAL field: two 16-bit words, the low one first."""
    words = [int(value) & 0xFFFF for value in parameters.numbers("TRIAL", name) if math.isfinite(value)]
    return words[0] + (words[1] << 16) if len(words) == 2 else None


def _is_float(header: Header, parameters: ParameterSet) -> bool:
    scale = parameters.number("POINT", "SCALE")
    if not math.isfinite(header.scale) or (scale is not None and (scale < 0) != (header.scale < 0)):
        raise UnreadableRecordingError(
            f"The file contradicts itself: the sign of the scale tells whole numbers from fractions, and "
            f"it is "
            f"{header.scale:g} in the header and {scale if scale is None else format(scale, 'g')} in "
            f"POINT:SCALE."
        )
    return header.scale < 0


def _data_start(header: Header, parameters: ParameterSet) -> int:
    in_parameters = parameters.count("POINT", "DATA_START") or None
    if header.data_block:
        _agree("first data block", header.data_block, in_parameters, "POINT:DATA_START")
    block = header.data_block or in_parameters or 0
    start = (block - 1) * BLOCK_BYTES
    if start < header.parameters_end:
        raise UnreadableRecordingError(
            f"The header is damaged: the data should start after the parameters (byte "
            f"{header.parameters_end}), "
            f"but block {block} is byte {max(start, 0)}."
        )
    return start


def _sampling_rate_hz(header: Header, parameters: ParameterSet, samples_per_frame: int) -> float:
    in_header = header.frame_rate_hz if math.isfinite(header.frame_rate_hz) else 0.0
    point_rate = parameters.number("POINT", "RATE") or in_header
    stated = parameters.number("ANALOG", "RATE")
    if not stated and in_header > 0 and not math.isclose(point_rate, in_header, rel_tol=_RATE_TOLERANCE):
        # Nothing else confirms the only rate that the parameters give.
        raise UnreadableRecordingError(
            f"The file contradicts itself: POINT:RATE is {point_rate:g} frames per second, the header's rate "
            f"{in_header:g}, and ANALOG:RATE is missing."
        )
    # Files without points may have no rate of points: then ANALOG:RATE stands alone.
    expected = point_rate * samples_per_frame or stated or 0.0
    declared = stated or expected
    if header.n_analog_per_frame and not math.isclose(declared, expected, rel_tol=_RATE_TOLERANCE):
        raise UnreadableRecordingError(
            f"The file contradicts itself: ANALOG:RATE is {declared:g} Hz, but {samples_per_frame} samples "
            f"per frame "
            f"at {point_rate:g} frames per second make {expected:g} Hz."
        )
    if header.n_analog_per_frame and not _MIN_RATE_HZ <= declared <= _MAX_RATE_HZ:
        raise UnreadableRecordingError(
            f"The sampling rate is {declared:g} Hz; it should lie between {_MIN_RATE_HZ:g} and "
            f"{_MAX_RATE_HZ:g} Hz."
        )
    return declared
