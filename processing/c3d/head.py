"""Header, parameters and layout, checked together: the filter before anything else looks at the bytes."""

from __future__ import annotations

from dataclasses import dataclass

from processing.c3d.analog import AnalogChannel, is_unsigned, read_analog_channels
from processing.c3d.head_errors import IncompleteHeadError
from processing.c3d.header import parse_header
from processing.c3d.layout import DataLayout, check_size, read_layout
from processing.c3d.parameters import ParameterSet, parse_parameters
from processing.c3d.wording import grouped
from processing.errors import TruncatedRecordingError


@dataclass(frozen=True, slots=True)
class Head:
    """Everything in a file but its samples."""

    parameters: ParameterSet
    layout: DataLayout
    unsigned: bool
    analog: tuple[AnalogChannel, ...]


def read_head(data: bytes, *, size_bytes: int | None = None) -> Head:
    """Return a file's head.

    Parameters
    ----------
    data : bytes
        The file, or its first few thousand bytes.
    size_bytes : int, optional
        Size of the whole file; given, the file is refused where it is shorter than the header promises.

    Raises
    ------
    IncompleteHeadError
        If ``data`` ends inside the parameter section and the file goes on (or may).
    TruncatedRecordingError
        If the file itself is too short.
    UnreadableRecordingError
        If the bytes are not those of a C3D file, or contradict each other.
    """
    if size_bytes == 0:
        raise TruncatedRecordingError(
            "The recording is cut short: the file is empty. It was probably not uploaded completely."
        )
    try:
        header = parse_header(data)
    except IncompleteHeadError as error:
        if size_bytes is None or size_bytes >= error.needed_bytes:
            raise
        raise TruncatedRecordingError(
            f"The recording is cut short: its description alone takes {grouped(error.needed_bytes)} bytes, "
            f"and the "
            f"file holds {grouped(size_bytes)}. It was probably not uploaded completely."
        ) from error
    parameters = parse_parameters(data, header)
    layout = read_layout(header, parameters)
    if size_bytes is not None:
        check_size(layout, size_bytes)
    unsigned = not layout.is_float and is_unsigned(parameters)
    return Head(
        parameters=parameters,
        layout=layout,
        unsigned=unsigned,
        analog=read_analog_channels(parameters, layout.n_analog, unsigned=unsigned),
    )
