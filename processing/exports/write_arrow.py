"""A window of one signal as an Arrow stream: the samples as they are in memory, for programs that read many."""

from __future__ import annotations

import io
from typing import Any, Final

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from processing.use_cases.signal_source import SessionWindow

MEDIA_TYPE: Final = "application/vnd.apache.arrow.stream"


def window_arrow(found: SessionWindow, about: dict[str, Any]) -> bytes:
    """Return an Arrow IPC stream with one record batch.

    Parameters
    ----------
    found : SessionWindow
        Its ``time_s`` becomes a column of float64, ``values_uv`` one of float32 whose missing samples are null.
    about : dict
        Plain values that say what the window is; they stand as JSON in the schema's metadata under ``about``.

    Returns
    -------
    bytes
    """
    window = found.window
    schema = pa.schema(
        [
            pa.field("time_s", pa.float64(), nullable=False, metadata={"unit": "s"}),
            pa.field("value_uv", pa.float32(), metadata={"unit": "µV"}),
        ],
        metadata={"about": orjson.dumps(about)},
    )
    arrays = [_array(window.time_s, pa.float64()), _array(window.values_uv, pa.float32())]
    stream = io.BytesIO()
    with pa.ipc.new_stream(stream, schema) as writer:
        writer.write_batch(pa.record_batch(arrays, schema=schema))
    return stream.getvalue()


def _array(values: NDArray[np.floating], kind: Any) -> Any:
    """Return numbers as an Arrow array, null where they are none.

    From the memory itself: ``pa.array`` would first import pandas, which takes the first request a second.
    """
    known = ~np.isnan(values)
    missing = None if known.all() else pa.py_buffer(np.packbits(known, bitorder="little").tobytes())
    data = pa.py_buffer(np.ascontiguousarray(values).tobytes())
    return pa.Array.from_buffers(kind, values.size, [missing, data])
