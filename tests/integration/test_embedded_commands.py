"""Commands without a running stack: one sentence instead of a traceback, and nothing changed unasked."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from processing.cli.main import main
from processing.cli.start import webhook_secret
from processing.database.conninfo import check_conninfo
from processing.database.embedded import is_running
from processing.errors import InvalidParameterError
from processing.settings import Settings
from processing.webhooks import parse_secrets
from tests.running_stack import RunningStack

START = ("start",)


@pytest.fixture
def stack(tmp_path: Path) -> RunningStack:
    """A product that is not started."""
    return RunningStack(tmp_path / "data")


@pytest.mark.parametrize(
    ("arguments", "environment", "sentence"),
    [
        (START, {"WEBHOOK_SECRET": "whsec_c2VjcmV0"}, "WEBHOOK_SECRET, secret 1: holds 6 bytes"),
        (START, {"LISTENER_PORT": "abc"}, "LISTENER_PORT is 'abc': it should be a valid integer"),
        (START, {"LISTENER_PORT": "0"}, "LISTENER_PORT is 0; 'start' needs a fixed port"),
        (START, {"LISTENER_PORT": "18999", "DASHBOARD_PORT": "18999"}, "are both 18999; they must differ"),
        (
            START,
            {"LISTENER_HOST": "203.0.113.7", "WEBHOOK_SECRET": f"whsec_{'QUJD' * 8}"},
            "cannot be used (Cannot assign requested address); see LISTENER_PORT and LISTENER_HOST",
        ),
        (START, {"DATA_DIR": "/dev/null"}, "DATA_DIR is '/dev/null', which cannot be used as a folder"),
        (START, {"DATA_DIR": "/proc/self"}, "DATA_DIR '/proc/self' cannot be written"),
        (("migrate", "--status"), {"DATA_DIR": "/proc/self"}, "The data folder '/proc/"),
        (
            START,
            {"DATABASE_URL": "postgresql://u:hunter2@h:p/d"},
            "DATABASE_URL has a host, port or database",
        ),
        (("sessions",), {"DATABASE_URL": "hunter2"}, "DATABASE_URL is not a PostgreSQL connection string"),
        (("demo",), {}, "run 'python -m processing start' first"),
        (("sessions",), {}, "There is no database in DATA_DIR"),
    ],
)
def test_what_cannot_work_is_refused_in_one_sentence(
    stack: RunningStack,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    environment: dict[str, str],
    sentence: str,
) -> None:
    monkeypatch.chdir(stack.data_dir.parent)  # no .env of the developer's
    for name in os.environ.keys() - stack.environment.keys():
        monkeypatch.delenv(name)
    for name, value in {**stack.environment, **environment}.items():
        monkeypatch.setenv(name, value)
    with _own_umask():
        assert main(arguments) == 1
    _is_one_sentence(capsys.readouterr().err, sentence)


@contextmanager
def _own_umask() -> Iterator[None]:
    """Give this process its umask back, which a command narrows for good."""
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)


def _is_one_sentence(said: str, sentence: str) -> None:
    assert sentence in said
    assert "Traceback" not in said
    assert said.count("\n") == 1
    assert "hunter2" not in said
    assert "c2VjcmV0" not in said


def test_the_program_itself_refuses_in_one_sentence_too(stack: RunningStack) -> None:
    done = stack.run("start", WEBHOOK_SECRET="whsec_c2VjcmV0")
    assert done.returncode == 1
    _is_one_sentence(done.stderr, "WEBHOOK_SECRET, secret 1: holds 6 bytes")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:hun@ter2@h/d",
        "postgresql://u:hun/ter2@h/d",
        "nonsense ter2",
        "postgresql://u:%zz@h/ter2",
    ],
)
def test_a_connection_string_that_hides_its_password_badly_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(InvalidParameterError, match="DATABASE_URL") as error:
        check_conninfo(url)
    assert "ter2" not in str(error.value)
    check_conninfo("postgresql://u:hun%40ter2@h:5432,h2:5433/d")


def test_only_migrate_applies_what_was_rolled_back(stack: RunningStack) -> None:
    assert stack.run("migrate", "--upgrade").returncode == 0
    assert stack.run("migrate", "--rollback", "1").returncode == 0

    refused = stack.run("reconcile")

    assert refused.returncode == 1
    assert "The database lacks 1 of" in refused.stderr
    assert "run 'python -m processing migrate --upgrade' first" in refused.stderr
    assert stack.run("migrate", "--status").stdout.count("pending") == 1
    assert stack.run("migrate", "--upgrade").returncode == 0
    assert stack.run("reconcile").returncode == 0
    assert stat.S_IMODE((stack.data_dir / "buckets").stat().st_mode) == 0o700
    assert not is_running(stack.data_dir / "postgres")


def test_a_command_that_reads_makes_no_database(stack: RunningStack) -> None:
    assert stack.run("sessions", "--json").returncode == 1
    assert not stack.data_dir.exists()


def test_an_empty_secret_file_is_replaced_by_a_private_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WEBHOOK_SECRET", raising=False)
    path = tmp_path / "webhook-secret"
    path.write_text("\n")
    settings = Settings(_env_file=None, data_dir=tmp_path)
    made = webhook_secret(settings)
    assert len(parse_secrets(made)) == 1
    assert webhook_secret(settings) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["webhook-secret"]
    path.write_text("whsec_abc\n")
    with pytest.raises(InvalidParameterError, match="without that file a new one is made"):
        webhook_secret(settings)
