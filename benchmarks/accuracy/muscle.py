"""What both generators return."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.accuracy.efforts import Array, TrueContraction


@dataclass(frozen=True, slots=True, eq=False)
class Muscle:
    """The EMG of one muscle and what is true about it; arrays have shape (n_samples,), microvolts.

    ``amplitude_uv`` is the expected RMS amplitude, from which ``truth`` follows.
    """

    emg_uv: Array
    amplitude_uv: Array
    truth: tuple[TrueContraction, ...]
