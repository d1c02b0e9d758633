"""The Inbox and the side map without a database, on the reviews of :class:`tests.unit.pages.fakes.FakeServices`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from processing.errors import EditConflictError
from processing.services.side_map import describe
from processing.use_cases.inbox import InboxFilters, InboxRow, InboxState, ReviewMark, StoredCopy
from processing.use_cases.side_map import ChannelMap, OtherLegs, SideMap

if TYPE_CHECKING:
    from processing.use_cases.read_models import SessionReview
    from tests.unit.pages.fakes import FakeServices

ARRIVED = datetime(2025, 3, 10, 12, 1, tzinfo=UTC)


@dataclass
class FakeInbox:
    """Rows as given; without any, those of the reviews and of the parked files."""

    services: FakeServices
    rows: list[InboxRow] = field(default_factory=list)
    marks: dict[str, ReviewMark] = field(default_factory=dict)
    stored: dict[str, list[StoredCopy]] = field(default_factory=dict)
    asked: list[InboxFilters] = field(default_factory=list)
    assigned: list[tuple[str, str]] = field(default_factory=list)
    dismissed: list[str] = field(default_factory=list)
    refused: Exception | None = None

    def list_files(self, filters: InboxFilters) -> list[InboxRow]:
        self.services._answer()
        self.asked.append(filters)
        rows = self.rows or [*map(_row, self.services.reviews.values()), *self._parked()]
        chosen = [
            replace(row, dismissed=row.key in self.dismissed)
            for row in rows
            if not filters.states or row.state in filters.states
        ]
        return [row for row in chosen if row.dismissed == filters.dismissed][: filters.limit]

    def _parked(self) -> list[InboxRow]:
        return [
            InboxRow(str(i), file.object_name, "parked", file.received_at, reason=file.reason)
            for i, file in enumerate(self.services.parked)
        ]

    def find_stored(self, sha256: str) -> list[StoredCopy]:
        return self.stored.get(sha256, [])

    def unused_name(self, _patient: str, file_name: str, _data: bytes) -> str:
        return file_name

    def assign(self, row: InboxRow, patient_code: str) -> str:
        if self.refused is not None:
            raise self.refused
        self.assigned.append((row.object_name, patient_code))
        return f"{patient_code}S001"

    def dismiss(self, row: InboxRow) -> None:
        self.dismissed.append(row.key)

    def restore(self, row: InboxRow) -> None:
        self.dismissed.remove(row.key)

    def review_mark(self, session_code: str) -> ReviewMark | None:
        review = self.services.reviews.get(session_code)
        if review is None or review.result is None:
            return None
        return self.marks.get(session_code, ReviewMark(review.result.version, ARRIVED))

    def mark_reviewed(self, session_code: str, mark: ReviewMark) -> None:
        self.marks[session_code] = replace(
            mark,
            reviewed_by="Local clinician",
            reviewed_at=ARRIVED,
            reviewed_version=mark.result_version,
            reviewed_judged_at=mark.judged_at,
        )

    def unmark(self, session_code: str) -> None:
        del self.marks[session_code]


@dataclass
class FakeSideMap:
    """Maps by the labels until somebody saves one."""

    maps: dict[str, SideMap] = field(default_factory=dict)
    saved: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    proposed: SideMap | None = None
    doubts: dict[str, OtherLegs] = field(default_factory=dict)

    def doubt(self, review: SessionReview, _side_map: SideMap) -> OtherLegs | None:
        return self.doubts.get(review.summary.session_code)

    def load(self, review: SessionReview) -> SideMap:
        code = review.summary.session_code
        if code in self.maps or review.result is None:
            return self.maps.get(code, SideMap(()))
        return describe(review.result.metadata)

    def propose(self, _file_name: str, _data: bytes) -> SideMap | None:
        return self.proposed

    def save(self, session_code: str, channel_map: ChannelMap, *, expected_revision: int) -> str:
        if expected_revision != self.maps.get(session_code, SideMap(())).revision:
            raise EditConflictError("Somebody else changed which channel is which leg meanwhile.")
        self.saved.append((session_code, dict(channel_map)))
        return "moved"


def _row(review: SessionReview) -> InboxRow:
    summary = review.summary
    states: dict[str, InboxState] = {
        "pending": "waiting",
        "processing": "analysing",
        "reprocessing": "analysing",
        "failed": "failed",
    }
    clean = all(side.verdict == "good" for side in summary.sides) and summary.names_a_leg
    return InboxRow(
        key=summary.session_id,
        object_name=summary.object_name,
        state=states.get(summary.status, "ready" if clean else "warnings"),
        received_at=summary.received_at,
        session_code=summary.session_code,
        patient_code=summary.patient_code,
        recorded_at=summary.recorded_at,
        reason=summary.failure,
        failure_kind=None if summary.failure is None else "TruncatedRecordingError",
        seconds=3.7,
        needs_legs=bool(summary.sides) and not summary.names_a_leg,
    )


def every_row() -> list[InboxRow]:
    """Return one file in each state."""

    def at(minutes: int) -> datetime:
        return ARRIVED - timedelta(minutes=minutes)

    name = "Ghostly_Emg_20250310_11-50-16-0578.c3d"
    recorded = datetime(2025, 3, 10, 11, 50)
    of = {"patient_code": "P014", "recorded_at": recorded}
    return [
        InboxRow("a", f"P014/{name}", "waiting", at(0), "P014S009", "P014"),
        InboxRow("b", f"P014/{name}", "reading", at(1), "P014S008", "P014", seconds=0.4),
        InboxRow("c", f"P014/{name}", "analysing", at(2), "P014S007", "P014", seconds=1.8),
        InboxRow("d", f"P014/{name}", "ready", at(3), "P014S006", seconds=3.1, **of),  # type: ignore[arg-type]
        InboxRow("e", f"P014/{name}", "warnings", at(4), "P014S005", seconds=4.2, **of),  # type: ignore[arg-type]
        InboxRow(
            "f", "P014/notes.c3d", "failed", at(5), "P014S004", "P014",
            reason="The recording is cut short: 512 bytes found, 1 103 152 expected.",
            failure_kind="TruncatedRecordingError",
        ),
        InboxRow(
            "g", "P014/lab.c3d", "failed", at(6), "P014S003", "P014",
            reason="The recording has no EMG channel; its channels are 'Fx1', 'Fy1'.",
            failure_kind="MissingChannelError",
        ),
        InboxRow(
            "h", f"P014/copy of {name}", "ready", at(7), "P014S002", seconds=3.0, duplicate_of="P014S001",
            duplicate_recorded_at=recorded, **of,  # type: ignore[arg-type]
        ),
        InboxRow(
            "i", f"P014/{name}", "reviewed", at(8), "P014S001", seconds=4.0, reviewed_by="Dr Claes",
            reviewed_at=ARRIVED, **of,  # type: ignore[arg-type]
        ),
        InboxRow(
            "7", f"unknown/{name}", "parked", at(9),
            reason="The folder does not name a patient: expected a code such as P001 before the file name.",
        ),
    ]  # fmt: skip
