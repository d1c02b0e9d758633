"""The first door: see what is in a file, without storing anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import streamlit as st

from pages._components import state
from pages._components.findings import channel_tiles, finding, quality_section
from pages._components.provenance import Origin, provenance
from pages._components.review_figure import pair_panels
from pages._components.score_view import score_section
from pages._components.signal_view import signal_view
from pages._components.upload.file_card import file_cards
from pages._components.upload.later import added
from pages._components.upload.staging import Staged, look_at, stage_files
from processing.emg.parameters import AnalysisParameters, SessionTargets
from processing.language import gettext as _
from processing.services import LookedAt, Services
from processing.use_cases.analyse import AnalysedRecording
from processing.use_cases.read_models import SessionInputs
from processing.use_cases.rescore import rescore
from processing.version import PIPELINE_VERSION

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile


def look_only(services: Services, files: Sequence[UploadedFile]) -> None:
    """Analyse the files in memory and show one of them; nothing is stored."""
    st.info(
        _("These files are not stored, and are forgotten when you leave this page."),
        icon=":material/visibility:",
    )
    if not files:
        st.caption(
            _("Choose a recording to see both legs, the quality of the signals and every contraction.")
        )
        return
    staged = stage_files(services, files)
    file_cards(services, staged)
    readable = [file for file in staged if file.found is not None]
    if not readable:
        return
    shown = readable[0]
    if len(readable) > 1:
        names = [file.file_id for file in readable]
        titles = {file.file_id: file.name for file in readable}
        chosen = st.selectbox(_("Show"), names, format_func=lambda name: titles[name], key=state.UPLOAD_SHOWN)
        shown = next((file for file in readable if file.file_id == chosen), shown)
    _show(shown, look_at(services, shown))


def _show(file: Staged, looked_at: LookedAt) -> None:
    """Draw the file with the parts of a review."""
    analysed, targets = looked_at.analysed, SessionTargets()
    inputs = added(file.file_id)
    channels, score = analysed.channels, analysed.score
    if inputs != SessionInputs():
        channels, score = rescore(channels, analysed.metadata, inputs)
    subject = f"{state.LOOK}{file.file_id}"
    st.header(finding(channels, targets), anchor=False)
    channel_tiles(channels, score, targets)
    signal_view(subject, pair_panels(looked_at.traces, channels), targets)
    score_section(
        score,
        channels,
        analysed.metadata.measures,
        inputs,
        key=subject,
        metadata=analysed.metadata,
        subject=subject,
    )
    quality_section(channels)
    provenance(_origin(file, analysed), analysed.metadata, asdict(AnalysisParameters()))


def _origin(file: Staged, analysed: AnalysedRecording) -> Origin:
    return Origin(
        file_name=file.name,
        size_bytes=analysed.size_bytes,
        sha256=analysed.sha256,
        pipeline_version=PIPELINE_VERSION,
        analysed=_("just now, not stored"),
        received=None,
    )
