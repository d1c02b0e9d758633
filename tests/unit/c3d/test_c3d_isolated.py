"""The isolated reader gives the same recording, and survives whatever its child does."""

from __future__ import annotations

import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from processing.c3d import child_process, read_recording, read_recording_isolated
from processing.c3d.child_process import TEMPLATE_COMMAND, Reader, ReaderTemplate
from processing.c3d.isolated import MAX_RECORDING_BYTES, IsolatedReader
from processing.c3d.wire import decode, encode_error, encode_recording
from processing.errors import (
    InvalidParameterError,
    MissingChannelError,
    ReaderCrashedError,
    TruncatedRecordingError,
    UnreadableRecordingError,
)
from processing.recording import Recording
from tests.builders import make_c3d

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def data() -> bytes:
    return make_c3d(duration_s=10.0)


@pytest.fixture
def reader() -> Iterator[IsolatedReader]:
    reader = IsolatedReader()
    yield reader
    reader.close()


def misbehaving(script: str) -> IsolatedReader:
    """Return a reader whose forks take their request, and then do something else."""
    program = (
        "import os, sys, time; sys.path.insert(0, sys.argv[1]); from processing.c3d.child import main\n"
        f"def serve(request_fd):\n    {script}\n"
        "main(int(sys.argv[2]), serve)"
    )
    return IsolatedReader([sys.executable, "-I", "-c", program, str(ROOT)])


def same(one: Recording, other: Recording) -> bool:
    return (
        one.metadata == other.metadata
        and one.emg_v.tobytes() == other.emg_v.tobytes()
        and {name: row.tobytes() for name, row in one.activated_v.items()}
        == {name: row.tobytes() for name, row in other.activated_v.items()}
    )


def test_the_child_reads_what_this_process_reads(data: bytes) -> None:
    name = "Ghostly_Emg_20230321_17-23-09-0409.c3d"
    isolated = read_recording_isolated(data, file_name=name, channel_map={"CH1": "right", "CH2": "left"})
    assert same(isolated, read_recording(data, file_name=name, channel_map={"CH1": "right", "CH2": "left"}))
    assert isolated.emg_v.flags.writeable


def test_errors_about_the_file_travel_as_themselves(data: bytes, reader: IsolatedReader) -> None:
    with pytest.raises(TruncatedRecordingError, match="cut short: the header promises 330 frames"):
        reader.read(data[: len(data) // 2])
    with pytest.raises(MissingChannelError, match="'CH7' is not in the recording"):
        reader.read(data, channel_map={"CH7": "left"})
    with pytest.raises(InvalidParameterError, match="sides are 'left' and 'right'"):
        reader.read(data, channel_map={"CH1": "up"})  # type: ignore[dict-item]
    with pytest.raises(UnreadableRecordingError, match="not a C3D recording"):
        reader.read(b"PK" + data)


# Only what never ends is waited for in vain; on a busy machine, what ends may take its time.
_MISBEHAVES_WITHIN_S = {r"did not finish within 0\.5 s": 0.5, "answered but did not end": 2}


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("os.kill(os.getpid(), 11)", r"died \(signal 11\)"),
        ("os._exit(3)", r"died \(exit status 3\)"),
        ("time.sleep(60)", r"did not finish within 0\.5 s"),
        ("os.close(1); time.sleep(60)", "answered but did not end"),
        ("exec('while True: os.write(1, bytes(1 << 16))')", "answered more than"),
        ("os.write(1, b'nonsense' * 9)", "answer of 72 bytes that cannot be understood"),
        ("pass", "answer of 0 bytes that cannot be understood"),
    ],
)
def test_a_child_that_misbehaves_is_one_error_and_leaves_nothing(script: str, words: str) -> None:
    reader = misbehaving(script)
    try:
        for _ in range(2):
            with pytest.raises(ReaderCrashedError, match=words):
                reader.read(b"any", timeout_s=_MISBEHAVES_WITHIN_S.get(words, 20))
    finally:
        reader.close()


