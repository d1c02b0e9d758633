"""Where the numbers come from: file, software, parameters, clock, and what the recording itself says."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from pages._components import local_time, words
from pages._components.may_edit import is_researcher
from pages._components.side_map.origin import origin_words
from processing.language import gettext as _
from processing.recording import RecordingMetadata
from processing.services.side_map import describe
from processing.use_cases.read_models import SessionReview


@dataclass(frozen=True, slots=True)
class Origin:
    """What identifies a file and the analysis made of it; without a name where it may hold somebody's."""

    file_name: str | None
    size_bytes: int | None
    sha256: str | None
    pipeline_version: str | None
    analysed: str | None
    received: str | None
    reference: str | None = None
    scored_by: str | None = None


def session_provenance(review: SessionReview) -> None:
    """Draw the provenance of a stored session."""
    summary, result = review.summary, review.result
    origin = Origin(
        file_name=None if is_researcher() else summary.object_name,
        size_bytes=review.size_bytes,
        sha256=result.file_sha256 if result else None,
        pipeline_version=result.pipeline_version if result else None,
        analysed=None
        if result is None
        else _("{moment} (result version {version})").format(
            moment=local_time.moment(result.analysed_at), version=result.version
        ),
        received=local_time.moment(summary.received_at),
        reference=review.correlation_id,
        scored_by=result.scoring if result else None,
    )
    parameters = dict(result.parameters) if result else {}
    provenance(origin, result.metadata if result else None, parameters)


def provenance(origin: Origin, metadata: RecordingMetadata | None, parameters: dict[str, object]) -> None:
    """Draw everything a report must be able to cite."""
    title = _("About this file") if metadata is None else _("Where these numbers come from")
    with st.expander(title, icon=":material/fingerprint:", key="provenance"):
        if metadata is not None:
            _notices(metadata)
        facts = _facts(origin, metadata)
        st.table(pd.DataFrame(facts, columns=["", _("Value")]), hide_index=True, border="horizontal")
        if parameters:
            st.markdown(f"**{_('Parameters of the analysis')}**")
            rows = [(name, _value(value)) for name, value in _flat(parameters)]
            st.dataframe(
                pd.DataFrame(rows, columns=[_("Parameter"), _("Value")]), hide_index=True, height=240
            )


def _notices(metadata: RecordingMetadata) -> None:
    lines = [metadata.clock_check.message, *metadata.notices]
    st.markdown("\n".join(f"- {words.told(line)}" for line in lines if line))


def _facts(origin: Origin, metadata: RecordingMetadata | None) -> list[tuple[str, str]]:
    facts = [
        (
            _("File"),
            _("not shown: it may hold a name") if origin.file_name is None else words.plain(origin.file_name),
        ),
        (_("Size"), _size(origin.size_bytes)),
        ("SHA-256", f"`{origin.sha256}`" if origin.sha256 else words.not_recorded()),
        (_("Arrived"), origin.received or _("not stored")),
        (_("Analysed"), origin.analysed or "—"),
        (_("Pipeline version"), origin.pipeline_version or "—"),
    ]
    if origin.scored_by:
        facts.append((_("Scored by"), words.plain(origin.scored_by)))
    if origin.reference:
        facts.append((_("Reference in the logs"), f"`{origin.reference}`"))
    if metadata is not None:
        facts += _recording_facts(metadata)
    return facts


def _recording_facts(metadata: RecordingMetadata) -> list[tuple[str, str]]:
    clock, game = metadata.clock_check, metadata.game
    channels = ", ".join(
        f"{words.plain(c.label)} → {words.side_name(c.side, _('no leg'))}" for c in metadata.channels
    )
    sides = origin_words(describe(metadata))
    unit = words.plain(", ".join(sorted({c.unit for c in metadata.channels}))) or "—"
    name = words.plain(game.name) if game.name else words.not_recorded()
    assumed = any(c.unit_assumed for c in metadata.channels)
    level = "—" if game.level is None else game.level
    return [
        (
            _("Recorded"),
            _("{moment} (the tablet's local time)").format(moment=local_time.moment(metadata.recorded_at)),
        ),
        (
            _("Length"),
            _("{duration} by its samples").format(duration=words.seconds(metadata.duration_s)),
        ),
        (_("Game's own clock"), words.seconds(clock.declared_duration_s)),
        (
            _("Sampling rate"),
            _("{rate} as declared").format(rate=words.number(metadata.sampling_rate_hz, "Hz")),
        ),
        (
            _("Unit"),
            (_("{unit}, assumed; shown in µV") if assumed else _("{unit}; shown in µV")).format(unit=unit),
        ),
        (_("Channels"), f"{channels} ({sides})"),
        (_("Game"), _("{game}, level {level}").format(game=name, level=level)),
        (_("Game score"), words.number(game.score)),
        (_("Player name in the file"), words.plain(game.player_name or words.not_recorded())),
    ]


def _size(size_bytes: int | None) -> str:
    return words.number(None if size_bytes is None else size_bytes / 1e6, "MB")


def _flat(parameters: dict[str, object], prefix: str = "") -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = []
    for name, value in parameters.items():
        if isinstance(value, dict):
            rows += _flat(value, f"{prefix}{name}.")
        else:
            rows.append((f"{prefix}{name}", value))
    return rows


def _value(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return "—" if value is None else words.yes_no(value)
    return words.number(float(value)) if isinstance(value, int | float) else str(value)
