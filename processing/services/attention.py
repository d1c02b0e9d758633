"""Who needs somebody, and why: reached as ``services.attention``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from processing.database import Database, attention
from processing.recording import Side
from processing.use_cases.attention import Overview, build_overview, check_reason, check_rule


class AttentionService:
    """The page Today, as one person may see it, and what they mute."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def overview(self, today: date, codes: Sequence[str] | None = None) -> Overview:
        """Return every patient whom the viewer may see, or those named, most in need first.

        ``today`` is the reader's date. Files to fix are those of all the viewer's patients, and those of none. Only
        rows of patients who are named know their recent days (``strip``, ``latest_code``).
        """
        recorded = attention.read_recorded(self._database, today, codes)
        unreadable = sum(patient.unreadable.n_files for patient in recorded.patients if patient.unreadable)
        return build_overview(
            recorded.patients,
            recorded.plans,
            recorded.mutes,
            today=today,
            now=datetime.now(UTC),
            n_files_to_fix=unreadable + (recorded.n_other_files or 0),
        )

    def reasons(self, session_codes: Sequence[str]) -> dict[tuple[str, Side], str]:
        """Return why legs of these sessions are not judged, by session and side; English, as the analysis said it."""
        return attention.read_reasons(self._database, session_codes) if session_codes else {}

    def mute(self, patient_code: str, rule: str, reason: str) -> datetime:
        """Stop a rule's alerts about a patient for a week, and return until when.

        Raises
        ------
        InvalidParameterError
            If there is no such rule, or the reason says nothing or too much.
        NotFoundError, AccessDeniedError
            If the viewer may not see the patient, or not mute.
        """
        return attention.mute(self._database, patient_code, check_rule(rule), check_reason(reason))

    def unmute(self, patient_code: str, rule: str) -> None:
        """Have the alerts of a rule back at once."""
        attention.unmute(self._database, patient_code, check_rule(rule))
