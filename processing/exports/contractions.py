"""The table of contractions: one row each, those that a person rejected included and said to be."""

from __future__ import annotations

from processing.emg.classes import contraction_kind
from processing.exports.columns import (
    ANALYSIS,
    CORRECTION,
    ENTERED,
    NEVER,
    PRODUCT,
    Column,
    Design,
    Value,
    at,
    because,
    boolean,
    integer,
    number,
    text,
)
from processing.exports.model import ExportedContraction as Row
from processing.language import mark as N_

_NO_MVC = N_("no MVC is known")
_UNTOUCHED = N_("nobody corrected it")
_SHORT = N_("too little of it can be used for a spectrum")


def _measured(name: str, unit: str, meaning: str, missing: str = NEVER) -> Column[Row]:
    """Return the column of a measure under the name that the analysis has for it."""

    def read(row: Row) -> Value:
        value: Value = getattr(row.contraction, name)
        return value

    return number(name, unit, meaning, ANALYSIS, read, missing=missing)


def _missing(row: Row) -> Value:
    """Return why cells are empty, in the English of the data."""
    c = row.contraction
    return because(
        {
            "number": "a person rejected it" if row.number is None else None,
            "percent_mvc": "no MVC is known" if c.percent_mvc is None else None,
            "meets_intensity": "no MVC is known" if c.meets_intensity is None else None,
            "mnf_hz": "too little of it can be used for a spectrum" if c.mnf_hz is None else None,
            "mdf_hz": "too little of it can be used for a spectrum" if c.mdf_hz is None else None,
        }
    )


_WHICH: tuple[Column[Row], ...] = (
    text("session_code", N_("The session"), PRODUCT, lambda r: r.channel.session.code),
    text("channel", N_("The channel"), PRODUCT, lambda r: r.channel.channel.name),
    text(
        "side",
        N_("The leg: left or right"),
        ENTERED,
        lambda r: r.channel.channel.side,
        missing=N_("nobody said which leg the channel is"),
    ),
    integer(
        "number",
        N_("Number among those of the channel that count, as on screen"),
        ANALYSIS,
        lambda r: r.number,
        missing=N_("a person rejected it"),
    ),
    boolean(
        "counts",
        N_("Whether it counts: false for one that a person rejected"),
        CORRECTION,
        lambda r: r.number is not None,
    ),
)

_MEASURES: tuple[Column[Row], ...] = (
    _measured("onset_s", "s", N_("Start, counted from the first sample")),
    _measured("offset_s", "s", N_("End, counted from the first sample; itself excluded")),
    _measured("duration_s", "s", N_("End minus start")),
    _measured(
        "plateau_uv",
        "µV",
        N_("Amplitude that is held: median of the RMS envelope above half of its 90th centile"),
    ),
    _measured("peak_uv", "µV", N_("Maximum of the RMS envelope")),
    _measured("mean_uv", "µV", N_("Mean of the RMS envelope from start to end")),
    _measured("percent_mvc", "% MVC", N_("The plateau in percent of the MVC"), _NO_MVC),
    boolean(
        "meets_intensity",
        N_("Whether the plateau reaches the target intensity"),
        ANALYSIS,
        lambda r: r.contraction.meets_intensity,
        missing=_NO_MVC,
    ),
    boolean(
        "meets_duration",
        N_("Whether it was held as long as the target"),
        ANALYSIS,
        lambda r: r.contraction.meets_duration,
    ),
    text(
        "kind",
        N_("good, intensity_only, duration_only, neither; without MVC held_unknown, short_unknown; rejected"),
        ANALYSIS,
        lambda r: "rejected" if r.number is None else contraction_kind(r.contraction),
    ),
    boolean(
        "doubtful",
        N_("Whether the detector doubts that it is one"),
        ANALYSIS,
        lambda r: r.contraction.doubtful,
    ),
    text(
        "doubtful_reason",
        N_("Why it is doubtful"),
        ANALYSIS,
        lambda r: r.contraction.doubtful_reason,
        missing=N_("it is not doubtful"),
    ),
    _measured("mnf_hz", "Hz", N_("Mean frequency of its spectrum"), _SHORT),
    _measured("mdf_hz", "Hz", N_("Median frequency of its spectrum"), _SHORT),
)

_CORRECTED: tuple[Column[Row], ...] = (
    text(
        "correction",
        N_("What a person last did to it: accept, reject, move, split, merge or add"),
        CORRECTION,
        at("mark.kind"),
        missing=_UNTOUCHED,
    ),
    integer(
        "correction_revision",
        N_("Where that stands in the table of corrections"),
        CORRECTION,
        at("mark.revision"),
        missing=_UNTOUCHED,
    ),
    text(
        "correction_reason",
        N_("The reason given, in the person's words"),
        CORRECTION,
        at("mark.reason"),
        missing=N_("nobody corrected it, or no reason was given"),
        identifying=True,
    ),
    text(
        "corrected_by",
        N_("Who corrected it"),
        CORRECTION,
        at("mark.by"),
        missing=N_("nobody corrected it, or the name is not known"),
        identifying=True,
    ),
    text(
        "missing_because",
        N_("Why cells of this row are empty, where that is known, as column: reason"),
        PRODUCT,
        _missing,
        missing=N_("no cell of the row is empty for a known reason"),
    ),
)

CONTRACTIONS: Design[Row] = Design(
    "contractions", N_("One row per contraction"), (*_WHICH, *_MEASURES, *_CORRECTED)
)
