"""The older product's tables as its deployments have them, with signals of any size in their rows."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import psycopg

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


def make_older(
    url: str, *, analytics: str = "analytics_data", n_rows: int = N_ROWS, n_samples: int = 20_000
) -> None:
    """Make both tables; ``n_samples`` numbers in each of two channels' arrays."""
    with psycopg.connect(url) as connection:
        connection.execute(_METADATA)
        connection.execute(_RESULTS.format(analytics=analytics).encode())
        for number in range(n_rows):
            add_row(connection, number, analytics, n_samples)


def add_row(
    connection: psycopg.Connection[Any],
    number: int,
    analytics: str = "analytics_data",
    n_samples: int = 100,
    *,
    path: str | None = None,
    file_hash: str | None = None,
) -> str:
    """Add a recording's row and return its id."""
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
