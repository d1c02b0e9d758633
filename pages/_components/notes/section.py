"""The notes of a session, each with author, time and moment, and a box for another one."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages._components import local_time, state, words
from pages._components.notes.box import NoteBox
from pages._components.notices import unavailable
from processing.errors import ProcessingError, TransientError
from processing.language import gettext as _
from processing.language import mark as N_
from processing.services import Services
from processing.use_cases.notes import Note, SessionNotes

BEFORE_S, AFTER_S = 2.0, 4.0  # of the plot around a note's moment
NOT_FOR_YOU = N_(
    "Notes are for those who treat the patient; an administrator may let a researcher read them."
)


def notes_section(
    services: Services,
    session_code: str,
    *,
    length_s: float | None = None,
    here: Callable[[], float | None] | None = None,
) -> None:
    """Draw the notes of a session; typing one reruns nothing else of the page.

    ``length_s`` is the recording's, None where there is no plot to show a moment in; ``here`` returns the moment
    that the viewer looks at, offered for a new note, or None for the whole session.
    """

    def section() -> None:
        st.subheader(_("Notes"), anchor=False)
        try:
            found = services.notes.of_session(session_code)
        except TransientError as error:
            unavailable(error, "notes")
            return
        if not found.may_read:
            st.caption(_(NOT_FOR_YOU))
            return
        with st.container(gap="small"):  # one place whatever is in it: the box below must not lose the caret
            _notes(services, session_code, found, length_s)
        if found.may_write:
            _new_note(services, session_code, length_s, here)

    st.fragment(section, key=notes_key(session_code))()


def notes_key(session_code: str) -> str:
    """Return the name of the fragment that draws a session's notes."""
    return f"{state.NOTES}{session_code}"


def note_about(services: Services, session_code: str, moment_s: float | None) -> None:
    """Put the caret into the box for a new note about a moment; made for a callback outside the notes.

    A note that was begun keeps its moment: nobody asked to move it.
    """
    box = NoteBox(services, session_code, "new")
    box.at(moment_s if box.note_id is None else None)
    st.rerun(notes_key(session_code))


def _editing_key(session_code: str) -> str:
    return f"{state.NOTES}{session_code}:editing"


def _notes(
    services: Services,
    session_code: str,
    found: SessionNotes,
    length_s: float | None,
) -> None:
    draft = st.session_state.get(f"{state.NOTES}{session_code}:new", {}).get("note_id")
    editing = st.session_state.get(_editing_key(session_code))
    shown = [note for note in found.notes if note.note_id != draft]
    if editing is not None and editing not in [note.note_id for note in shown]:
        _edited(
            services, session_code, NoteBox(services, session_code, editing), length_s
        )  # deleted meanwhile
    if not shown and not draft:
        st.caption(_("No note yet."))
    for note in shown:
        with st.container(border=True, gap="xxsmall"):
            if note.note_id == editing:
                _edited(services, session_code, NoteBox(services, session_code, editing, note), length_s)
            else:
                _note(services, session_code, note, found.may_delete_any, plotted=length_s is not None)


def _note(
    services: Services,
    session_code: str,
    note: Note,
    may_delete_any: bool,
    *,
    plotted: bool,
) -> None:
    head, actions = st.columns([4, 1.6], vertical_alignment="center")
    author = words.plain(note.author) if note.author else _("Author not known")
    said = [f"**{author}**", local_time.moment(note.created_at)]
    if note.edited_at:
        said.append(_("edited {moment}").format(moment=local_time.moment(note.edited_at)))
    if note.at_s is not None:
        said.append(_("at {moment}").format(moment=words.seconds(note.at_s)))
    head.markdown(" · ".join(said))
    with actions.container(
        horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="xsmall"
    ):
        if note.at_s is not None and plotted:
            _show(session_code, note.at_s)
        if note.own:
            _action(_("Edit"), "edit", f"edit:{note.note_id}", _edit, session_code, note.note_id)
        if note.own or may_delete_any:
            with st.popover(_("Delete"), icon=":material/delete:", type="tertiary"):
                st.write(_("Delete this note? The audit log keeps what it said."))
                if st.button(_("Delete the note"), key=f"delete:{note.note_id}", icon=":material/delete:"):
                    _delete(services, note)
    st.markdown(words.plain(note.text).replace("\n", "  \n"))


def _show(session_code: str, at_s: float) -> None:
    """Offer the plot around a note's moment, by the address that reopens it."""
    start_s = max(0.0, at_s - BEFORE_S)
    st.page_link(
        "review.py",
        label=_("Show"),
        icon=":material/my_location:",
        query_params={"session": session_code, "from": f"{start_s:.2f}", "to": f"{at_s + AFTER_S:.2f}"},
        help=_("Show this moment in the plot"),
    )


def _action(label: str, icon: str, key: str, action: Callable[..., None], *args: object) -> None:
    st.button(label, icon=f":material/{icon}:", type="tertiary", key=key, on_click=action, args=args)


def _edit(session_code: str, note_id: str) -> None:
    st.session_state[_editing_key(session_code)] = note_id


def _edited(services: Services, session_code: str, box: NoteBox, length_s: float | None) -> None:
    box.draw(length_s, label=_("Edit the note"))

    def done() -> None:
        box.close()
        st.session_state.pop(_editing_key(session_code), None)

    st.button(_("Done"), icon=":material/check:", key=f"done:{session_code}:{box.text_key}", on_click=done)


def _delete(services: Services, note: Note) -> None:
    try:
        services.notes.delete(note.note_id, expected_revision=note.revision)
    except ProcessingError as error:
        st.error(_("Not deleted: {reason}").format(reason=words.told(str(error))), icon=":material/error:")
        return
    st.rerun(scope="fragment")


def _new_note(
    services: Services, session_code: str, length_s: float | None, here: Callable[[], float | None] | None
) -> None:
    box = NoteBox(services, session_code, "new")
    box.draw(length_s, label=_("New note"), placeholder=_("What should the next reader know?"))
    with st.container(horizontal=True):
        if box.note_id is not None:
            st.button(
                _("Done, next note"), icon=":material/check:", key=f"next:{session_code}", on_click=box.close
            )
        if here is not None:
            st.button(
                _("About the moment shown"),
                icon=":material/my_location:",
                key=f"here:{session_code}",
                on_click=lambda: box.at(here()),
                help=_(
                    "The note is about the contraction that is looked at, or the middle of the visible window."
                ),
            )
