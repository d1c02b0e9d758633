"""Clinical notes beside a session: read, written, corrected."""

from pages._components.notes.moment import moment_looked_at
from pages._components.notes.section import note_about, notes_section

__all__ = ["moment_looked_at", "note_about", "notes_section"]
