"""Sessions as files: tables, signals, recordings and reports. Each is kept in the audit log before it leaves."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import Query, Response

from processing.errors import AccessDeniedError, InvalidParameterError
from processing.exports.formats import MEDIA_TYPES, SIGNAL_MEDIA_TYPES, ExportFile
from processing.exports.model import Scope
from processing.reports import ReportOptions
from processing.services.exports import ExportService
from rest_api.dependencies import Caller, require
from rest_api.models.exports import ExportOrder, SignalFormat, TableFormat
from rest_api.problems import described
from rest_api.routes.days import check_days
from rest_api.routing import make_router
from rest_api.values import SessionCode

router = make_router("exports")

Exporter = Annotated[Caller, require("export", heavy=True)]
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file; `Content-Disposition` names it.",
        "content": {
            media_type: {
                "schema": {} if media_type.endswith("json") else {"type": "string", "format": "binary"}
            }
            for media_type in sorted({*MEDIA_TYPES.values(), *SIGNAL_MEDIA_TYPES.values(), "application/pdf"})
        },
    },
    **described(404, 409),
}
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._() +@-]")


class _File(Response):
    """A file; its media type is known once it is made."""

    media_type = "application/octet-stream"


@router.get("/sessions/{code}/export", summary="A session as tables", responses=_FILE, response_class=_File)
async def export_session(
    caller: Exporter,
    code: SessionCode,
    format: Annotated[TableFormat, Query(description="CSV and Parquet come as one zip archive.")],
    pseudonymised: Annotated[
        bool, Query(description="Without dates, names and free text; always so for researchers.")
    ] = False,
    notes: Annotated[bool, Query(description="With the notes, for those who may read them.")] = False,
) -> Response:
    """Return everything that is known about a session, as the dashboard exports it."""
    scope = Scope(pseudonymised=pseudonymised, notes=notes)
    return _file(await caller.run_heavy(_exports(caller).tables, [code], format, scope))


@router.post("/exports", summary="Many sessions as tables", responses=_FILE, response_class=_File)
async def export_sessions(caller: Exporter, order: ExportOrder) -> Response:
    """Return the tables of up to 1000 sessions. All of them must be visible to the caller, or nothing is exported."""
    if (order.session_codes is None) == (order.filters is None):
        raise InvalidParameterError(
            "Both or neither of session_codes and filters are given; expected one of them."
        )
    exports, scope = _exports(caller), order.scope
    if order.filters is None:
        return _file(await caller.run_heavy(exports.tables, order.session_codes or [], order.format, scope))
    check_days(caller, order.filters.recorded_from, order.filters.recorded_until)
    return _file(await caller.run_heavy(exports.selection, order.filters.filters(), order.format, scope))


@router.get(
    "/sessions/{code}/signals/export",
    summary="A session's signals at the full rate",
    responses=_FILE,
    response_class=_File,
)
async def export_signals(
    caller: Exporter,
    code: SessionCode,
    format: Annotated[SignalFormat, Query(description="CSV comes as a zip archive.")],
    start: Annotated[float | None, Query(allow_inf_nan=False, description="Seconds; with `end`.")] = None,
    end: Annotated[
        float | None, Query(allow_inf_nan=False, description="Seconds, excluded; with `start`.")
    ] = None,
) -> Response:
    """Return every sample of every signal, of the whole session or between two moments."""
    if (start is None) != (end is None):
        raise InvalidParameterError("Only one of start and end is given; expected both or neither.")
    window = None if start is None or end is None else (start, end)
    return _file(await caller.run_heavy(_exports(caller).signals, code, format, window_s=window))


@router.get("/sessions/{code}/recording", summary="The original file", responses=_FILE, response_class=_File)
async def get_recording(caller: Exporter, code: SessionCode) -> Response:
    """Return the C3D file byte for byte as it was analysed. Not for researchers: it may hold a name and a date."""
    return _file(await caller.run_heavy(_exports(caller).recording, code))


@router.get("/sessions/{code}/report", summary="A report as PDF", responses=_FILE, response_class=_File)
async def get_report(
    caller: Exporter,
    code: SessionCode,
    kind: Annotated[
        Literal["clinical", "patient"], Query(description="For colleagues, or for the patient.")
    ] = "clinical",
    language: Annotated[Literal["en", "fr", "nl"], Query(description="Of the sheet.")] = "en",
    raw: Annotated[bool, Query(description="With the raw signal behind the envelope.")] = False,
) -> Response:
    """Return the sheet that the dashboard prints, under the patient's code; moments are in UTC.

    Not for researchers: it prints when the session was.
    """
    if caller.is_researcher:
        raise AccessDeniedError("A report prints the day of the session, so none is given for research.")
    options = ReportOptions(kind, language, include_raw=raw)

    def make() -> ExportFile:
        services = caller.services
        review = services.load_review(code)
        made = services.reports.make(review, options)
        services.reports.record_export(review, options, via=caller.label)
        return ExportFile(f"{code}_{kind}_{language}.pdf", "application/pdf", made.pdf())

    return _file(await caller.run_heavy(make))


def _exports(caller: Caller) -> ExportService:
    """Return the exports, whose trace in the audit log says that they were asked for here."""
    return replace(caller.services.exports, via=caller.label)


def _file(file: ExportFile) -> Response:
    return Response(
        file.data, media_type=file.media_type, headers={"Content-Disposition": disposition(file.name)}
    )


def disposition(name: str) -> str:
    """Return the header that names a saved file: plain letters for every client, and all of them as RFC 6266 has it."""
    return f"attachment; filename=\"{_NOT_PLAIN.sub('_', name)}\"; filename*=UTF-8''{quote(name, safe='')}"
