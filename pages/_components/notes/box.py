"""A box for one note: saved while it is typed; whatever somebody else did meanwhile, nothing typed is lost."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import streamlit as st

from pages._components import local_time, state, words
from pages._components.notes.autosave import autosave
from pages._components.told import told
from processing.errors import EditConflictError, ProcessingError
from processing.language import gettext as _
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
                "stored": note.text if note else "",
                "saved_at": None,
                "focus": 0,
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
        asked_s = self._kept.pop("asked_s", None)
        if asked_s is not None and asked_s != self._kept["at_s"]:
            self._kept["at_s"] = asked_s
            self.save()
        self._pick_up()
        moment = told(self.at_key, self._kept["at_s"])
        moment.put()

        def moved() -> None:
            if moment.take():
                self._kept["at_s"] = moment.said
                self.save()

        words_at, moment_at = st.columns([5, 1], gap="small")
        words_at.text_area(label, key=self.text_key, placeholder=placeholder, height=110, on_change=self.save)
        moment_at.number_input(
            _("At second"),
            0.0,
            max(86_400.0 if length_s is None else length_s, self._kept["at_s"] or 0.0),
            None,  # else an empty field would mean its least value, 0
            step=0.5,
            format="%.2f",
            key=moment.key,
            placeholder=_("whole session"),
            help=_("The moment of the recording that the note is about; empty for all of it."),
            on_change=moved,
        )
        autosave(
            self.text_key,
            stored=self._kept["stored"],
            again=self.save,
            hold=self._kept["conflict"],
            focus=self._kept["focus"],
        )
        self._say()

    def _pick_up(self) -> None:
        """Save what is in the box and nobody has saved: after the server was away, the browser brings it along.

        What had been saved until then stands in the session as a note of one's own; the box goes on with that one.
        """
        text = st.session_state[self.text_key]
        if text == self._kept["text"]:
            return
        if self.note_id is None:
            own = [note for note in self._services.notes.of_session(self._code).notes if note.own]
            begun = [note for note in own if note.text.strip() and text.startswith(note.text)]
            if begun:
                note = max(begun, key=lambda note: note.created_at)
                self._kept.update(
                    note_id=note.note_id, revision=note.revision, stored=note.text, at_s=note.at_s
                )
        self.save()

    def _say(self) -> None:
        kept = self._kept
        if kept["conflict"]:
            self._ask_whose(kept["problem"])
        elif kept["problem"]:
            said = _("Not saved: {reason}").format(reason=words.told(kept["problem"]))
            st.warning(said, icon=":material/error:")
        elif kept["saved_at"] is not None:
            said = _("Saved {time}").format(time=local_time.clock(kept["saved_at"]))
            st.caption(f":material/check: {said}")
        else:
            st.caption(_("Saved while you type."))

    def _ask_whose(self, problem: str) -> None:
        theirs = self._stored()
        if theirs is None:
            said = _("It is no longer there; your words are still in the box above.")
        else:
            when = local_time.moment(theirs.edited_at or theirs.created_at)
            stored = words.plain(theirs.text).replace("\n", "  \n> ")
            said = f"{_('Stored now ({when}):').format(when=when)}\n\n> {stored}"
        title = _("Changed somewhere else")
        st.warning(f"{words.told(problem)} {said}", icon=":material/call_split:", title=title)
        with st.container(horizontal=True):
            st.button(_("Keep mine"), key=f"{self._key}:mine", on_click=self._keep_mine, args=(theirs,))
            if theirs is not None:
                st.button(
                    _("Take the stored one"), key=f"{self._key}:theirs", on_click=self._take, args=(theirs,)
                )

    def _stored(self) -> Note | None:
        notes = self._services.notes.of_session(self._code).notes
        return next((note for note in notes if note.note_id == self.note_id), None)

    def save(self) -> None:
        """Store what is in the box."""
        text, at_s = st.session_state[self.text_key], self._kept["at_s"]
        self._kept.update(text=text, problem=None, conflict=False)
        if self.note_id is None and not text.strip():
            return
        try:
            self._store(text, at_s)
        except EditConflictError as error:
            self._kept.update(problem=str(error), conflict=True)
        except ProcessingError as error:
            self._kept.update(problem=str(error))
        else:
            self._kept.update(saved_at=datetime.now(UTC), stored=text)

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
            revision=theirs.revision,
            text=theirs.text,
            stored=theirs.text,
            at_s=theirs.at_s,
            problem=None,
            conflict=False,
        )
        st.session_state[self.text_key] = theirs.text

    def at(self, moment_s: float | None) -> None:
        """Say what moment the note is about, and put the caret into the box."""
        # Put into the field when it is drawn: what a callback elsewhere on the page puts there is overwritten by what
        # the browser last said of it.
        self._kept.update(asked_s=moment_s, focus=self._kept["focus"] + 1)

    def close(self) -> None:
        """Forget the box; what was saved stays saved."""
        for key in (self._key, self.text_key):
            st.session_state.pop(key, None)
