"""A database of the older product, with whole signals in its rows, becomes one of this product's."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Any

import psycopg
import pytest

from processing.cli.main import main
from processing.cli.older import regenerate_signals
from processing.database.older_product import OlderProduct
from processing.errors import InvalidParameterError, NotFoundError
from processing.services import Services
from processing.use_cases.read_models import SessionFilters
from tests.builders import make_c3d
from tests.integration.older_tables import N_ROWS, add_row, make_older


@pytest.fixture
def older(services: Services, database_url: str) -> OlderProduct:
    make_older(database_url, n_rows=6, n_samples=100)
    return OlderProduct(services.database, bucket="c3d-examples")


def _value(url: str, statement: str) -> Any:
    with psycopg.connect(url) as connection:
        row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return row[0]


def test_fifty_sessions_keep_every_statistic_and_lose_only_their_signals(
    services: Services, database_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_older(database_url)
    monkeypatch.setenv("DATABASE_URL", database_url)
    with psycopg.connect(database_url) as connection:
        before = connection.execute(
            "select r.id::text, to_jsonb(r) - '{emg_signals,cache_hits,last_accessed_at}'::text[], to_jsonb(m)"
            " from analysis_results r join c3d_metadata m on m.id = r.c3d_metadata_id"
        ).fetchall()
    assert main(["migrate-older", "--dry-run"]) == 0
    assert main(["migrate-older", "--apply", "--batch", "20"]) == 0
    assert main(["migrate-older", "--drop-signals"]) == 0
    out = capsys.readouterr().out
    assert "copied 40 of at most 50 rows" in out
    assert "verified 50 of 50 rows" in out
    smaller = float(out.rsplit(" after, ", 1)[1].split("%")[0])
    assert smaller >= 99.0
    with psycopg.connect(database_url) as connection:
        kept = dict(connection.execute("select older_id, statistics from app.older_results").fetchall())
    assert kept == {row_id: {"result": result, "metadata": metadata} for row_id, result, metadata in before}
    assert _value(database_url, "select count(*) from analysis_results") == N_ROWS
    assert len(services.list_sessions(SessionFilters())) == N_ROWS


@pytest.mark.parametrize("analytics", ["analytics_data", "analytics_summary"])
def test_both_older_shapes_become_results_that_can_be_shown(
    services: Services, database_url: str, analytics: str
) -> None:
    make_older(database_url, analytics=analytics, n_rows=1, n_samples=10)
    list(OlderProduct(services.database, bucket="c3d-examples").copy())
    review = services.load_review("P001S001")
    assert review.result is not None
    left, right = review.result.channels
    assert (left.side, left.quality.verdict) == ("left", "not_judged")
    assert left.amplitude.rms_uv == pytest.approx(45.2)
    assert (left.spectrum.mnf_hz, left.spectrum.mdf_hz) == (83.25, 71.5)
    assert [c.onset_s for c in left.contractions] == [1.0, 2.0, 3.0]
    assert (left.contractions[0].peak_uv, left.contractions[0].meets_intensity) == (pytest.approx(225), False)
    assert review.summary.sides[1].n_contractions == 7
    assert right.contractions == ()
    assert (review.result.score.total, review.result.pipeline_version) == (None, "older 1.0")


def test_an_interrupted_copy_goes_on_where_it_stopped(older: OlderProduct, database_url: str) -> None:
    batches = older.copy(batch=2)
    assert next(batches) == 2
    batches.close()
    assert (older.survey().n_rows, older.survey().n_copied) == (6, 2)
    assert sum(older.copy(batch=4)) == 4
    assert list(older.copy()) == []
    assert older.verify() == ()
    assert _value(database_url, "select count(distinct session_code) from app.therapy_sessions") == 6


def test_a_row_that_the_older_product_changes_later_is_copied_again(
    older: OlderProduct, services: Services, database_url: str
) -> None:
    list(older.copy())
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "update analysis_results set analytics_data = jsonb_set(analytics_data, '{CH1,rms}', '1e-4')"
            " where c3d_metadata_id = (select id from c3d_metadata where file_path like 'P001/%')"
        )
        connection.execute("update analysis_results set cache_hits = cache_hits + 1")
    assert len(older.verify()) == 1
    assert list(older.copy()) == [1]
    assert older.verify() == ()
    review = services.load_review("P001S001")
    assert review.result is not None
    assert (review.result.version, review.result.channels[0].amplitude.rms_uv) == (1, 100.0)


def test_nothing_is_dropped_before_everything_is_verified(older: OlderProduct, database_url: str) -> None:
    list(older.copy())
    with psycopg.connect(database_url) as connection:
        connection.execute("update app.emg_statistics set n_contractions = 99 where channel_name = 'CH2'")
    with pytest.raises(InvalidParameterError, match="6 rows are not copied and verified"):
        older.drop_signals()
    assert _value(database_url, "select count(emg_signals) from analysis_results") == 6


def test_a_row_that_names_no_patient_is_reported_and_stops_the_drop(
    older: OlderProduct, database_url: str
) -> None:
    with psycopg.connect(database_url) as connection:
        lost = add_row(connection, 99, path="somewhere/x.c3d")
    assert older.survey().unplaced == (lost,)
    assert sum(older.copy()) == 6
    with pytest.raises(InvalidParameterError, match=lost):
        older.drop_signals()


def test_what_was_dropped_is_regenerated_from_the_files(
    older: OlderProduct, services: Services, database_url: str
) -> None:
    data = make_c3d()
    services.store.write("P009/there.c3d", data)
    with psycopg.connect(database_url) as connection:
        there = add_row(connection, 9, path="P009/there.c3d", file_hash=hashlib.sha256(data).hexdigest())
    list(older.copy())
    older.drop_signals()
    n, lost = older.restore_signals(partial(regenerate_signals, services.store))
    assert (n, len(lost)) == (1, 6)
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "select emg_signals from analysis_results where id::text = %s", (there,)
        ).fetchone()
    assert row is not None
    assert set(row[0]) == {"CH1", "CH2"}
    assert len(row[0]["CH1"]["raw"]) == len(row[0]["CH1"]["processed_rms"]) == 19_800


def test_a_result_of_this_product_stays_the_newest(services: Services, database_url: str) -> None:
    name = "P001/Ghostly_Emg_20250310_11-50-00.c3d"
    services.store.write(name, make_c3d())
    services.reconcile()
    session_id = _value(database_url, "select id::text from app.therapy_sessions")
    assert services.analyse_session(session_id) == "completed"
    make_older(database_url, n_rows=1, n_samples=10)
    older = OlderProduct(services.database, bucket="c3d-examples")
    list(older.copy())
    assert older.verify() == ()
    review = services.load_review("P001S001")
    assert review.result is not None
    assert (review.result.version, review.result.pipeline_version.startswith("older")) == (1, False)


def test_a_taken_over_recording_that_is_in_the_bucket_is_analysed_anew(
    older: OlderProduct, services: Services, database_url: str
) -> None:
    list(older.copy())
    services.store.write("P001/Ghostly_Emg_20250310_11-50-00.c3d", make_c3d())
    assert services.reconcile() == 1
    session_id = _value(
        database_url, "select id::text from app.therapy_sessions where session_code = 'P001S001'"
    )
    assert services.analyse_session(session_id) == "completed"
    review = services.load_review("P001S001")
    assert review.result is not None
    assert (review.result.version, review.result.channels[0].quality.verdict != "not_judged") == (2, True)
    assert older.verify() == ()


def test_a_database_without_older_tables_is_said_so(services: Services) -> None:
    with pytest.raises(NotFoundError, match="has no table 'analysis_results'"):
        OlderProduct(services.database, bucket="c3d-examples")


def test_an_interrupted_drop_goes_on_where_it_stopped(
    older: OlderProduct, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(older.copy())
    execute, batches = OlderProduct._execute, iter(range(2))

    def interrupted(product: OlderProduct, *arguments: Any) -> int:
        if next(batches, None) is None:
            raise KeyboardInterrupt
        return execute(product, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(OlderProduct, "_execute", interrupted)
        with pytest.raises(KeyboardInterrupt, match=r"^$"):
            older.drop_signals(batch=2)
    assert _value(database_url, "select count(emg_signals) from analysis_results") == 2
    assert older.verify() == ()
    older.drop_signals(batch=2)
    assert older.survey().has_signals is False
    assert older.survey().n_rows == older.survey().n_verified == 6


def test_a_row_that_arrives_during_the_drop_keeps_its_signals_and_the_column(
    older: OlderProduct, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(older.copy())
    maintain = OlderProduct._maintain

    def arrives_first(product: OlderProduct, statement: Any) -> None:
        with psycopg.connect(database_url) as connection:
            add_row(connection, 9)
        maintain(product, statement)

    with monkeypatch.context() as patch:
        patch.setattr(OlderProduct, "_maintain", arrives_first)
        with pytest.raises(InvalidParameterError, match="A new row arrived meanwhile: copy again, then drop"):
            older.drop_signals()
    assert older.survey().has_signals
    assert _value(database_url, "select count(emg_signals) from analysis_results") == 1
    assert list(older.copy()) == [1]
    older.drop_signals()
    with pytest.raises(InvalidParameterError, match="there is no column 'emg_signals'"):
        older.drop_signals()
    assert older.survey().n_rows == older.survey().n_verified == 7


def test_a_batch_of_no_rows_is_refused(older: OlderProduct) -> None:
    with pytest.raises(InvalidParameterError, match="A batch of 0 rows; expected 1 or more"):
        next(older.copy(batch=0))
    assert older.survey().n_copied == 0
