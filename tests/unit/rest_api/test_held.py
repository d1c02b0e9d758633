"""Posted files count by what has arrived of them, and no caller has more than two on the way."""

from __future__ import annotations

import pytest

from rest_api.held import HeldFiles
from rest_api.limits import ApiLimits
from rest_api.problems import BusyError


def test_what_arrived_counts_until_it_is_given_back() -> None:
    files = HeldFiles(ApiLimits(max_recording_bytes=10))
    first, other = files.begin("a"), files.begin("b")
    first.add(39)
    other.add(1)
    with pytest.raises(BusyError, match="room"):
        other.add(1)
    first.close()
    first.close()
    other.add(39)
    assert files.bytes == 40
    other.close()
    assert (files.bytes, files.by_caller) == (0, {})


def test_a_caller_sends_two_files_at_a_time() -> None:
    files = HeldFiles(ApiLimits())
    first, _second = files.begin("a"), files.begin("a")
    with pytest.raises(BusyError, match="2 files of yours"):
        files.begin("a")
    files.begin("b")
    first.close()
    files.begin("a")
