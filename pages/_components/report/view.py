"""The report as it will be printed, page by page, with the button that takes it away."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from pages._components.audit.opened import record_identity_opened
from pages._components.no_result import could_not_be_read
from pages._components.report.choice import choose_options
from processing.errors import AccessDeniedError
from processing.language import gettext as _
from processing.reports import ReportOptions, Typeset
from processing.services import Services
from processing.use_cases.read_models import SessionReview

PAPER_WIDTH_PX = 820


def report_view(services: Services, review: SessionReview) -> None:
    """Draw the choices, the button and the pages of a session's report."""
    st.title(_("Report"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        options, made = _made(services, review, choose_options())
        _button(services, review, options, made)
    _said(review, made)
    for number, page in enumerate(made.pages(), start=1):
        alt = _("Page {page} of the sheet. The PDF says the same as text that can be read aloud.").format(
            page=number
        )
        with st.container(border=True, width=PAPER_WIDTH_PX):
            st.image(page, width="stretch", alt=alt)


def _made(services: Services, review: SessionReview, options: ReportOptions) -> tuple[ReportOptions, Typeset]:
    """Return the report with what is really on it; looking up a name leaves its trace first."""
    try:
        if options.include_name:
            record_identity_opened(services, review.summary.patient_code)
        return options, services.reports.make(review, options, zone=_zone())
    except AccessDeniedError:
        st.info(
            _("You may not see who this patient is, so the sheet names the code only."),
            icon=":material/lock:",
        )
        without = replace(options, include_name=False)
        return without, services.reports.make(review, without, zone=_zone())


def _button(services: Services, review: SessionReview, options: ReportOptions, made: Typeset) -> None:
    """Draw the button; the bytes are made, and the audit log written, when it is pressed."""

    def give() -> bytes:
        services.reports.record_export(review, options)
        return made.pdf()

    st.download_button(
        _("PDF"),
        give,
        file_name=f"{review.summary.session_code}_{options.sheet}_{options.language}.pdf",
        mime="application/pdf",
        icon=":material/download:",
        on_click="ignore",
        key="report-pdf",
        width=110,  # as wide as its content it would be drawn too narrow for its label
        help=_("Saves what is shown below as a PDF (A4). Every copy is noted in the audit log."),
    )


def _said(review: SessionReview, made: Typeset) -> None:
    if review.result is None and review.summary.status == "failed":
        could_not_be_read(review.summary)
    elif review.result is None:
        st.info(
            _("There is no result for this recording yet; the sheet says so."),
            icon=":material/hourglass_empty:",
        )
    elif made.values["draft"]:
        st.caption(_("Marked as a draft until somebody marks this session as reviewed."))


def _zone() -> ZoneInfo:
    """Return the browser's time zone; UTC where it does not name one."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
