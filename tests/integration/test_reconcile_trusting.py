"""The comparison looks only at what is unknown or changed since the last one, and misses nothing by that."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from processing.database import operations
from processing.errors import StorageUnavailableError
from processing.services import Services
from processing.storage import LocalObjectStore
from processing.use_cases import reconcile
from tests.builders import make_c3d


@pytest.fixture
def compared(services: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    """Services of which one file was compared after it changed; no margin, for a file's times cannot be set back."""
    monkeypatch.setattr(reconcile, "_MARGIN", timedelta(0))
    services.store.write("P001/known.c3d", make_c3d())
    assert services.reconcile() == 1
    return services


def versions_read(services: Services, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list that gets the name of each file that is read for its version from now on."""
    read: list[str] = []
    own = LocalObjectStore.stat

    def stat(store: LocalObjectStore, name: str) -> object:
        read.append(name)
        return own(store, name)

    monkeypatch.setattr(LocalObjectStore, "stat", stat)
    return read


def test_a_known_file_that_did_not_change_is_not_read_again(
    compared: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = versions_read(compared, monkeypatch)
    run = compared.operations.reconcile()
    assert (run.n_listed, run.n_queued, run.n_missing, read) == (1, 0, 0, [])


def test_a_file_that_nobody_knows_is_found_however_old_it_is(compared: Services) -> None:
    compared.store.write("P001/unknown.c3d", make_c3d(seed=2))
    now = datetime.now(UTC)
    (run,) = compared.operations.list_runs()
    operations.add_run(compared.database, replace(run, started_at=now, ended_at=now))
    assert compared.reconcile() == 1


@pytest.mark.parametrize("ahead", ["9 minutes", "2 hours"])
def test_a_clock_that_is_ahead_hides_nothing(services: Services, ahead: str) -> None:
    services.store.write("P001/a.c3d", make_c3d())
    services.reconcile()
    session = services.database.fetch_one("select id::text from app.therapy_sessions")
    assert session is not None
    services.analyse_session(session["id"])
    services.store.write("P001/a.c3d", make_c3d(seed=3))
    services.database.execute(
        "update app.reconciliation_runs set started_at = started_at + %(i)s::interval,"
        " ended_at = ended_at + %(i)s::interval",
        {"i": ahead},
    )
    assert services.reconcile() == 1


def test_a_run_dated_ahead_is_kept_as_of_when_it_was(compared: Services) -> None:
    """Otherwise, the clock put right and the worker away for longer than that, a change in between was missed."""
    (run,) = compared.operations.list_runs()
    ahead = datetime.now(UTC) + timedelta(hours=2)
    operations.add_run(
        compared.database, replace(run, started_at=ahead, ended_at=ahead + timedelta(seconds=1))
    )
    kept = compared.operations.list_runs()
    assert len(kept) == 2
    assert all(one.started_at < datetime.now(UTC) for one in kept)


def test_a_thorough_comparison_reads_every_file(compared: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    read = versions_read(compared, monkeypatch)
    compared.reconcile(thorough=True)
    assert read == ["P001/known.c3d"]


def test_a_file_that_left_is_noticed_without_reading_the_others(compared: Services) -> None:
    compared.store.write("P001/other.c3d", make_c3d(seed=2))
    compared.reconcile()
    Path(compared.settings.bucket_dir / "P001" / "known.c3d").unlink()
    assert compared.operations.reconcile().n_missing == 1


def test_what_was_taken_over_from_the_older_product_is_looked_at(compared: Services) -> None:
    compared.database.execute(
        "update app.therapy_sessions set announced_version = 'older:1', object_version = 'older:1',"
        " processing_status = 'failed', failure_kind = 'OlderResult', failure_message = 'x'"
    )
    assert compared.reconcile() == 1


def test_after_a_failed_comparison_the_one_before_counts(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.reconcile()
    good = operations.last_compared_at(services.database)

    def away(**_: object) -> None:
        raise StorageUnavailableError("away")

    monkeypatch.setattr(services.store, "list_objects", away)
    with pytest.raises(StorageUnavailableError):
        services.reconcile()
    assert good is not None
    assert operations.last_compared_at(services.database) == good