def test_a_template_that_died_is_replaced(data: bytes, reader: IsolatedReader) -> None:
    reader.read(data)
    template = reader._template
    assert template is not None
    os.kill(template.pid, signal.SIGKILL)
    template._process.wait()
    assert reader.read(data).metadata.n_samples == 9900


def test_a_template_that_was_stopped_fails_one_reading_and_is_replaced(
    data: bytes, reader: IsolatedReader
) -> None:
    reader.read(data)
    template = reader._template
    assert template is not None
    os.kill(template.pid, signal.SIGSTOP)
    with pytest.raises(ReaderCrashedError, match="did not finish within 0\\.5 s"):
        reader.read(data, timeout_s=0.5)
    assert not psutil.pid_exists(template.pid)
    assert reader.read(data).metadata.n_samples == 9900


def test_what_was_forked_and_stopped_is_killed(tmp_path: Path) -> None:
    # The first one only shows that the template has started, which takes a busy machine a while.
    second = f"os.path.exists({str(tmp_path / 'first')!r}) or sys.exit(open({str(tmp_path / 'first')!r}, 'x') and 7)"
    reader = misbehaving(f"{second}; os.kill(os.getppid(), 19); os.kill(os.getpid(), 19)")
    try:
        with pytest.raises(ReaderCrashedError, match="exit status 7"):
            reader.read(b"any")
        with pytest.raises(ReaderCrashedError, match="did not finish within 1 s"):
            reader.read(b"any", timeout_s=1.0)
        template = reader._template
        assert template is not None
        _, alive = psutil.wait_procs(psutil.Process(template.pid).children(recursive=True), timeout=5)
        assert alive == []
    finally:
        reader.close()


def test_one_recording_leaves_nothing_behind_for_the_next() -> None:
    reader = misbehaving("os.environ['MARK'] = os.environ.get('MARK', '') + 'x'; "
                         "sys.exit(9 if 'xx' in os.environ['MARK'] else 7)")  # fmt: skip
    try:
        for _ in range(2):
            with pytest.raises(ReaderCrashedError, match="exit status 7"):
                reader.read(b"any")
    finally:
        reader.close()


def test_too_little_memory_is_an_error_of_the_reader(data: bytes, reader: IsolatedReader) -> None:
    with pytest.raises(ReaderCrashedError, match="MemoryError"):
        reader.read(data, memory_bytes=1 << 20)
    assert reader.read(data).metadata.n_samples == 9900


def test_a_file_beyond_the_limit_is_not_even_sent() -> None:
    with pytest.raises(
        UnreadableRecordingError,
        match="67\u202f108\u202f865 bytes; a recording may have 67\u202f108\u202f864",
    ):
        read_recording_isolated(bytes(MAX_RECORDING_BYTES + 1))


def test_threads_share_one_reader(data: bytes, reader: IsolatedReader) -> None:
    expected = read_recording(data)
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(lambda _: same(reader.read(data), expected), range(8)))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux's /proc to count descriptors")
def test_no_child_and_no_descriptor_stays_behind(data: bytes) -> None:
    before = set(os.listdir("/proc/self/fd"))
    reader = IsolatedReader()
    reader.read(data)
    with pytest.raises(TruncatedRecordingError, match="cut short"):
        reader.read(data[:-600])
    template = reader._template
    assert template is not None
    reader.close()
    assert not psutil.pid_exists(template.pid)
    assert len(os.listdir("/proc/self/fd")) <= len(before)
    reader.close()


def test_the_child_inherits_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPABASE_SERVICE_ROLE_KEY", "secret")
    reader = misbehaving(
        "sys.exit(9 if 'SUPABASE_SERVICE_ROLE_KEY' in os.environ or len(os.environ) > 6 else 7)"
    )
    with pytest.raises(ReaderCrashedError, match="exit status 7"):
        reader.read(b"any")
    reader.close()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux's /proc to look for processes")
