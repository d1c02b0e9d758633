"""A session on paper: the clinical sheet for the record and the patient's sheet, in three languages."""

from processing.reports.build import typeset_report
from processing.reports.model import SHEETS, ReportOptions, ReportSource, Sheet
from processing.reports.typeset import Typeset, TypesettingError

__all__ = [
    "SHEETS",
    "ReportOptions",
    "ReportSource",
    "Sheet",
    "Typeset",
    "TypesettingError",
    "typeset_report",
]
