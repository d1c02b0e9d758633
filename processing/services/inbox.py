"""The Inbox, as the pages ask for it: files and their states, and what a person does about them."""

from __future__ import annotations

from collections.abc import Callable

from processing.database import Database, inbox, inbox_reviews, ingest
from processing.ports import ObjectStore
from processing.use_cases.inbox import (
    InboxFilters,
    InboxRow,
    ReviewMark,
    StoredCopy,
    move_parked,
    unused_file_name,
)
from processing.use_cases.ingest_types import IngestOutcome
from processing.use_cases.upload import check_patient_code


class InboxService:
    """Lists files, gives those of nobody to a patient, puts aside, and keeps who reviewed what.

    Parameters
    ----------
    database, store
        As the viewer has them.
    save_upload : callable
        Takes patient code, file name and bytes in.
    """

    def __init__(
        self,
        database: Database,
        store: ObjectStore,
        *,
        save_upload: Callable[[str, str, bytes], IngestOutcome],
    ) -> None:
        self._database = database
        self._store = store
        self._save_upload = save_upload

    def list_files(self, filters: InboxFilters) -> list[InboxRow]:
        """Return the files that match, newest arrival first."""
        return inbox.list_inbox(self._database, filters)

    def find_stored(self, sha256: str) -> list[StoredCopy]:
        """Return the sessions that hold exactly these bytes, of those that the viewer may see, the earliest first."""
        return inbox.find_stored(self._database, sha256)

    def unused_name(self, patient_code: str, file_name: str, data: bytes) -> str:
        """Return a name that overwrites no other recording of the patient.

        Raises
        ------
        AccessDeniedError
            If the viewer may not add to this patient: not even which names are taken is theirs to know.
        """
        ingest.check_may_upload(self._database, check_patient_code(patient_code))
        return unused_file_name(patient_code, file_name, data, store=self._store)

    def assign(self, row: InboxRow, patient_code: str) -> str | None:
        """Give a file of no patient to one, and return the code of its session.

        Raises
        ------
        NotFoundError
            If somebody settled the file meanwhile, or it is no longer in the bucket.
        AccessDeniedError
            If the viewer may not add to this patient.
        ProcessingError
            If the file cannot be read, with the reason.
        """
        code = check_patient_code(patient_code)
        ingest.check_may_upload(self._database, code)
        name = inbox.parked_object(self._database, row.key)

        def stored(sha256: str) -> StoredCopy | None:
            found = inbox.find_stored(self._database, sha256, patient_code=code)
            return found[0] if found else None

        def save(patient: str, file_name: str, data: bytes) -> str | None:
            return self._save_upload(patient, file_name, data).session_code

        session_code = move_parked(name, code, store=self._store, find_stored=stored, save=save)
        if session_code is not None:
            inbox.settle_parked(self._database, row.key, session_code)
        return session_code

    def dismiss(self, row: InboxRow) -> None:
        """Put a file aside until something happens to it again."""
        inbox.dismiss(self._database, row)

    def restore(self, row: InboxRow) -> None:
        """Take a file back that was put aside."""
        inbox.restore(self._database, row)

    def review_mark(self, session_code: str) -> ReviewMark | None:
        """Return whether a session was reviewed; None while it has no result."""
        return inbox_reviews.read_mark(self._database, session_code)

    def mark_reviewed(self, session_code: str, mark: ReviewMark) -> None:
        """Keep that the viewer looked over what ``mark`` names."""
        inbox_reviews.mark_reviewed(self._database, session_code, mark)

    def unmark(self, session_code: str) -> None:
        """Take the mark off a session again."""
        inbox_reviews.unmark(self._database, session_code)
