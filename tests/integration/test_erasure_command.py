"""``erase-patient`` at a terminal: what it shows, when it stops, and what it says of an erasure that is not whole."""

from __future__ import annotations

import itertools
import os
import pty
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import SimpleNamespace

import psycopg
import pytest

from processing.cli.main import main
from processing.services import Services
from processing.services import erasure as erasure_module
from processing.services.erasure_list import read_erasures
from tests.builders import make_c3d

REASON = "Withdrew from the trial"
COMMAND = ["erase-patient", "P001", "--reason", REASON, "--by", "A. Janssens"]

_HELD_BY_A_WORKER = """
with w as (insert into procrastinate_workers default values returning id)
update procrastinate_jobs set status = 'doing', worker_id = (select id from w)
"""


@pytest.fixture(autouse=True)
def patient(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """P001 with one recording, in the installation that the command finds in its environment."""
    services.save_upload("P001", "a.c3d", make_c3d())
    monkeypatch.setenv("DATABASE_URL", services.database.url)
    monkeypatch.setenv("DATA_DIR", str(services.settings.data_dir))


@pytest.fixture(autouse=True)
def own_umask() -> Iterator[None]:
    """Give this process its umask back, which a command narrows for good."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def type_at_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Have somebody sit at a terminal and type a line."""
    with ExitStack() as stack:

        def type_line(text: str) -> None:
            keyboard, terminal = pty.openpty()
            stack.callback(os.close, keyboard)
            os.write(keyboard, f"{text}\n".encode())
            monkeypatch.setattr("sys.stdin", stack.enter_context(os.fdopen(terminal, "r")))

        yield type_line


def _patients(services: Services) -> list[str]:
    return [row["code"] for row in services.database.fetch_all("select code from app.patients")]


def _change_queue(services: Services, statement: str) -> None:
    with psycopg.connect(services.database.url, options="-c search_path=procrastinate") as connection:
        connection.execute(statement.encode())


def test_who_types_the_code_again_erases(
    services: Services, type_at_terminal: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    type_at_terminal("P001")
    assert main(COMMAND) == 0
    said = capsys.readouterr().out
    assert "Type P001 to go on" in said
    assert "Nothing names P001 any more" in said
    assert _patients(services) == []


def test_who_types_another_code_keeps_everything(
    services: Services, type_at_terminal: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    type_at_terminal("P010")
    assert main(COMMAND) == 1
    assert "Nothing was deleted: another code was typed." in capsys.readouterr().err
    assert _patients(services) == ["P001"]
    assert services.store.list_folder("P001") == ["P001/a.c3d"]
    assert read_erasures(services.settings.erasures_path) == []


@pytest.mark.parametrize(("reason", "n"), [("  x ", 1), ("x" * 501, 501)])
def test_a_reason_that_says_nothing_or_too_much_is_refused(
    services: Services, capsys: pytest.CaptureFixture[str], reason: str, n: int
) -> None:
    assert main(["erase-patient", "P001", "--reason", reason, "--yes"]) == 1
    assert f"The reason has {n} characters; expected 3 to 500." in capsys.readouterr().err
    assert _patients(services) == ["P001"]


def test_the_files_are_listed_and_their_names_do_nothing_to_the_terminal(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    (services.settings.bucket_dir / "P001" / "\x1b[2J é.c3d").write_bytes(b"x")
    assert main([*COMMAND, "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "Patient P001: 1 sessions, 2 files" in said
    assert "  file P001/a.c3d\n" in said
    assert r"  file P001/\x1b[2J \xe9.c3d" in said
    assert "\x1b" not in said


def test_an_analysis_under_way_leaves_the_erasure_open_until_the_command_is_run_again(
    services: Services, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _change_queue(services, _HELD_BY_A_WORKER)
    hasty = SimpleNamespace(monotonic=itertools.count(step=30).__next__, sleep=lambda _s: None)
    monkeypatch.setattr(erasure_module, "time", hasty)
    assert main([*COMMAND, "--yes"]) == 1
    said = capsys.readouterr().out
    assert "1 analyses are still under way: run the command again." in said
    assert "Nothing names P001" not in said

    _change_queue(services, "update procrastinate_jobs set status = 'succeeded', worker_id = null")
    assert main([*COMMAND[:-1], "B. Peeters", "--yes"]) == 0
    said = capsys.readouterr().out
    assert "for A. Janssens (not completed)" in said
    assert "Nothing names P001 any more" in said

    assert main([*COMMAND, "--dry-run"]) == 0
    assert "for A. Janssens (completed)" in capsys.readouterr().out
