"""The way it was done before, rebuilt honestly: everything in the request, every sample in the database."""

from __future__ import annotations

import io
import json
import tempfile
from typing import Any

import ezc3d
import numpy as np
from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool

from processing.c3d import read_recording
from processing.database import Database
from processing.emg.parameters import AnalysisParameters
from processing.emg.traces import compute_traces
from processing.use_cases.analyse import analyse_bytes

TABLE = """
create table if not exists before_results (
    id bigint generated always as identity primary key, statistics jsonb, emg_signals jsonb)
"""


def make_before_app(database: Database, data: bytes) -> FastAPI:
    """Return a webhook that reads with ezc3d, analyses, stores all time series as JSON, and then answers."""
    with database.transaction() as connection:
        connection.execute(TABLE)
    app = FastAPI()

    @app.post("/")
    async def upload(request: Request) -> dict[str, Any]:
        await request.body()
        return await run_in_threadpool(store_everything, database, data)

    return app


def store_everything(database: Database, data: bytes) -> dict[str, Any]:
    """Read, analyse and store one recording with its signals; return the row's number."""
    with tempfile.NamedTemporaryFile(suffix=".c3d") as file:
        file.write(data)
        file.flush()
        ezc3d.c3d(file.name)
    analysed = analyse_bytes(data, file_name="before.c3d", reader=read_recording)
    row = database.fetch_one(
        "insert into before_results (statistics, emg_signals) values (%(s)s, %(e)s) returning id",
        {"s": json.dumps({"channels": len(analysed.channels)}), "e": signals_as_json(data)},
    )
    assert row is not None
    return {"id": row["id"]}


def signals_as_json(data: bytes) -> str:
    """Return raw signal, envelope and time axis of each channel as the JSON that used to be stored."""
    traces = compute_traces(read_recording(data), parameters=AnalysisParameters())
    out = io.StringIO()
    json.dump(
        {
            trace.name: {
                "time_axis": (np.arange(trace.raw_uv.size) / trace.sampling_rate_hz).tolist(),
                "data": trace.raw_uv.astype(float).tolist(),
                "rms_envelope": trace.rms_envelope_uv.astype(float).tolist(),
            }
            for trace in traces
        },
        out,
    )
    return out.getvalue()
