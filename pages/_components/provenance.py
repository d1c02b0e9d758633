"""Where the numbers come from: file, software, parameters, clock, and what the recording itself says."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from pages._components import local_time, words
from pages._components.may_edit import is_researcher
from pages._components.side_map.origin import origin_words
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


def session_provenance(review: SessionReview) -> None:
    """Draw the provenance of a stored session."""
    summary, result = review.summary, review.result
    origin = Origin(
        file_name=None if is_researcher() else summary.object_name,
        size_bytes=review.size_bytes,
        sha256=result.file_sha256 if result else None,
        pipeline_version=result.pipeline_version if result else None,
        analysed=f"{local_time.moment(result.analysed_at)} (result version {result.version})"
        if result
        else None,
        received=local_time.moment(summary.received_at),
        reference=review.correlation_id,
    )
    parameters = dict(result.parameters) if result else {}
    provenance(origin, result.metadata if result else None, parameters)


def provenance(origin: Origin, metadata: RecordingMetadata | None, parameters: dict[str, object]) -> None:
    """Draw everything a report must be able to cite."""
    title = "About this file" if metadata is None else "Where these numbers come from"
    with st.expander(title, icon=":material/fingerprint:"):
        if metadata is not None:
            _notices(metadata)
        facts = _facts(origin, metadata)
        st.table(pd.DataFrame(facts, columns=["", "Value"]), hide_index=True, border="horizontal")
        if parameters:
            st.markdown("**Parameters of the analysis**")
            rows = [(name, _value(value)) for name, value in _flat(parameters)]
            st.dataframe(pd.DataFrame(rows, columns=["Parameter", "Value"]), hide_index=True, height=240)


def _notices(metadata: RecordingMetadata) -> None:
    lines = [metadata.clock_check.message, *metadata.notices]
    st.markdown("\n".join(f"- {words.plain(line)}" for line in lines if line))


def _facts(origin: Origin, metadata: RecordingMetadata | None) -> list[tuple[str, str]]:
    facts = [
        (
            "File",
            "not shown: it may hold a name" if origin.file_name is None else words.plain(origin.file_name),
        ),
        ("Size", _size(origin.size_bytes)),
        ("SHA-256", f"`{origin.sha256}`" if origin.sha256 else words.NOT_RECORDED),
        ("Arrived", origin.received or "not stored"),
        ("Analysed", origin.analysed or "—"),
        ("Pipeline version", origin.pipeline_version or "—"),
    ]
    if origin.reference:
        facts.append(("Reference in the logs", f"`{origin.reference}`"))
    if metadata is not None:
        facts += _recording_facts(metadata)
    return facts


def _recording_facts(metadata: RecordingMetadata) -> list[tuple[str, str]]:
    clock, game = metadata.clock_check, metadata.game
    channels = ", ".join(
        f"{words.plain(c.label)} → {words.side_name(c.side, 'no leg')}" for c in metadata.channels
    )
    sides = origin_words(describe(metadata))
    units = {c.unit for c in metadata.channels}
    assumed = any(c.unit_assumed for c in metadata.channels)
    level = "—" if game.level is None else game.level
    return [
        ("Recorded", f"{local_time.moment(metadata.recorded_at)} (the tablet's local time)"),
        ("Length", f"{words.seconds(metadata.duration_s)} by its samples"),
        ("Game's own clock", words.seconds(clock.declared_duration_s)),
        ("Sampling rate", f"{words.number(metadata.sampling_rate_hz, 'Hz')} as declared"),
        (
            "Unit",
            f"{words.plain(', '.join(sorted(units))) or '—'}{', assumed' if assumed else ''}; shown in µV",
        ),
        ("Channels", f"{channels} ({sides})"),
        (
            "Game",
            f"{words.plain(game.name or words.NOT_RECORDED)}, level {level}",
        ),
        ("Game score", words.number(game.score)),
        ("Player name in the file", words.plain(game.player_name or words.NOT_RECORDED)),
    ]


def _size(size_bytes: int | None) -> str:
    return words.NOT_RECORDED if size_bytes is None else words.number(size_bytes / 1e6, "MB")


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
        return {True: "yes", False: "no"}.get(value, "—") if value is not None else "—"
    return words.number(float(value)) if isinstance(value, int | float) else str(value)
