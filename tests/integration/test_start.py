"""``start`` says where to look once both addresses answer, and gives the demonstration to a home installation only."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg
import pytest

from processing.cli import start
from processing.cli.start import _announce, _check_ports, _give_demo_patients, _kept_database
from processing.errors import InvalidParameterError
from processing.settings import Settings
from processing.supervisor import Supervisor
from tests.integration.stack import SECRET


@dataclass
class Answering:
    """Listener and dashboard at one address; the first answers may be refusals, as those of a program that starts."""

    port: int
    refusals: int = 0
    posted: list[str] = field(default_factory=list)


@pytest.fixture
def answering() -> Iterator[Answering]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(503 if state.refusals > 0 else 200)
            state.refusals -= 1
            self.end_headers()

        def do_POST(self) -> None:
            state.posted.append(self.path)
            self.send_response(503)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing: what is printed is what the tests read."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state = Answering(server.server_port)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield state
        server.shutdown()
        thread.join()


def _settings(tmp_path: Path, answering: Answering, **changes: object) -> Settings:
    values = {"data_dir": tmp_path, "listener_port": answering.port, "dashboard_port": answering.port}
    return Settings(_env_file=None, **{**values, **changes})


def test_what_does_not_answer_in_time_is_named_and_announced_all_the_same_when_it_does(
    tmp_path: Path,
    answering: Answering,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(start, "_READY_S", 0.0)
    answering.refusals = 4  # both addresses, twice: the complaint is made once
    _announce(Supervisor([]), _settings(tmp_path, answering, demo=False), "", SECRET)
    url = f"http://127.0.0.1:{answering.port}"
    assert capsys.readouterr().out.splitlines() == [
        f"Not answering after 0 s: {url}/_stcore/health, {url}/health/live. Still trying.",
        f"Dashboard  {url}",
        f"Listener   {url}",
        f"REST API   {url}/api/v1/openapi.json",
        "Press Ctrl-C to stop.",
    ]


def test_no_address_is_announced_of_an_api_that_is_off(
    tmp_path: Path, answering: Answering, capsys: pytest.CaptureFixture[str]
) -> None:
    _announce(Supervisor([]), _settings(tmp_path, answering, demo=False, api_enabled=False), "", SECRET)
    said = capsys.readouterr().out
    assert "Listener" in said
    assert "REST API" not in said


def test_nothing_is_announced_when_somebody_stops_it_before_it_is_ready(
    tmp_path: Path, answering: Answering, capsys: pytest.CaptureFixture[str]
) -> None:
    supervisor = Supervisor([])
    supervisor.stop()
    _announce(supervisor, _settings(tmp_path, answering), "", SECRET)
    assert capsys.readouterr().out == ""


def test_the_demonstration_is_posted_at_a_first_start_and_never_again(
    tmp_path: Path, answering: Answering, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = _settings(tmp_path, answering, demo=True)
    _announce(Supervisor([]), settings, database_url, SECRET)
    first = capsys.readouterr().out
    assert "First start: posting six demonstration recordings" in first
    assert "could not be announced: The listener answered 503" in first
    assert "Press Ctrl-C to stop." in first
    n_posted = len(answering.posted)
    assert n_posted == 1
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "select app.ingest_storage_event('1', 'webhook', 'INSERT', 'b', 'P001/1.c3d', 'v1', 1000, 'c', '{}')"
        )

    _announce(Supervisor([]), settings, database_url, SECRET)

    assert "First start" not in capsys.readouterr().out
    assert len(answering.posted) == n_posted


@pytest.mark.parametrize(
    ("sign_in", "given"),
    [
        ({}, ["P001", "P002"]),
        ({"supabase_url": "https://x.supabase.co", "supabase_anon_key": "key"}, []),
    ],
    ids=["without sign-in", "with sign-in"],
)
def test_demonstration_patients_are_given_to_the_local_therapist_only_where_nobody_signs_in(
    tmp_path: Path, database_url: str, sign_in: dict[str, str], given: list[str]
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("insert into app.patients (code) values ('P001'), ('P002'), ('P003')")
    _give_demo_patients(Settings(_env_file=None, data_dir=tmp_path, **sign_in), database_url)
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "select code from app.patients where therapist is not null order by code"
        ).fetchall()
    assert [code for (code,) in rows] == given


def test_only_a_database_of_its_own_is_started_again_when_it_ends(tmp_path: Path) -> None:
    def keepers() -> list[str]:
        return [thread.name for thread in threading.enumerate() if thread.name == "database"]

    with _kept_database(
        Settings(_env_file=None, data_dir=tmp_path, database_url="postgresql://db.example/x")
    ):
        assert keepers() == []
    with _kept_database(Settings(_env_file=None, data_dir=tmp_path)):
        assert keepers() == ["database"]
    assert keepers() == []


def test_a_port_that_another_program_has_is_named_with_its_setting(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        settings = Settings(_env_file=None, data_dir=tmp_path, listener_port=taken)
        with pytest.raises(
            InvalidParameterError,
            match=rf"Port {taken} on 127\.0\.0\.1 is taken by another program; set LISTENER_PORT to a free one",
        ):
            _check_ports(settings)
