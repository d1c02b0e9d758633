"""A database of the older product, with whole signals in its rows, becomes one of this product's."""

from __future__ import annotations

import hashlib
import json
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

N_ROWS = 50
_METADATA = """
create table c3d_metadata (
    id uuid primary key default gen_random_uuid(), file_path text not null unique, file_hash text not null,
    patient_id text, session_date timestamp, session_notes text, channel_names jsonb, sampling_rate float,
    duration_seconds float, created_at timestamptz default now())
"""
_RESULTS = """
create table analysis_results (
    id uuid primary key default gen_random_uuid(),
    c3d_metadata_id uuid not null references c3d_metadata (id) on delete cascade,
    file_hash text not null, processing_version text not null, processing_params jsonb,
    {analytics} jsonb not null, emg_signals jsonb, compliance_scores jsonb, temporal_stats jsonb,
    good_contractions_count integer, processing_time_ms integer, cache_hits integer default 0,
    last_accessed_at timestamptz default now(), created_at timestamptz default now())
"""
_SIGNALS = """
select jsonb_object_agg(channel, jsonb_build_object('raw', raw, 'processed_rms', raw, 'sampling_rate', 990))
from (values ('CH1'), ('CH2')) c (channel), lateral
     (select jsonb_agg(round((random() * 1e-3)::numeric, 9)) as raw from generate_series(1, %(n)s + length(channel))) s
"""


def _analytics(number: int) -> dict[str, Any]:
    contractions = [
        {
            "start_time_ms": 1000.0 * k,
            "end_time_ms": 1000.0 * k + 800.5,
            "duration_ms": 800.5,
            "mean_amplitude": 1.5e-4,
            "max_amplitude": 2.25e-4,
            "meets_mvc": k % 2 == 0,
            "meets_duration": False,
            "is_good": False,
        }
        for k in range(1, 4 + number % 5)
    ]
    figures = {
        "rms": 4.52e-5 + number * 1e-9,
        "mav": 3.87e-5,
        "mpf": 83.25,
        "mdf": 71.5,
        "contraction_count": len(contractions),
        "good_contraction_count": 0,
        "contractions": contractions,
        "rms_temporal_stats": {"mean_value": 4.52e-5, "std_value": 8.1e-6},
    }
    return {"CH1": figures, "CH2": {**figures, "contraction_count": 7, "contractions": None}}


def _make_older(
    url: str, *, analytics: str = "analytics_data", n_rows: int = N_ROWS, n_samples: int = 20_000
) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(_METADATA)
        connection.execute(_RESULTS.format(analytics=analytics).encode())
        for number in range(n_rows):
            _add_row(connection, number, analytics, n_samples)


def _add_row(
    connection: psycopg.Connection[Any],
    number: int,
    analytics: str = "analytics_data",
    n_samples: int = 100,
    *,
    path: str | None = None,
    file_hash: str | None = None,
) -> str:
    path = path or f"P{number % 7 + 1:03}/Ghostly_Emg_20250310_11-50-{number:02}.c3d"
    file_hash = file_hash or hashlib.sha256(path.encode()).hexdigest()
    metadata = connection.execute(
        "insert into c3d_metadata (file_path, file_hash, patient_id, session_date, session_notes, sampling_rate,"
        " duration_seconds) values (%s, %s, 'P001', '2025-03-10T11:50:00', 'RPE 6', 990, 60.5) returning id",
        (path, file_hash),
    ).fetchone()
    assert metadata is not None
    row = connection.execute(
        "insert into analysis_results (c3d_metadata_id, file_hash, processing_version, processing_params, "
        f"{analytics}, emg_signals, compliance_scores, processing_time_ms) values (%(m)s, %(h)s, '1.0', '{{}}', %(a)s,"
        f' ({_SIGNALS}), \'{{"left": 85.4, "right": 92.1}}\', 9000) returning id::text',
        {"m": metadata[0], "h": file_hash, "a": json.dumps(_analytics(number)), "n": n_samples},
    ).fetchone()
    assert row is not None
    return str(row[0])


@pytest.fixture
def older(services: Services, database_url: str) -> OlderProduct:
    _make_older(database_url, n_rows=6, n_samples=100)
    return OlderProduct(services.database, bucket="c3d-examples")


def _value(url: str, statement: str) -> Any:
    with psycopg.connect(url) as connection:
        row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return row[0]


def test_fifty_sessions_keep_every_statistic_and_lose_only_their_signals(
    services: Services, database_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _make_older(database_url)
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
    _make_older(database_url, analytics=analytics, n_rows=1, n_samples=10)
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
        lost = _add_row(connection, 99, path="somewhere/x.c3d")
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
        there = _add_row(connection, 9, path="P009/there.c3d", file_hash=hashlib.sha256(data).hexdigest())
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
    _make_older(database_url, n_rows=1, n_samples=10)
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
