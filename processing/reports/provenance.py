"""What every page repeats, so that a sheet that got loose still says what it is of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from processing.language import gettext as _
from processing.language.dates_numbers import with_decimal_sign
from processing.reports.model import ReportSource
from processing.reports.wording import moment
from processing.use_cases.parameter_sets import parameter_set_id
from processing.use_cases.read_models import SessionResult
from processing.version import PIPELINE_VERSION, SOFTWARE_VERSION

SHORT_HASH = 16


def footer(source: ReportSource) -> dict[str, str]:
    """Return the lines at the foot of each page: file, versions, parameters, and when the sheet was made."""
    review, result = source.review, source.review.result
    if result is None:
        origin = _("No result · software {software} · pipeline {pipeline}").format(
            software=SOFTWARE_VERSION, pipeline=PIPELINE_VERSION
        )
    else:
        said = _(
            "File SHA-256 {hash}… · software {software} · pipeline {pipeline} · parameters {parameters} · result"
            " version {version}"
        )
        origin = said.format(
            hash=result.file_sha256[:SHORT_HASH],
            software=SOFTWARE_VERSION,
            pipeline=result.pipeline_version,
            parameters=parameter_set_id(result.parameters),
            version=result.version,
        )
    made = _("{session} · made {when}").format(
        session=review.summary.session_code, when=moment(source, source.made_at)
    )
    return {"origin": origin, "made": made}


def parameter_lines(result: SessionResult) -> dict[str, str]:
    """Return the name of the parameter set and every parameter with its value, in one running text."""
    flat = "; ".join(f"{name} {_value(value)}" for name, value in sorted(_flat(result.parameters).items()))
    return {"id": parameter_set_id(result.parameters), "text": flat}


def _flat(parameters: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for name, value in parameters.items():
        rows |= _flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return rows


def _value(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value).lower() if isinstance(value, bool) else str(value)
    return with_decimal_sign(f"{value:g}".replace("-", "−"))
