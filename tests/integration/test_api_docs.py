"""Every example of the API's documentation is run, in the order of the page, against the demonstration recordings."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from processing.demo.generator import generate_demo_recordings
from processing.services import build_services, closing_services
from processing.settings import Settings
from processing.use_cases.read_models import SessionFilters
from tests.integration.api import asking, make_api
from tests.integration.conftest import fresh_database

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = re.findall(
    r"^```(\w+)\n(.*?)^```$", (ROOT / "docs" / "api.md").read_text(), re.MULTILINE | re.DOTALL
)
SHELL = "\n".join(code for language, code in EXAMPLES if language == "sh")
PYTHON = [code for language, code in EXAMPLES if language == "python"]


@pytest.fixture(scope="module")
def environment(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Where the examples are run: the address, the database, and the programs that a shell finds."""
    folder = tmp_path_factory.mktemp("examples")
    with ExitStack() as stack:
        url = stack.enter_context(contextmanager(fresh_database)(server_url))
        settings = Settings(data_dir=folder, database_url=url, _env_file=None)
        services = stack.enter_context(closing_services(build_services(settings, url)))
        for name, data in generate_demo_recordings():
            if name.startswith("P001/"):  # the patient of the examples
                services.store.write(name, data)
        services.reconcile()
        for session in services.list_sessions(SessionFilters()):
            assert services.analyse_session(session.session_id) == "completed"
        client = stack.enter_context(asking(make_api(services)))
        yield {
            "API": str(client.base_url).rstrip("/") + "/api/v1",
            "DATA_DIR": str(folder),
            "DATABASE_URL": url,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "HOME": str(folder),
            "NO_PROXY": "127.0.0.1",
        }


@pytest.fixture(scope="module")
def shell(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder after all examples for the shell were run in it."""
    folder = tmp_path_factory.mktemp("shell")
    # As a reader types them: one shell, and the first command that fails ends it.
    script = f"set -euo pipefail\n{SHELL}"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout[-500:]
    return folder


def test_there_are_examples() -> None:
    assert SHELL.count("curl -f") == SHELL.count("curl ") > 10  # without -f a refusal would pass unseen
    assert len(PYTHON) == 3


def test_the_shell_s_examples_run_and_leave_what_they_promise(shell: Path) -> None:
    files = {path.name: path.stat().st_size for path in shell.iterdir()}
    assert {name for name, size in files.items() if size} == {
        "recording.c3d",
        "analysis.json",
        "with_traces.json",
        "P001S001_results.xlsx",
        "P001S001_signals_10.00-20.00s.parquet",
        "P001S001_patient_nl.pdf",
        "2_sessions_results_csv.zip",
    }


@pytest.mark.parametrize("number", range(len(PYTHON)))
def test_the_examples_in_python_run(environment: dict[str, str], shell: Path, number: int) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PYTHON[number]], cwd=shell, env=environment, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout
