"""The page Today without a database: rows of patients in every standing, as the rules make them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from processing.emg.results import Verdict
from processing.scoring.attention import LegFacts, PlannedFrom, SessionFacts, UnreadableFiles
from processing.use_cases.attention import (
    Mute,
    Overview,
    RecentDays,
    RecordedPatient,
    build_overview,
    check_reason,
    check_rule,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processing.recording import Side
    from tests.unit.pages.fakes import FakeServices

TODAY = date(2025, 3, 20)


def make_leg(good: int | None = 10, verdict: Verdict = "good", expected: int = 12) -> LegFacts:
    """Return one leg's facts; one that is not judged has no count."""
    return LegFacts(verdict, None if verdict == "not_judged" else good, expected)


def make_session(
    day: date, left: LegFacts | None = None, right: LegFacts | None = None, **changes: Any
) -> SessionFacts:
    """Return an analysed session of a day; both legs did ten of twelve unless said otherwise."""
    at = datetime(day.year, day.month, day.day, 10)
    values: dict[str, Any] = {"outcome": "analysed", "left": left or make_leg(), "right": right or make_leg()}
    return SessionFacts(at, **(values | changes))


def make_patient(
    code: str, sessions: Sequence[SessionFacts], *, last_code: str = "S009", **changes: Any
) -> RecordedPatient:
    """Return a patient with these sessions, newest first, all within the strip."""
    done = tuple(sorted(s.at for s in sessions if s.outcome != "unreadable"))
    values: dict[str, Any] = {
        "therapist_id": None,
        "therapist_name": None,
        "site": None,
        "n_sessions": len(sessions),
        "openings": tuple(sorted(s.at for s in sessions)),
        "seen_at": max((s.at for s in sessions), default=None),
        "sessions": tuple(sessions),
        "recent": RecentDays(
            done,
            tuple(s.at for s in sessions if s.outcome == "unreadable"),
            f"{code}{last_code}" if sessions else None,
            max((s.at for s in sessions), default=None),
        ),
    }
    return RecordedPatient(code, **(values | changes))


def days_back(*days: int) -> list[date]:
    """Return days before ``TODAY``."""
    return [TODAY - timedelta(days=n) for n in days]


def every_standing() -> list[RecordedPatient]:
    """Return patients whom each rule finds, and one in each other standing."""
    steady = [make_session(day) for day in days_back(0, 1, 2, 5)]
    fell = [make_session(TODAY, make_leg(6), make_leg(7)), *steady[1:]]
    lost = [make_session(TODAY, None, make_leg(verdict="not_judged")), *steady[1:]]
    tired = [make_session(TODAY, effort_cr10=8.0), make_session(TODAY - timedelta(days=1), effort_cr10=5.0)]
    cut = UnreadableFiles(1, "P015S009", datetime(2025, 3, 20, 9))
    return [
        make_patient("P011", [make_session(day) for day in days_back(6, 7, 8)]),
        make_patient("P012", fell, site="Leuven", therapist_id="t-1", therapist_name="Ann"),
        make_patient("P013", lost, site="Gent"),
        make_patient("P014", tired),
        make_patient("P015", steady, unreadable=cut),
        make_patient("P016", steady),
        make_patient("P017", [make_session(day) for day in days_back(40, 41)]),
        make_patient("P018", []),
    ]


@dataclass
class FakeAttention:
    """Patients as given, judged by the real rules on ``TODAY``."""

    services: FakeServices
    patients: list[RecordedPatient] = field(default_factory=list)
    plans: dict[str, list[PlannedFrom]] = field(default_factory=dict)
    mutes: dict[str, list[Mute]] = field(default_factory=dict)
    n_other_files: int = 0
    why: dict[tuple[str, Side], str] = field(default_factory=dict)
    asked: list[Sequence[str] | None] = field(default_factory=list)

    def overview(self, _today: date, codes: Sequence[str] | None = None) -> Overview:
        self.services._answer()
        self.asked.append(codes)
        patients = self.patients or self._of_reviews()
        unreadable = sum(patient.unreadable.n_files for patient in patients if patient.unreadable)
        return build_overview(
            [patient for patient in patients if codes is None or patient.code in codes],
            self.plans,
            self.mutes,
            today=TODAY,
            now=datetime.now(UTC),
            n_files_to_fix=unreadable + self.n_other_files,
        )

    def reasons(self, session_codes: Sequence[str]) -> dict[tuple[str, Side], str]:
        self.services._answer()
        return {key: why for key, why in self.why.items() if key[0] in session_codes}

    def mute(self, patient_code: str, rule: str, reason: str) -> datetime:
        now = datetime.now(UTC)
        mute = Mute(check_rule(rule), check_reason(reason), now + timedelta(days=7), "Ann", now)
        self.mutes.setdefault(patient_code, []).append(mute)
        return mute.until

    def unmute(self, patient_code: str, rule: str) -> None:
        self.mutes[patient_code] = [mute for mute in self.mutes[patient_code] if mute.rule != rule]

    def _of_reviews(self) -> list[RecordedPatient]:
        """Return one patient a code of the fake's sessions, as far as those say something."""
        found: dict[str, list[SessionFacts]] = {}
        newest: dict[str, str] = {}
        for code, review in self.services.reviews.items():
            summary = review.summary
            legs: dict[Side, LegFacts] = {
                side.side: LegFacts(side.verdict, side.n_good, side.expected)
                for side in summary.sides
                if side.side is not None
            }
            session = SessionFacts(
                summary.recorded_at or summary.received_at.replace(tzinfo=None),
                "analysed" if summary.status == "completed" else "waiting",
                legs.get("left"),
                legs.get("right"),
            )
            found.setdefault(summary.patient_code, []).append(session)
            newest[summary.patient_code] = code
        return [
            make_patient(patient, sessions, last_code=newest[patient].removeprefix(patient))
            for patient, sessions in found.items()
        ]
