"""Reports as pages and the command line ask for them: what one person may see of a session, ready for paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from processing.database import Database, cohort, inbox_reviews, notes, patients_identity, side_map
from processing.database.exports import record_exports
from processing.emg.traces import ChannelTraces
from processing.errors import NotFoundError, ReplacedRecordingError, StorageUnavailableError
from processing.reports import ReportOptions, ReportSource, Typeset, typeset_report
from processing.services.side_map import describe
from processing.use_cases.cohort import TimelineSession
from processing.use_cases.patients import PatientIdentity
from processing.use_cases.read_models import SessionReview
from processing.use_cases.side_map import SideMap, with_map

_NO_SIGNALS = (NotFoundError, ReplacedRecordingError, StorageUnavailableError)
_MOST_EARLIER = 60


@dataclass(frozen=True, slots=True)
class ReportService:
    """Makes the clinical and the patient's sheet of a session that the caller was allowed to load."""

    database: Database
    load_traces: Callable[[SessionReview], tuple[ChannelTraces, ...]]

    def make(
        self,
        review: SessionReview,
        options: ReportOptions,
        *,
        zone: ZoneInfo | None = None,
        made_at: datetime | None = None,
    ) -> Typeset:
        """Return a session's report, ready to be made into a PDF or pictures of its pages.

        A report without its recording is still one: it says why the signals are not drawn.

        Parameters
        ----------
        review : SessionReview
            As the reader's own rights returned it.
        options : ReportOptions
        zone : ZoneInfo, optional
            In which moments are printed; UTC where left out.
        made_at : datetime, optional
            Printed on it and stored in it; now where left out.

        Raises
        ------
        AccessDeniedError
            If the name was asked for and the reader may not know it.
        TypesettingError
            If the typesetter refuses it.
        """
        return typeset_report(self.source(review, options, zone=zone, made_at=made_at), options)

    def record_export(self, review: SessionReview, options: ReportOptions, *, via: str | None = None) -> None:
        """Keep in the audit log that the reader takes a report away; to be called before its bytes are given.

        ``via`` says how, where that was not the dashboard.

        Raises
        ------
        AccessDeniedError
            If the reader may not export; nothing may leave then.
        """
        parts = [f"PDF {options.sheet}", options.language]
        parts += ["raw signal"] if options.include_raw else []
        parts += ["name"] if options.include_name else []
        parts += [via] if via else []
        record_exports(self.database, [review.summary.session_code], "; ".join(parts))

    def source(
        self,
        review: SessionReview,
        options: ReportOptions,
        *,
        zone: ZoneInfo | None = None,
        made_at: datetime | None = None,
    ) -> ReportSource:
        """Return everything that a report says, loaded under the reader's rights; errors as in :meth:`make`."""
        code, clinical = review.summary.session_code, options.sheet == "clinical"
        traces, no_traces = self._signals(review) if clinical else ((), None)
        return ReportSource(
            review=review,
            made_at=made_at or datetime.now(UTC),
            zone=zone or ZoneInfo("UTC"),
            mark=inbox_reviews.read_mark(self.database, code),
            notes=notes.list_notes(self.database, code) if clinical else None,
            traces=traces,
            no_traces=no_traces,
            identity=self._identity(review) if options.include_name else None,
            side_map=self._side_map(review) if clinical else None,
            earlier=() if clinical else self._earlier(review),
        )

    def _signals(self, review: SessionReview) -> tuple[tuple[ChannelTraces, ...], str | None]:
        if review.result is None:
            return (), None
        try:
            return self.load_traces(review), None
        except _NO_SIGNALS as error:
            return (), str(error)

    def _identity(self, review: SessionReview) -> PatientIdentity:
        known = patients_identity.read_identity(self.database, review.summary.patient_code)
        return known.identity

    def _side_map(self, review: SessionReview) -> SideMap | None:
        if review.result is None:
            return None
        found = describe(review.result.metadata)
        stored = side_map.read_side_map(self.database, review.summary.session_code)
        if stored is None:
            return found
        mapped = with_map(found, stored.channel_map)
        return SideMap(mapped.channels, stored.revision, stored.said_by, stored.said_at)

    def _earlier(self, review: SessionReview) -> tuple[TimelineSession, ...]:
        """Return the patient's sessions before this one, oldest first."""
        summary = review.summary
        day = (summary.recorded_at or summary.received_at).date()
        timeline = cohort.patient_timeline(
            self.database, summary.patient_code, until=day, limit=_MOST_EARLIER
        )
        codes = [session.session_code for session in timeline.sessions]
        here = codes.index(summary.session_code) if summary.session_code in codes else len(codes)
        return timeline.sessions[:here]
