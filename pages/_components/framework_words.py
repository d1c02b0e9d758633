"""Streamlit's own words, which are English in every language, and what they are called in the reader's.

What stands between braces is kept. A word that a newer Streamlit spells differently is shown in English again, which
the browser test of the languages notices.
"""

from __future__ import annotations

from processing.language import gettext as _
from processing.language import mark as N_

_WORDS = (
    N_("Skip to main content"),
    N_("App pages"),
    N_("Help"),
    N_("Help for {field}"),
    N_("Shortcut {keys}"),
    N_("Open"),
    N_("Close"),
    N_("Clear value"),
    N_("Clear all"),
    N_("Clear entry"),
    N_("Clear date"),
    N_("Clear dates"),
    N_("Select all"),
    N_("Select {n} matches"),
    N_("Remove {item}"),
    N_("Add: {item}"),
    N_("No results"),
    N_("Choose an option"),
    N_("Choose options"),
    N_("Choose or add an option"),
    N_("Choose or add options"),
    N_("Add an option"),
    N_("Add options"),
    N_("No options to select"),
    N_("Choose date"),
    N_("Choose date range"),
    N_("Increment"),
    N_("Decrement"),
    N_("Press Enter to apply"),
    N_("Press Enter to submit form"),
    N_("Press Ctrl+Enter to apply"),
    N_("Press Ctrl+Enter to submit form"),
    N_("Press ⌘+Enter to apply"),
    N_("Press ⌘+Enter to submit form"),
    N_("Number is below the allowed range."),
    N_("Number is above the allowed range."),
    N_("Number is below the allowed range. Please enter a value greater than or equal to {least}."),
    N_("Number is above the allowed range. Please enter a value less than or equal to {most}."),
    N_("Number is outside the allowed range. Please enter a value between {least} and {most}."),
    N_("Show password"),
    N_("Hide password"),
    N_("Fullscreen"),
    N_("Close fullscreen"),
    N_("Search"),
    N_("Type to search"),
    N_("Previous Result"),
    N_("Next Result"),
    N_("Close Search"),
    N_("Show/hide columns"),
    N_("Dataframe column menu"),
    N_("Sort ascending"),
    N_("Sort descending"),
    N_("Format"),
    N_("Autosize"),
    N_("Pin column"),
    N_("Unpin column"),
    N_("Hide column"),
    N_("Copy column name"),
    N_("Statistics"),
    N_("file upload"),
    N_("Connecting"),
    N_("Connecting to Streamlit server"),
    N_("Download failed"),
    N_("Failed to generate file for download"),
    N_("Request timed out"),
    N_("Connection closed"),
    N_("Deferred download not properly configured"),
    N_("Running..."),
    N_("Stop"),
)


def framework_words() -> list[tuple[str, str]]:
    """Return every word or sentence of the framework with its translation; nothing for readers of English."""
    said = [(english, _(english)) for english in _WORDS]
    return [(english, words) for english, words in said if english != words]


def lost_words() -> dict[str, str]:
    """Return what is said while the server does not answer, and when it does again."""
    return {
        "lost": _(
            "Since {moment} the server does not answer. Keep this page open: what you typed stays in its field, and "
            "the page goes on by itself. Fields and buttons wait until then. Nothing saved before is lost."
        ),
        "back": _("The server answers again. Look whether your last change is there; if not, make it again."),
    }