def test_a_program_that_reads_and_ends_leaves_no_child(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.c3d"
    path.write_bytes(data)
    script = (
        "import sys; from processing.c3d import isolated; from pathlib import Path\n"
        "print(isolated.read_recording_isolated(Path(sys.argv[1]).read_bytes()).metadata.n_samples)\n"
        "print(isolated._reader._template.pid); print('ezc3d' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    n_samples, pid, has_ezc3d = done.stdout.split()
    assert (n_samples, has_ezc3d, done.stderr) == ("9900", "False", "")
    deadline = time.monotonic() + 2.0
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{pid}").exists()


def test_a_template_that_cannot_be_started_is_one_error(tmp_path: Path) -> None:
    reader = IsolatedReader([str(tmp_path / "nothing")])
    with pytest.raises(ReaderCrashedError, match=r"could not be started: .*No such file"):
        reader.read(b"any")


def test_a_template_that_ends_before_it_is_asked_is_one_error() -> None:
    template = ReaderTemplate(["true"])
    template._process.wait()
    with pytest.raises(ReaderCrashedError, match="could not be handed to the isolated reader"):
        template.fork([b"any"])
    template.close()


@pytest.fixture
def slow_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let 0.6 s pass with every look at the clock."""
    times = itertools.count(step=0.6)
    monkeypatch.setattr(child_process, "time", SimpleNamespace(monotonic=lambda: next(times)))


@pytest.mark.usefixtures("slow_clock")
def test_a_reader_that_is_still_answering_when_its_time_is_up_is_too_slow() -> None:
    ours, control = socket.socketpair()
    reading, writing = os.pipe()
    os.write(writing, b"more than nothing")
    os.close(writing)  # there is always something to read, if only the end
    control.close()
    reader = Reader(ours, reading)
    with pytest.raises(ReaderCrashedError, match="did not finish within 1 s"):
        reader.answer(timeout_s=1.0, max_bytes=100)
    assert reader.close()


@pytest.mark.usefixtures("slow_clock")
def test_a_keeper_that_talks_on_is_not_listened_to_for_longer_than_a_reading_may_take() -> None:
    ours, control = socket.socketpair()
    reading, writing = os.pipe()
    os.close(writing)
    control.sendall(b"x" * 10_000)
    control.close()  # whoever listens to the end would say that the reader was killed
    with ours, pytest.raises(ReaderCrashedError, match="answered but did not end"):
        Reader(ours, reading).answer(timeout_s=5.0, max_bytes=100)
    os.close(reading)


def test_a_recording_goes_through_a_temporary_file_where_the_system_has_none_in_memory(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_process, "sys", SimpleNamespace(platform="another"))
    monkeypatch.delattr(os, "memfd_create", raising=False)
    assert same(read_recording_isolated(data), read_recording(data))


def test_the_default_template_runs_this_products_code() -> None:
    assert str(ROOT) in TEMPLATE_COMMAND


@pytest.mark.parametrize("name", ["Ghostly_Emg_20230321_17-23-09-0409.c3d", None])
def test_a_recording_is_the_same_behind_the_wire_with_and_without_a_date(
    data: bytes, name: str | None
) -> None:
    recording = read_recording(data, file_name=name)
    assert (recording.metadata.recorded_at is None) == (name is None)
    assert recording.activated_v
    assert same(decode(encode_recording(recording)), recording)


@pytest.mark.parametrize(
    "error", [TruncatedRecordingError("too short"), MissingChannelError("none"), ReaderCrashedError("gone")]
)
def test_an_error_keeps_its_class_and_words_on_the_wire(error: Exception) -> None:
    with pytest.raises(type(error), match=str(error)):
        decode(encode_error(error))


def test_a_foreign_error_tells_only_its_type() -> None:
    with pytest.raises(ReaderCrashedError, match=r"failed with ZeroDivisionError\.$"):
        decode(encode_error(ZeroDivisionError("secret")))
