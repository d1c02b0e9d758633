"""A report from its parts: the words in the chosen language, the most room that fits, ready for the printer."""

from __future__ import annotations

from typing import Any

from processing.language import speaking
from processing.reports.clinical import FIRST_ROOMS, SECOND_ROOMS, clinical_content
from processing.reports.model import ReportOptions, ReportSource
from processing.reports.patient import ROOMS, patient_content
from processing.reports.typeset import Typeset


def typeset_report(source: ReportSource, options: ReportOptions) -> Typeset:
    """Return a report ready to be made into a PDF or pictures of its pages.

    Parts of unbounded length, such as notes, get less room where a page would overflow; what is left out is then said
    on it, never cut silently. The clinical sheet takes at most two pages, the patient's one.
    """
    made = _clinical(source, options) if options.sheet == "clinical" else _patient(source, options)
    return made.printable()


def _clinical(source: ReportSource, options: ReportOptions) -> Typeset:
    first, second = 0, 0
    while True:
        with speaking(options.language):
            values = clinical_content(source, options, FIRST_ROOMS[first], SECOND_ROOMS[second])
        made = _typeset(values, source, options)
        ends = made.part_ends()
        if ends[0] > 1 and first + 1 < len(FIRST_ROOMS):
            first += 1
        elif ends[-1] > ends[0] + 1 and second + 1 < len(SECOND_ROOMS):
            second += 1
        else:
            return made


def _patient(source: ReportSource, options: ReportOptions) -> Typeset:
    for room in ROOMS:
        with speaking(options.language):
            values = patient_content(source, options, room)
        made = _typeset(values, source, options)
        if made.part_ends()[-1] == 1:
            break
    return made


def _typeset(values: dict[str, Any], source: ReportSource, options: ReportOptions) -> Typeset:
    return Typeset(options.sheet, {**values, "lang": options.language}, source.made_at)
