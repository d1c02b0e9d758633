"""One button a format: a click builds the file, keeps the export in the audit log and hands the file over."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from processing.exports.formats import MEDIA_TYPES, SIGNAL_MEDIA_TYPES, ExportFile, Format
from processing.language import current_language, speaking
from processing.language import gettext as _
from processing.language import mark as N_

# Names of programs and formats are the same in every language; the help says what each is for.
TABLE_BUTTONS: Mapping[Format, tuple[str, str]] = {
    "xlsx": ("Excel", N_("One workbook with a sheet for each table, for Excel and SPSS")),
    "csv": ("CSV", N_("One CSV file for each table, in a zip archive")),
    "mat": ("MATLAB", N_("One struct for each table, for MATLAB and Octave")),
    "json": ("JSON", N_("One object, for programs")),
    "parquet": ("Parquet", N_("One Parquet file for each table, in a zip archive")),
}
SIGNAL_BUTTONS: Mapping[Format, tuple[str, str]] = {
    "csv": ("CSV", N_("One row for each sample, in a zip archive with its data dictionary")),
    "mat": ("MATLAB", N_("One column for each signal, for MATLAB and Octave")),
    "parquet": ("Parquet", N_("One column for each signal, with units")),
    "c3d": ("C3D", N_("A C3D file of the window, in microvolts")),
}

Build = Callable[[], ExportFile]


def download(
    label: str,
    file_name: str,
    media_type: str,
    build: Build,
    *,
    key: str,
    words: str,
    icon: str | None = None,
) -> None:
    """Draw a button that downloads what ``build`` returns; it runs at the click, in the language of the page."""
    language = current_language()

    def data() -> bytes:
        with speaking(language):
            return build().data

    st.download_button(label, data, file_name, media_type, key=key, on_click="ignore", help=words, icon=icon)


def table_buttons(build: Callable[[Format], ExportFile], name: Callable[[Format], str], *, key: str) -> None:
    """Draw one button for each format of tables."""
    with st.container(horizontal=True, gap="xsmall"):
        for format, (label, words) in TABLE_BUTTONS.items():
            download(
                label,
                name(format),
                MEDIA_TYPES[format],
                _bound(build, format),
                key=f"{key}:{format}",
                words=_(words),
            )


def signal_buttons(build: Callable[[Format], ExportFile], name: Callable[[Format], str], *, key: str) -> None:
    """Draw one button for each format of signals."""
    with st.container(horizontal=True, gap="xsmall"):
        for format, (label, words) in SIGNAL_BUTTONS.items():
            download(
                label,
                name(format),
                SIGNAL_MEDIA_TYPES[format],
                _bound(build, format),
                key=f"{key}:{format}",
                words=_(words),
            )


def _bound(build: Callable[[Format], ExportFile], format: Format) -> Build:
    return lambda: build(format)
