"""``python -m processing export``: files in a folder, an entry in the audit log each, plain words where it cannot."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from processing.cli.main import main
from processing.services import LOCAL_CLINICIAN, Services
from processing.settings import Settings
from processing.use_cases.read_models import AuditFilters
from tests.builders import make_c3d
from tests.integration.exported import read_back

CODE = "P014S001"


@pytest.fixture
def desk(
    services: Services, settings: Settings, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Services:
    """A clinic with one session, which the command finds by its environment."""
    theirs = services.for_viewer(LOCAL_CLINICIAN)
    outcome = theirs.save_upload("P014", "game.c3d", make_c3d(duration_s=12.0))
    assert outcome.session_id is not None
    services.analyse_session(outcome.session_id)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("DATA_DIR", str(settings.data_dir))
    return theirs


def test_tables_signals_and_the_original_are_written_and_kept_in_the_audit_log(
    desk: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert (
        main(["export", "--format", "xlsx", "--patient", "P014", "--pseudonymised", "--out", str(out)]) == 0
    )
    window = ["--signals", "--window", "1", "2"]
    assert main(["export", "--format", "parquet", "--sessions", CODE, *window, "--out", str(out)]) == 0
    assert main(["export", "--format", "c3d", "--all", "--out", str(out)]) == 0
    names = [Path(line).name for line in capsys.readouterr().out.splitlines()]
    assert names == [f"{CODE}_results.xlsx", f"{CODE}_signals_1.00-2.00s.parquet", f"{CODE}_game.c3d"]
    session = read_back((out / names[0]).read_bytes(), "xlsx", "sessions")[0]
    assert "recorded_at" not in session
    assert pq.read_table(out / names[1]).num_rows == 990
    assert hashlib.sha256((out / names[2]).read_bytes()).hexdigest() == session["file_sha256"]
    entries = desk.list_audit(AuditFilters(action="export"))
    assert [entry.subject for entry in entries] == [CODE] * 3
    assert {entry.actor for entry in entries} == {None}


def test_a_session_that_is_not_there_and_a_format_that_does_not_fit_are_said_plainly(
    desk: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "out")
    assert main(["export", "--format", "json", "--sessions", "P999S001", "--out", out]) == 1
    assert main(["export", "--format", "c3d", "--sessions", "P999S001", "--out", out]) == 1
    assert main(["export", "--format", "json", "--signals", "--all", "--out", out]) == 1
    assert main(["export", "--format", "csv", "--window", "1", "2", "--all", "--out", out]) == 1
    said = capsys.readouterr().err
    assert said.count("There is no session 'P999S001'.") == 2
    assert "Signals cannot be written as json; expected one of csv, mat, parquet, c3d." in said
    assert "--window is for signals" in said
    assert desk.list_audit(AuditFilters(action="export")) == []
