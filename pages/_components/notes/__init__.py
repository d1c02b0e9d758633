"""Clinical notes beside a session: read, written, corrected."""

from pages._components.notes.section import notes_section

__all__ = ["notes_section"]
