"""Posted files: whatever they do to their reader, the sender hears that the file is at fault."""

from __future__ import annotations

from typing import Any, cast

import pytest

from processing.errors import ReaderCrashedError, UnreadableRecordingError
from processing.recording import Recording
from processing.services import posted
from processing.services.posted import PostedService
from tests.builders import make_recording


class Reader:
    """Crashes so many times before it reads."""

    def __init__(self, crashes: int) -> None:
        self.crashes = crashes

    def __call__(self, data: bytes, **how: Any) -> Recording:
        if self.crashes:
            self.crashes -= 1
            raise ReaderCrashedError("The reader was killed by signal 11.")
        return make_recording(contractions_s=[(2.0, 4.5), (7.0, 9.5)])


@pytest.fixture
def service() -> PostedService:
    """Neither database nor store: an analysis asks for none of them."""
    return PostedService(cast(Any, None), cast(Any, None))


def test_a_reader_that_dies_once_may_have_had_bad_luck(
    service: PostedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posted, "read_recording_isolated", Reader(1))
    found = service.analyse("x.c3d", b"...", trace_points=50)
    assert [len(channel.contractions) for channel in found.analysed.channels] == [2, 2]
    assert {(window.channel, window.kind) for window in found.windows} == {
        ("CH1", "raw"),
        ("CH1", "envelope"),
        ("CH2", "raw"),
        ("CH2", "envelope"),
    }  # this file does not hold what the game saw


def test_a_file_that_kills_its_reader_twice_is_unreadable(
    service: PostedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posted, "read_recording_isolated", Reader(2))
    with pytest.raises(UnreadableRecordingError, match=r"brought its reader down twice: .* signal 11"):
        service.analyse("x.c3d", b"...")
