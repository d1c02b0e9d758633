"""Reports without a database, typeset by the product itself from the reviews of the fake services."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from processing.errors import AccessDeniedError, NotFoundError
from processing.reports import ReportOptions, ReportSource, Typeset, typeset_report
from processing.use_cases.patients import PatientIdentity

if TYPE_CHECKING:
    from processing.use_cases.read_models import SessionReview
    from tests.unit.pages.fakes import FakeServices

MADE = datetime(2025, 3, 11, 9, 0, tzinfo=UTC)


@dataclass
class FakeReports:
    """Makes real sheets; ``made`` and ``exported`` say what was asked for."""

    services: FakeServices
    identity: PatientIdentity | None = None
    made: list[ReportOptions] = field(default_factory=list)
    exported: list[tuple[str, ReportOptions]] = field(default_factory=list)

    def make(
        self, review: SessionReview, options: ReportOptions, *, zone: ZoneInfo | None = None, **_more: Any
    ) -> Typeset:
        if options.include_name and self.identity is None:
            raise AccessDeniedError("Who a patient is may not be seen under this sign-in.")
        self.made.append(options)
        traces, gone = (), None
        try:
            traces = self.services.load_traces(review) if review.result is not None else ()
        except NotFoundError as error:
            gone = str(error)
        source = ReportSource(
            review=review,
            made_at=MADE,
            zone=zone or ZoneInfo("UTC"),
            mark=self.services.inbox.review_mark(review.summary.session_code),
            notes=self.services.notes.of_session(review.summary.session_code),
            traces=traces,
            no_traces=gone,
            identity=self.identity if options.include_name else None,
        )
        return typeset_report(source, options)

    def record_export(self, review: SessionReview, options: ReportOptions) -> None:
        self.exported.append((review.summary.session_code, options))
