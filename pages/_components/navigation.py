"""Every page of the dashboard: where it is, what it is called, and whose work it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from processing.language import mark as N_

Role: TypeAlias = Literal["therapist", "researcher", "administrator"]
EVERYBODY: frozenset[Role] = frozenset({"therapist", "researcher", "administrator"})
CLINIC: frozenset[Role] = frozenset({"therapist", "administrator"})
ADMINISTRATOR: frozenset[Role] = frozenset({"administrator"})
RESEARCHERS: frozenset[Role] = frozenset({"researcher", "administrator"})
RESEARCH, ADMINISTRATION = N_("Research"), N_("Administration")


@dataclass(frozen=True, slots=True)
class PageEntry:
    """One page; ``hidden`` keeps it out of the menu, not out of reach, so ``roles`` decide.

    ``title`` and ``section`` are keys of the catalogues. Pages of a ``section`` stand below one heading of the menu;
    those without one stand in it by themselves.
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


# The first one is where everybody arrives who may; five stand in the menu, the others are reached from them.
PAGES = (
    PageEntry("today.py", N_("Today"), ":material/today:", CLINIC),
    PageEntry("patients.py", N_("Patients"), ":material/groups:"),
    PageEntry("sessions.py", N_("Sessions"), ":material/list:"),
    PageEntry("inbox.py", N_("Inbox"), ":material/inbox:", CLINIC),
    PageEntry("upload.py", N_("Upload"), ":material/upload_file:", CLINIC),
    PageEntry("review.py", N_("Session review"), ":material/monitoring:", hidden=True),
    PageEntry("inspector.py", N_("Contraction inspector"), ":material/search:", hidden=True),
    PageEntry("signal_details.py", N_("Signal details"), ":material/graphic_eq:", hidden=True),
    PageEntry("report.py", N_("Report"), ":material/print:", hidden=True),
    PageEntry("patient.py", N_("Patient timeline"), ":material/timeline:", hidden=True),
    PageEntry("compare.py", N_("Compare"), ":material/compare_arrows:", hidden=True),
    PageEntry("research.py", N_("Research"), ":material/science:", RESEARCHERS, section=RESEARCH),
    PageEntry("settings.py", N_("Settings"), ":material/settings:", section=ADMINISTRATION),
    PageEntry(
        "operations.py", N_("Operations"), ":material/monitor_heart:", ADMINISTRATOR, section=ADMINISTRATION
    ),
    PageEntry("audit.py", N_("Audit log"), ":material/history:", ADMINISTRATOR, section=ADMINISTRATION),
)


def begins_at(role: Role) -> PageEntry:
    """Return the page on which somebody of a role arrives."""
    return next(entry for entry in PAGES if role in entry.roles and not entry.hidden)
