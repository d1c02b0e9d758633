"""A box for one note: saved when it is left; whatever somebody else did meanwhile, nothing typed is lost."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import streamlit as st

from pages._components import local_time, state, words
from processing.errors import EditConflictError, ProcessingError
from processing.services import Services
from processing.use_cases.notes import Note


class NoteBox:
    """One note being written. What is typed stays in the box until it is closed, whatever happens to the row."""

    def __init__(self, services: Services, session_code: str, name: str, note: Note | None = None) -> None:
        """Open a box called ``name``; with a note it starts as that note."""
        self._services, self._code = services, session_code
        key = f"{state.NOTES}{session_code}:{name}"
        self._key, self.text_key, self.at_key = key, f"{key}:text", f"{key}:at"
        self._kept: dict[str, Any] = st.session_state.setdefault(
            key,
            {
                "note_id": note and note.note_id,
                "revision": note.revision if note else 0,
                "text": note.text if note else "",
                "at_s": note and note.at_s,
                "saved_at": None,
                "problem": None,
                "conflict": False,
            },
        )

    @property
    def note_id(self) -> str | None:
        """Return the row that the box writes to; None until something was typed."""
        found: str | None = self._kept["note_id"]
        return found

    def draw(self, length_s: float | None, *, label: str, placeholder: str | None = None) -> None:
        """Draw the words and their moment, and what became of them."""
        # Given again at every run, so that a run without the box does not forget what was typed.
        st.session_state.setdefault(self.text_key, self._kept["text"])
        st.session_state.setdefault(self.at_key, self._kept["at_s"])
        words_at, moment_at = st.columns([5, 1], gap="small")
        words_at.text_area(label, key=self.text_key, placeholder=placeholder, height=110, on_change=self.save)
        moment_at.number_input(
            "At second",
            0.0,
            max(86_400.0 if length_s is None else length_s, self._kept["at_s"] or 0.0),
            step=0.5,
            format="%.2f",
            key=self.at_key,
            placeholder="whole session",
            help="The moment of the recording that the note is about; empty for all of it.",
            on_change=self.save,
        )
        self._say()

    def _say(self) -> None:
        kept = self._kept
        if kept["conflict"]:
            self._ask_whose(kept["problem"])
        elif kept["problem"]:
            st.warning(f"Not saved: {kept['problem']}", icon=":material/error:")
        elif kept["saved_at"] is not None:
            st.caption(f":material/check: Saved {local_time.clock(kept['saved_at'])}")
        else:
            st.caption("Saved as soon as you leave the box, or with Ctrl+Enter.")

    def _ask_whose(self, problem: str) -> None:
        theirs = self._stored()
        if theirs is None:
            said = "It is no longer there; your words are still in the box above."
        else:
            when = local_time.moment(theirs.edited_at or theirs.created_at)
            said = f"Stored now ({when}):\n\n> " + words.plain(theirs.text).replace("\n", "  \n> ")
        st.warning(f"{problem} {said}", icon=":material/call_split:", title="Changed somewhere else")
        with st.container(horizontal=True):
            st.button("Keep mine", key=f"{self._key}:mine", on_click=self._keep_mine, args=(theirs,))
            if theirs is not None:
                st.button(
                    "Take the stored one", key=f"{self._key}:theirs", on_click=self._take, args=(theirs,)
                )

    def _stored(self) -> Note | None:
        notes = self._services.notes.of_session(self._code).notes
        return next((note for note in notes if note.note_id == self.note_id), None)

    def save(self) -> None:
        """Store what is in the box."""
        text, at_s = st.session_state[self.text_key], st.session_state[self.at_key]
        self._kept.update(text=text, at_s=at_s, problem=None, conflict=False)
        if self.note_id is None and not text.strip():
            return
        try:
            self._store(text, at_s)
        except EditConflictError as error:
            self._kept.update(problem=str(error), conflict=True)
        except ProcessingError as error:
            self._kept.update(problem=str(error))
        else:
            self._kept.update(saved_at=datetime.now(UTC))

    def _store(self, text: str, at_s: float | None) -> None:
        notes = self._services.notes
        if self.note_id is None:
            self._kept.update(note_id=notes.add(self._code, text, at_s=at_s), revision=1)
        else:
            notes.change(self.note_id, text, at_s=at_s, expected_revision=self._kept["revision"])
            self._kept["revision"] += 1

    def _keep_mine(self, theirs: Note | None) -> None:
        self._kept.update(note_id=theirs and theirs.note_id, revision=theirs.revision if theirs else 0)
        self.save()

    def _take(self, theirs: Note) -> None:
        self._kept.update(
            revision=theirs.revision, text=theirs.text, at_s=theirs.at_s, problem=None, conflict=False
        )
        st.session_state[self.text_key], st.session_state[self.at_key] = theirs.text, theirs.at_s

    def at(self, moment_s: float) -> None:
        """Say what moment the note is about."""
        self._kept["at_s"] = st.session_state[self.at_key] = moment_s
        self.save()

    def close(self) -> None:
        """Forget the box; what was saved stays saved."""
        for key in (self._key, self.text_key, self.at_key):
            st.session_state.pop(key, None)
