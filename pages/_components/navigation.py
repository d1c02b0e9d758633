"""Every page of the dashboard: where it is, what it is called, and whose work it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Role: TypeAlias = Literal["therapist", "researcher", "administrator"]
EVERYBODY: frozenset[Role] = frozenset({"therapist", "researcher", "administrator"})
CLINIC: frozenset[Role] = frozenset({"therapist", "administrator"})
ADMINISTRATOR: frozenset[Role] = frozenset({"administrator"})
ADMINISTRATION = "Administration"


@dataclass(frozen=True, slots=True)
class PageEntry:
    """One page; ``hidden`` keeps it out of the menu, not out of reach, so ``roles`` decide.

    Pages of a ``section`` stand below one heading of the menu; those without one stand in it by themselves.
    """

    file: str
    title: str
    icon: str
    roles: frozenset[Role] = EVERYBODY
    hidden: bool = False
    section: str = ""

    @property
    def url_path(self) -> str:
        """Return the page's address, which is its file's name."""
        return self.file.removesuffix(".py")


PAGES = (
    PageEntry("sessions.py", "Sessions", ":material/list:"),
    PageEntry("review.py", "Session review", ":material/monitoring:"),
    PageEntry("inspector.py", "Contraction inspector", ":material/search:", hidden=True),
    PageEntry("signal_details.py", "Signal details", ":material/graphic_eq:", hidden=True),
    PageEntry("inbox.py", "Inbox", ":material/inbox:", CLINIC),
    PageEntry("patients.py", "Patients", ":material/groups:"),
    PageEntry("upload.py", "Upload", ":material/upload_file:", CLINIC),
    PageEntry(
        "operations.py", "Operations", ":material/monitor_heart:", ADMINISTRATOR, section=ADMINISTRATION
    ),
    PageEntry("audit.py", "Audit log", ":material/history:", ADMINISTRATOR, section=ADMINISTRATION),
)
