"""``migrate-older``: take over the older product's results, then drop the signals that it stored."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from processing.errors import NotFoundError, PermanentError

if TYPE_CHECKING:
    from processing.database.older_product import OlderProduct
    from processing.ports import ObjectStore


def add_parser(commands: Any) -> None:
    """Add the command to the parser."""
    older = commands.add_parser("migrate-older", help="take over the results of the older product")
    action = older.add_mutually_exclusive_group(required=True)
    action.add_argument("--dry-run", action="store_true", help="count, and change nothing")
    action.add_argument("--apply", action="store_true", help="copy what is missing, then verify every row")
    action.add_argument(
        "--drop-signals", action="store_true", help="drop emg_signals once every row is verified"
    )
    action.add_argument(
        "--restore-signals", action="store_true", help="fill emg_signals again from the C3D files"
    )
    older.add_argument("--batch", type=int, default=10, metavar="N", help="rows a transaction (default 10)")
    older.add_argument("--schema", default="public", help="of the table analysis_results (default public)")
    older.add_argument(
        "--unit",
        choices=("V", "mV", "uV"),
        default="V",
        help="of the older amplitudes (default V, as in the files)",
    )
    older.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from processing.database.older_product import OlderProduct
    from processing.services import open_services
    from processing.settings import Settings

    settings = Settings()
    with open_services(settings) as services:
        older = OlderProduct(
            services.database, bucket=settings.storage_bucket, schema=arguments.schema, unit=arguments.unit
        )
        if arguments.apply:
            return _apply(older, arguments.batch)
        if arguments.drop_signals:
            before, after = older.drop_signals(batch=arguments.batch)
            print(
                f"analysis_results: {_mb(before)} before, {_mb(after)} after, {1 - after / before:.1%} smaller"
            )
            return 0
        if arguments.restore_signals:
            n, lost = older.restore_signals(partial(regenerate_signals, services.store))
            print(f"{n} rows have their signals again")
            return _complain(lost, "have no file, or another one, in the bucket")
        return _survey(older)


def regenerate_signals(store: ObjectStore, object_name: str, sha256: str | None) -> Mapping[str, Any] | None:
    """Return the signals of a recording as the older product stored them, in volts; None without that very file."""
    from processing.c3d import read_recording
    from processing.emg.parameters import AnalysisParameters
    from processing.emg.traces import compute_traces

    try:
        data = store.read(object_name)
        if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
            return None
        recording = read_recording(data, file_name=object_name.rsplit("/", 1)[-1])
    except (NotFoundError, PermanentError):
        return None
    traces = compute_traces(recording, parameters=AnalysisParameters())
    return {
        trace.name: {
            "raw": raw.tolist(),
            "processed_rms": (1e-6 * trace.rms_envelope_uv.astype(float)).tolist(),
            "activated": None if found is None else found.tolist(),
            "sampling_rate": trace.sampling_rate_hz,
        }
        for trace, raw in zip(traces, recording.emg_v, strict=True)
        for found in [recording.activated_v.get(trace.name)]
    }


def _survey(older: OlderProduct) -> int:
    survey = older.survey()
    print(f"rows                 {survey.n_rows}")
    print(f"copied               {survey.n_copied}, of which {survey.n_shown} also as a result to show")
    print(f"verified             {survey.n_verified}")
    print(f"size with indexes    {_mb(survey.table_bytes)}")
    print(f"emg_signals          {'still there' if survey.has_signals else 'dropped'}")
    return _complain(survey.unplaced, "name no patient (P###/ before the file name) and are not copied")


def _apply(older: OlderProduct, batch: int) -> int:
    done, n_rows = 0, older.survey().n_rows
    for n in older.copy(batch=batch):
        done += n
        print(f"copied {done} of at most {n_rows} rows", flush=True)
    left = older.verify()
    print(f"verified {n_rows - len(left)} of {n_rows} rows")
    return _complain(left, "are not copied or differ from their copy")


def _complain(rows: tuple[str, ...] | list[str], what: str) -> int:
    if rows:
        print(f"{len(rows)} rows {what}: {', '.join(rows[:5])}{', ...' if len(rows) > 5 else ''}")
    return 1 if rows else 0


def _mb(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:.2f} MB"
