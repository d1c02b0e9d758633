"""The table of sessions: one row each, with what was prescribed, entered, counted and scored."""

from __future__ import annotations

from processing.exports.columns import (
    ANALYSIS,
    CORRECTION,
    FILE,
    PRODUCT,
    Column,
    Design,
    Value,
    at,
    boolean,
    integer,
    number,
    text,
)
from processing.exports.model import ExportedSession as Row
from processing.exports.model import tablet_time, utc
from processing.exports.sessions_entered import ENTERED_VALUES, TARGETS
from processing.exports.sessions_scored import LEGS, MISSING, SCORES
from processing.language import mark as N_

NO_RESULT = N_("the session has no result")


def _counts_from(row: Row) -> Value:
    if row.result is None:
        return None
    return "corrected" if any(channel.corrections for channel in row.result.channels) else "detected"


def _unit_assumed(row: Row) -> Value:
    return None if row.result is None else any(c.unit_assumed for c in row.result.metadata.channels)


_WHICH: tuple[Column[Row], ...] = (
    text("session_code", N_("The session"), PRODUCT, lambda r: r.code),
    text("patient_code", N_("The patient's pseudonym"), PRODUCT, lambda r: r.review.summary.patient_code),
    integer(
        "session_number",
        N_("Number among the patient's sessions, in order of time"),
        PRODUCT,
        lambda r: r.context.number,
    ),
    integer(
        "study_day",
        N_("Day of the session, counted from 1 on the day of the patient's first session"),
        PRODUCT,
        lambda r: r.context.study_day,
    ),
    text(
        "day_from",
        N_("Where that day comes from: recording, or arrival where the recording names none"),
        PRODUCT,
        lambda r: "arrival" if r.review.summary.recorded_at is None else "recording",
    ),
    text(
        "recorded_at",
        N_("When it was recorded, in the tablet's local time, which names no zone; ISO 8601"),
        FILE,
        lambda r: tablet_time(r.review.summary.recorded_at),
        missing=N_("the file does not say, or could not be read"),
        identifying=True,
    ),
    text(
        "received_at",
        N_("When the file arrived; ISO 8601, UTC"),
        PRODUCT,
        lambda r: utc(r.review.summary.received_at),
        identifying=True,
    ),
    text(
        "status",
        N_("pending, processing, reprocessing, completed or failed"),
        PRODUCT,
        lambda r: r.review.summary.status,
    ),
    text(
        "duplicate_of",
        N_("The earliest session of the same file"),
        PRODUCT,
        lambda r: r.review.summary.duplicate_of,
        missing=N_("no earlier session has the same file"),
    ),
)

_RESULT: tuple[Column[Row], ...] = (
    text(
        "file_name",
        N_("The file's place in the bucket"),
        FILE,
        lambda r: r.review.summary.object_name,
        identifying=True,
    ),
    text(
        "file_sha256",
        N_("SHA-256 of the analysed file"),
        PRODUCT,
        at("result.file_sha256"),
        missing=NO_RESULT,
    ),
    integer(
        "file_size_bytes",
        N_("Size of the file in bytes"),
        FILE,
        lambda r: r.review.size_bytes,
        missing=N_("the file was not read yet"),
    ),
    integer(
        "result_version",
        N_("Version of the result; a new analysis makes a new one"),
        PRODUCT,
        at("result.version"),
        missing=NO_RESULT,
    ),
    text(
        "analysed_at",
        N_("When it was analysed; ISO 8601, UTC"),
        PRODUCT,
        lambda r: utc(r.result.analysed_at) if r.result else None,
        missing=NO_RESULT,
        identifying=True,
    ),
    text(
        "pipeline_version",
        N_("Version of the analysis that made the result"),
        PRODUCT,
        at("result.pipeline_version"),
        missing=NO_RESULT,
    ),
    text(
        "parameter_set",
        N_("Its settings, as in the table of parameters"),
        PRODUCT,
        lambda r: r.parameter_set,
        missing=NO_RESULT,
    ),
    text(
        "scoring_set",
        N_("The scoring configuration, as in the table of parameters"),
        PRODUCT,
        at("context.scoring.label"),
        missing=N_("the session has no result, or its configuration is not kept"),
    ),
    text(
        "counts_from",
        N_("What counts: detected, or corrected where a person corrected contractions"),
        CORRECTION,
        _counts_from,
        missing=NO_RESULT,
    ),
    integer(
        "corrections_revision",
        N_("How long the log of corrections is that counts were made with"),
        CORRECTION,
        lambda r: r.review.corrections.revision,
    ),
)

_RECORDING: tuple[Column[Row], ...] = (
    number(
        "duration_s",
        "s",
        N_("Length of the recording: samples over declared rate"),
        FILE,
        lambda r: r.review.summary.duration_s,
        missing=N_("the file was not read yet, or could not be read"),
    ),
    number(
        "sampling_rate_hz",
        "Hz",
        N_("Declared sampling rate"),
        FILE,
        at("result.metadata.sampling_rate_hz"),
        missing=NO_RESULT,
    ),
    boolean(
        "clock_consistent",
        N_("Whether that rate agrees with the duration that the game measured"),
        ANALYSIS,
        at("result.metadata.clock_check.consistent"),
        missing=N_("the session has no result, or the file no duration"),
    ),
    number(
        "clock_suggested_rate_hz",
        "Hz",
        N_("Rate that the game's duration suggests instead"),
        ANALYSIS,
        at("result.metadata.clock_check.suggested_rate_hz"),
        missing=N_("the declared rate agrees, or the file holds no duration"),
    ),
    boolean(
        "unit_assumed",
        N_("Whether the file names no unit, so that one was assumed"),
        ANALYSIS,
        _unit_assumed,
        missing=NO_RESULT,
    ),
    text(
        "game_name",
        N_("The game"),
        FILE,
        at("result.metadata.game.name"),
        missing=N_("not recorded"),
    ),
    integer(
        "game_level",
        N_("The level that was played"),
        FILE,
        at("result.metadata.game.level"),
        missing=N_("not recorded"),
    ),
    number(
        "game_points",
        "",
        N_("Points that the game gave"),
        FILE,
        at("result.metadata.game.score"),
        missing=N_("not recorded"),
    ),
)

SESSIONS: Design[Row] = Design(
    "sessions",
    N_("One row per session: one file, one game session"),
    (*_WHICH, *_RESULT, *_RECORDING, *TARGETS, *ENTERED_VALUES, *LEGS, *SCORES, *MISSING),
)
