"""One channel for each leg: which of several muscles stands for a leg, and which are measured beside it."""

from __future__ import annotations

from collections.abc import Iterable

from processing.c3d.channel_words import quadriceps_rank
from processing.recording import Side


def further_channels(channels: Iterable[tuple[int, str, Side | None]]) -> frozenset[int]:
    """Return the channels that share their leg with a better one.

    Parameters
    ----------
    channels : iterable of (index, label, side)
        Channels that are read as EMG, by their position in the file.

    Returns
    -------
    frozenset of int
        Positions. Of several channels of one leg rectus femoris stands for it, else vastus lateralis, vastus
        medialis, another name of the quadriceps, any other; of equals the first in the file.
    """
    best: dict[Side, tuple[int, int]] = {}
    sided = [(quadriceps_rank(label), index, side) for index, label, side in channels if side is not None]
    for rank, index, side in sided:
        best[side] = min(best.get(side, (rank, index)), (rank, index))
    return frozenset(index for _, index, side in sided if best[side][1] != index)
